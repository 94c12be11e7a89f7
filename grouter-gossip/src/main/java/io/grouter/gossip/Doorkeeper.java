package io.grouter.gossip;

import io.grouter.link.Peer;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Decides which of the bytes that come in are believed; what is not is counted. Safe for all threads. */
final class Doorkeeper {
    private static final int MESSAGES_PER_SECOND = 1_000;
    private static final int MOST_SENDERS = 256;

    private final Seals seals;
    private final GossipMetrics metrics;
    private final LongSupplier clock;
    private final Map<Long, TokenBucket> senders = new HashMap<>();

    Doorkeeper(Seals seals, GossipMetrics metrics, LongSupplier clock) {
        this.seals = seals;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Looking at a message costs a millisecond of signature, so nobody may send more than a node ever would. */
    private synchronized boolean mayCome(Peer from) {
        if (senders.size() > MOST_SENDERS) {
            senders.clear();
        }
        return senders.computeIfAbsent(from.node(), key -> new TokenBucket(MESSAGES_PER_SECOND, MESSAGES_PER_SECOND))
                .take(1, clock.getAsLong());
    }

    /** Reads a frame; null when it is none, or one too many. */
    @Nullable
    Frame frame(Peer from, byte[] payload) {
        if (!mayCome(from)) {
            metrics.rejected(from, "too-many");
            return null;
        }
        Frame.Decoded decoded = Frame.decode(payload);
        if (decoded instanceof Frame.Decoded.Malformed malformed) {
            metrics.rejected(from, malformed.reason());
            return null;
        }
        return ((Frame.Decoded.Ok) decoded).frame();
    }

    /**
     * Reads a statement and checks who said it; null when it cannot be understood or believed.
     *
     * @param waitedMillis how long it waited before it came
     */
    @Nullable
    Received open(Peer from, Frame.Sealed sealed, long waitedMillis) {
        long heardNanos = clock.getAsLong();
        Message message;
        try {
            message = MessageCodec.decode(sealed.statement());
        } catch (MessageCodec.UnknownType e) {
            metrics.rejected(from, "unknown-type");
            return null;
        } catch (IOException | IllegalArgumentException e) {
            metrics.rejected(from, "content");
            return null;
        }
        String wrong =
                switch (seals.check(message.head().from(), sealed.keyId(), sealed.statement(), sealed.signature())) {
                    case GOOD -> "";
                    case UNKNOWN_SITE -> "unknown-site";
                    case UNKNOWN_KEY -> "unknown-key";
                    case WRONG -> "signature";
                };
        if (!wrong.isEmpty()) {
            metrics.rejected(from, wrong);
            return null;
        }
        return new Received(from, message, sealed, heardNanos, waitedMillis);
    }
}
