package io.grouter.gorouter;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many requests one GoRouter is given at a time. The limit grows by one each time it was reached and as many answers
 * came back, and shrinks by a tenth, at most once a second, when the GoRouter shows that it has too much to do: it takes
 * no connections, breaks them off, or is slow to answer health probes. How long apps take says nothing about that, so
 * answers are not timed. Safe for all threads, without locks.
 */
final class InFlightLimit {
    private static final double SHRINK = 0.9;
    private static final long ONCE_NANOS = 1_000_000_000;

    private final int least;
    private final int most;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();
    private volatile int limit;
    private volatile boolean reached;
    private volatile boolean shrunk;
    private volatile long shrunkNanos;

    InFlightLimit(int least, int most) {
        this.least = least;
        this.most = most;
        this.limit = most;
    }

    int limit() {
        return limit;
    }

    int inFlight() {
        return inFlight.get();
    }

    /** Returns whether another request would be within the limit; if not, the limit matters. */
    boolean hasRoom() {
        if (inFlight.get() < limit) {
            return true;
        }
        reached = true;
        return false;
    }

    boolean take() {
        if (inFlight.incrementAndGet() <= limit) {
            return true;
        }
        inFlight.decrementAndGet();
        reached = true;
        return false;
    }

    void giveBack() {
        inFlight.decrementAndGet();
        int now = limit;
        if (reached && now < most && answered.incrementAndGet() >= now) {
            answered.set(0);
            reached = false;
            limit = Math.min(most, now + 1 + now / 10);
        }
    }

    /** The GoRouter has too much to do. */
    void overloaded(long nowNanos) {
        if (!shrunk || nowNanos - shrunkNanos >= ONCE_NANOS) {
            shrunk = true;
            shrunkNanos = nowNanos;
            int from = Math.min(limit, Math.max(inFlight.get(), least));
            limit = Math.max(least, (int) (from * SHRINK));
        }
    }
}
