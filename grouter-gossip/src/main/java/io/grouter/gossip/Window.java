package io.grouter.gossip;

/**
 * How much may be under way to one node: what it has not acknowledged yet is never more than its socket's buffer holds,
 * because a full buffer would block the thread that also tells the others who is there. Not thread-safe.
 */
final class Window {
    private final long stream;
    private final long most;
    private long sent;
    private long acknowledged;

    /**
     * Begins empty.
     *
     * @param stream number of this stream of frames, random, not 0
     * @param most bytes that may be under way
     */
    Window(long stream, long most) {
        this.stream = stream;
        this.most = most;
    }

    long stream() {
        return stream;
    }

    /** Returns whether so much more may be sent now; anything may when nothing is under way. */
    boolean takes(int bytes) {
        return underWay() == 0 || underWay() + bytes <= most;
    }

    /** Notes that so much is sent; returns the offset behind it. */
    long send(int bytes) {
        sent += bytes;
        return sent;
    }

    /** Takes in an acknowledgement; one of another stream, an older one or one of what was never sent changes nothing. */
    boolean acknowledge(long ofStream, long offset) {
        if (ofStream != stream || offset <= acknowledged || offset > sent) {
            return false;
        }
        acknowledged = offset;
        return true;
    }

    /** Returns the bytes sent and not acknowledged. */
    long underWay() {
        return sent - acknowledged;
    }
}
