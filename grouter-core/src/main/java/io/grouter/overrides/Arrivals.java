package io.grouter.overrides;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many requests still arrive at this node although an override sends them elsewhere. Each node counts what it sees
 * itself. Safe for all threads; counting takes no lock and allocates nothing.
 */
public final class Arrivals {
    private static final int SLOTS = 64;
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LongAdder total = new LongAdder();
    private final LongAdder ofKind;
    /** One slot for each of the last seconds: the second's low 32 bits above, its count below. */
    private final AtomicLongArray seconds = new AtomicLongArray(SLOTS);

    /** Makes a count that is also added to another, which outlives it. */
    Arrivals(LongAdder ofKind) {
        this.ofKind = ofKind;
    }

    /** Counts one request. */
    void count(long nowNanos) {
        total.increment();
        ofKind.increment();
        long second = Math.floorDiv(nowNanos, SECOND_NANOS);
        int slot = (int) Math.floorMod(second, (long) SLOTS);
        long stamp = second << 32;
        long old;
        long next;
        do {
            old = seconds.get(slot);
            next = (old ^ stamp) >>> 32 == 0 ? old + 1 : stamp + 1;
        } while (!seconds.compareAndSet(slot, old, next));
    }

    /** Returns how many requests have arrived since the override began here. */
    public long total() {
        return total.sum();
    }

    /**
     * Returns the requests per second of the last whole seconds.
     *
     * @param over so many seconds, 1 to 60
     */
    public double perSecond(int over, long nowNanos) {
        long now = Math.floorDiv(nowNanos, SECOND_NANOS);
        long sum = 0;
        for (long second = now - over; second < now; second++) {
            long slot = seconds.get((int) Math.floorMod(second, (long) SLOTS));
            if ((slot ^ (second << 32)) >>> 32 == 0) {
                sum += slot & 0xFFFF_FFFFL;
            }
        }
        return (double) sum / over;
    }
}
