package io.grouter.sim.virtual;

import java.util.PriorityQueue;

/** What is to be done when, in virtual time; what is due at the same time is done in the order it was put down. */
final class Agenda {
    private final PriorityQueue<Entry> entries = new PriorityQueue<>();
    private long nowNanos;
    private long count;

    private record Entry(long at, long number, Runnable what) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            int order = Long.compare(at, other.at);
            return order != 0 ? order : Long.compare(number, other.number);
        }
    }

    long nowNanos() {
        return nowNanos;
    }

    /** Puts something down for a time from now; what should have been before now is done now. */
    void after(long nanos, Runnable what) {
        entries.add(new Entry(nowNanos + Math.max(0, nanos), count++, what));
    }

    /** Does the next thing if it is due before the given time, which becomes now; false when there is none. */
    boolean next(long untilNanos) {
        Entry first = entries.peek();
        if (first == null || first.at() > untilNanos) {
            nowNanos = Math.max(nowNanos, untilNanos);
            return false;
        }
        entries.remove();
        nowNanos = first.at();
        first.what().run();
        return true;
    }
}
