package io.grouter.gossip;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings parcels to one node, in order, on a thread of its own: within the window and the bandwidth of that node, so that
 * a node that takes nothing holds up nobody. What has to wait is bounded; beyond that the newest changes are dropped, and
 * the node finds by itself what it lacks. Heartbeats go out even then, so that it can. Safe for all threads.
 */
final class Courier implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Courier.class);
    /** An acknowledgement is worth a frame of its own from so many bytes on; less waits for the next frame. */
    private static final int ACK_BYTES = 24 << 10;

    /** A window for what goes to several nodes at once: nobody acknowledges it. */
    static final long UNCOUNTED = Long.MAX_VALUE;

    private static final int MOST_MESSAGES = 8_192;
    private static final long MOST_BYTES = 8L << 20;
    private static final int FRAME_OVERHEAD = 160;

    private final Predicate<byte[]> wire;
    private final String channel;
    private final GossipMetrics metrics;
    private final LongSupplier clock;
    private final Window window;
    private final boolean counted;
    private final TokenBucket bandwidth;
    private final long patienceNanos;
    private final Thread thread;

    private final Deque<Parcel> queue = new ArrayDeque<>();
    private long queuedBytes;
    private boolean blocked;
    private long blockedNanos;
    private long ackStream;
    private long ackOffset;
    private long ackedOffset;
    private boolean closed;

    /**
     * Makes a courier and starts its thread.
     *
     * @param name the node, for the thread's name
     * @param channel {@code local} or {@code wan}, for metrics
     * @param wire sends a frame, and says whether it could
     * @param stream number of the stream of frames, random, not 0
     * @param windowBytes most bytes under way
     * @param bytesPerSecond most bytes per second
     * @param patienceNanos for so long a heartbeat waits behind what is blocked
     */
    Courier(
            String name,
            String channel,
            Predicate<byte[]> wire,
            long stream,
            long windowBytes,
            double bytesPerSecond,
            long patienceNanos,
            GossipMetrics metrics,
            LongSupplier clock) {
        this.wire = wire;
        this.channel = channel;
        this.metrics = metrics;
        this.clock = clock;
        this.counted = windowBytes != UNCOUNTED;
        this.window = new Window(stream, windowBytes);
        this.bandwidth = new TokenBucket(
                bytesPerSecond, Math.max(bytesPerSecond / 4, (double) Math.min(windowBytes, MOST_BYTES)));
        this.patienceNanos = patienceNanos;
        this.thread = new Thread(this::loop, "grouter-gossip-to-" + name);
        this.thread.setDaemon(true);
        this.thread.start();
    }

    /** Takes a parcel; false and counted when too much waits already. */
    synchronized boolean put(Parcel parcel) {
        boolean beat = parcel.message() instanceof Message.Heartbeat;
        if (closed || (!beat && (queue.size() >= MOST_MESSAGES || queuedBytes + parcel.weight() > MOST_BYTES))) {
            metrics.dropped(channel);
            return false;
        }
        if (beat && blocked && clock.getAsLong() - blockedNanos > patienceNanos) {
            queue.removeIf(waiting -> waiting.message() instanceof Message.Heartbeat && remove(waiting));
            queue.addFirst(parcel); // the one heartbeat that jumps the queue
        } else {
            queue.addLast(parcel);
        }
        queuedBytes += parcel.weight();
        notifyAll();
        return true;
    }

    private boolean remove(Parcel parcel) {
        queuedBytes -= parcel.weight();
        return true;
    }

    /** Returns whether nothing large should be put in now. */
    synchronized boolean congested() {
        return queuedBytes > MOST_BYTES / 2;
    }

    /** Takes in that the node has taken something in. */
    synchronized void acknowledged(long stream, long offset) {
        if (window.acknowledge(stream, offset)) {
            notifyAll();
        }
    }

    /** Notes up to where the node's own frames have been taken in; the node is told soon. */
    synchronized void acknowledge(long stream, long offset) {
        if (stream != ackStream) {
            ackStream = stream;
            ackedOffset = 0;
            ackOffset = offset;
        } else {
            ackOffset = Math.max(ackOffset, offset);
        }
        if (ackOffset - ackedOffset >= ACK_BYTES) {
            notifyAll();
        }
    }

    /** Returns the bytes sent and not acknowledged. */
    synchronized long underWay() {
        return window.underWay();
    }

    @Override
    public synchronized void close() {
        closed = true;
        queue.clear();
        queuedBytes = 0;
        notifyAll();
    }

    private void loop() {
        try {
            boolean more = true;
            while (more) {
                more = step();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends one frame; false when there will be no more. */
    private boolean step() throws InterruptedException {
        Parcel parcel;
        synchronized (this) {
            while (!closed && queue.isEmpty() && ackOffset - ackedOffset < ACK_BYTES) {
                wait();
            }
            if (closed) {
                return false;
            }
            parcel = queue.peekFirst();
        }
        try {
            // Encoding and signing happen here, outside the lock.
            Frame.Sealed sealed = parcel == null ? null : parcel.sealed();
            Frame frame = mayGo(parcel, sealed);
            if (frame != null) {
                byte[] bytes = frame.encode();
                if (bytes.length <= Frame.MAX_BYTES && wire.test(bytes)) {
                    metrics.sent(channel, bytes.length);
                } else {
                    metrics.dropped(channel);
                }
            }
        } catch (RuntimeException e) {
            log.warn("gossip: a message was not sent", e);
            metrics.dropped(channel);
            discard(parcel);
        }
        return true;
    }

    private synchronized void discard(@Nullable Parcel parcel) {
        if (parcel != null && queue.remove(parcel)) {
            queuedBytes -= parcel.weight();
        }
    }

    /** Returns the next frame, or null when, after some waiting, it still may not go or is no longer first. */
    private synchronized @Nullable Frame mayGo(@Nullable Parcel parcel, Frame.@Nullable Sealed sealed)
            throws InterruptedException {
        if (parcel == null || sealed == null) {
            return ackOffset > ackedOffset ? frame(0, 0, null) : null;
        }
        int size = sealed.statement().length + FRAME_OVERHEAD;
        boolean urgent = parcel.message() instanceof Message.Heartbeat;
        long now = clock.getAsLong();
        long waitMillis = urgent ? 0 : waitMillis(size, now);
        while (waitMillis > 0) {
            if (queue.peekFirst() != parcel) {
                return null;
            }
            if (!blocked) {
                blocked = true;
                blockedNanos = now;
            }
            if (ackOffset - ackedOffset >= ACK_BYTES) {
                return frame(0, 0, null);
            }
            wait(waitMillis);
            now = clock.getAsLong();
            waitMillis = waitMillis(size, now);
        }
        if (queue.peekFirst() != parcel) {
            return null;
        }
        blocked &= urgent;
        bandwidth.take(size, now);
        queue.removeFirst();
        queuedBytes -= parcel.weight();
        return counted ? frame(window.stream(), window.send(size), sealed) : frame(0, 0, sealed);
    }

    /** Returns how long to wait before it is worth looking again; 0 = it may go. */
    private long waitMillis(int size, long now) {
        if (counted && !window.takes(size)) {
            return 100; // an acknowledgement ends it earlier
        }
        long nanos = bandwidth.waitNanos(size, now);
        return nanos == 0 ? 0 : nanos / 1_000_000 + 1;
    }

    private Frame frame(long stream, long offset, Frame.@Nullable Sealed sealed) {
        boolean ack = ackOffset > ackedOffset;
        Frame frame = new Frame(stream, offset, ack ? ackStream : 0, ack ? ackOffset : 0, sealed);
        ackedOffset = ackOffset;
        return frame;
    }
}
