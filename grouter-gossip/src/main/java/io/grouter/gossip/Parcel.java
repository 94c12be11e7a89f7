package io.grouter.gossip;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way to one or more nodes, encoded and signed once, by the first of the senders that comes to it: the
 * rib thread has better things to do. Safe for all threads.
 */
final class Parcel {
    private final Message message;
    private final Seals seals;
    private final LongSupplier clock;
    /** When the message was made; once sealed, when that was, or would have been without the way to here. */
    private long sinceNanos;

    private Frame.@Nullable Sealed sealed;

    /** Wraps a message; the clock tells monotonic nanoseconds. */
    Parcel(Message message, Seals seals, LongSupplier clock) {
        this.message = message;
        this.seals = seals;
        this.clock = clock;
        this.sinceNanos = clock.getAsLong();
    }

    /** Wraps a statement that came sealed. */
    Parcel(Received received, Seals seals, LongSupplier clock) {
        this.message = received.message();
        this.seals = seals;
        this.clock = clock;
        this.sinceNanos = received.heardNanos() - received.waitedMillis() * 1_000_000;
        this.sealed = received.sealed();
    }

    Message message() {
        return message;
    }

    /** Returns roughly how many bytes it takes. */
    int weight() {
        return message.weight();
    }

    synchronized Frame.Sealed sealed() {
        Frame.Sealed done = sealed;
        if (done == null) {
            long now = clock.getAsLong();
            Message older = message instanceof Message.Announce announce
                    ? announce.after((now - sinceNanos) / 1_000_000)
                    : message;
            sinceNanos = now;
            byte[] statement = MessageCodec.encode(older);
            done = new Frame.Sealed(statement, seals.ownId(), seals.signature(statement));
            sealed = done;
        }
        return done;
    }

    /** Returns how long a sealed parcel has waited to be sent, here and at nodes that passed it on, in milliseconds. */
    synchronized long waitedMillis(long nowNanos) {
        return Math.max(0, nowNanos - sinceNanos) / 1_000_000;
    }
}
