package io.grouter.gossip;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one node and when it may go: in order, within the window and the bandwidth of that node. What has to
 * wait is bounded; beyond that the newest changes are dropped, and the node finds by itself what it lacks. Heartbeats go
 * out even then, so that it can. No thread, no clock; not thread-safe.
 */
final class Lane {
    /** A window for what goes to several nodes at once: nobody acknowledges it. */
    static final long UNCOUNTED = Long.MAX_VALUE;
    /** A bandwidth that limits nothing. */
    static final double UNLIMITED = 1e12;

    /** An acknowledgement is worth a frame of its own from so many bytes on; less waits for the next frame. */
    private static final int ACK_BYTES = 24 << 10;
    /** An acknowledgement ends a full window; should none come, it is looked at again after this time. */
    private static final long WINDOW_NANOS = 100_000_000;

    private static final int MOST_MESSAGES = 8_192;
    private static final long MOST_BYTES = 8L << 20;
    private static final int FRAME_OVERHEAD = 160;

    private final Window window;
    private final boolean counted;
    private final TokenBucket bandwidth;
    private final long patienceNanos;

    private final Deque<Parcel> queue = new ArrayDeque<>();
    private long queuedBytes;
    private boolean blocked;
    private long blockedNanos;
    private long ackStream;
    private long ackOffset;
    private long ackedOffset;

    /**
     * Begins empty.
     *
     * @param stream number of the stream of frames, random, not 0
     * @param windowBytes most bytes under way
     * @param bytesPerSecond most bytes per second
     * @param patienceNanos for so long a heartbeat waits behind what is blocked
     */
    Lane(long stream, long windowBytes, double bytesPerSecond, long patienceNanos) {
        this.counted = windowBytes != UNCOUNTED;
        this.window = new Window(stream, windowBytes);
        this.bandwidth = new TokenBucket(
                bytesPerSecond, Math.max(bytesPerSecond / 4, (double) Math.min(windowBytes, MOST_BYTES)));
        this.patienceNanos = patienceNanos;
    }

    /** Takes a parcel; false when too much waits already. */
    boolean put(Parcel parcel, long now) {
        boolean beat = parcel.message() instanceof Message.Heartbeat;
        if (!beat && (queue.size() >= MOST_MESSAGES || queuedBytes + parcel.weight() > MOST_BYTES)) {
            return false;
        }
        if (beat && blocked && now - blockedNanos > patienceNanos) {
            queue.removeIf(waiting -> waiting.message() instanceof Message.Heartbeat && counted(waiting));
            queue.addFirst(parcel); // the one heartbeat that jumps the queue
        } else {
            queue.addLast(parcel);
        }
        queuedBytes += parcel.weight();
        return true;
    }

    private boolean counted(Parcel parcel) {
        queuedBytes -= parcel.weight();
        return true;
    }

    /** Returns whether nothing large should be put in now. */
    boolean congested() {
        return queuedBytes > MOST_BYTES / 2;
    }

    /** Returns how much waits, as weighed. */
    long queuedBytes() {
        return queuedBytes;
    }

    /** Returns the bytes sent and not acknowledged. */
    long underWay() {
        return window.underWay();
    }

    /** Takes in that the node has taken something in; true when more may go now. */
    boolean acknowledged(long stream, long offset) {
        return window.acknowledge(stream, offset);
    }

    /** Notes up to where the node's own frames have been taken in; true when it is to be told now. */
    boolean acknowledge(long stream, long offset) {
        if (stream != ackStream) {
            ackStream = stream;
            ackedOffset = 0;
            ackOffset = offset;
        } else {
            ackOffset = Math.max(ackOffset, offset);
        }
        return mustAcknowledge();
    }

    /** Returns whether an acknowledgement is due, be there something to send with it or not. */
    boolean mustAcknowledge() {
        return ackOffset - ackedOffset >= ACK_BYTES;
    }

    /** Returns what is first to go, or null. */
    @Nullable
    Parcel first() {
        return queue.peekFirst();
    }

    /** Forgets a parcel that cannot be sent. */
    void discard(Parcel parcel) {
        if (queue.remove(parcel)) {
            queuedBytes -= parcel.weight();
        }
    }

    void clear() {
        queue.clear();
        queuedBytes = 0;
    }

    /** Returns an acknowledgement on its own, or null when there is nothing to acknowledge. */
    @Nullable
    Frame acknowledgement() {
        return ackOffset > ackedOffset ? frame(0, 0, null, 0) : null;
    }

    /** Returns how long {@link #first} has to wait still; 0 = it may go. */
    long waitNanos(Parcel first, Frame.Sealed sealed, long now) {
        if (first.message() instanceof Message.Heartbeat) {
            return 0;
        }
        int size = size(sealed);
        long nanos = counted && !window.takes(size) ? WINDOW_NANOS : bandwidth.waitNanos(size, now);
        if (nanos > 0 && !blocked) {
            blocked = true;
            blockedNanos = now;
        }
        return nanos;
    }

    /** Takes {@link #first} out, on its way. */
    Frame send(Parcel first, Frame.Sealed sealed, long now) {
        int size = size(sealed);
        long waited = first.waitedMillis(now);
        blocked &= first.message() instanceof Message.Heartbeat;
        bandwidth.take(size, now);
        queue.removeFirst();
        queuedBytes -= first.weight();
        return counted ? frame(window.stream(), window.send(size), sealed, waited) : frame(0, 0, sealed, waited);
    }

    private static int size(Frame.Sealed sealed) {
        return sealed.statement().length + FRAME_OVERHEAD;
    }

    private Frame frame(long stream, long offset, Frame.@Nullable Sealed sealed, long waitedMillis) {
        boolean ack = ackOffset > ackedOffset;
        Frame frame = new Frame(stream, offset, ack ? ackStream : 0, ack ? ackOffset : 0, sealed, waitedMillis);
        ackedOffset = ackOffset;
        return frame;
    }
}
