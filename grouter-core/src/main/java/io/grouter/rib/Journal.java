package io.grouter.rib;

import io.grouter.fib.Fib;
import io.grouter.route.OfferChange;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The last changes, for those who ask what happened. Bounded; written by the rib thread, read by any.
 */
public final class Journal implements RibListener {
    private final @Nullable Entry[] entries;
    private final LongSupplier wallClock;
    private long next;

    /**
     * One change.
     *
     * @param id counted from 0 in this process
     * @param timeMillis wall-clock time, milliseconds since 1970
     * @param event what happened
     */
    public record Entry(long id, long timeMillis, RibEvent event) {}

    /**
     * Makes an empty journal.
     *
     * @param capacity most changes remembered, at least 1
     * @param wallClock milliseconds since 1970
     */
    public Journal(int capacity, LongSupplier wallClock) {
        this.entries = new Entry[capacity];
        this.wallClock = wallClock;
    }

    @Override
    public void onPublished(Fib fib, List<OfferChange> ownChanges, List<RibEvent> events) {
        if (!events.isEmpty()) {
            add(events, wallClock.getAsLong());
        }
    }

    private synchronized void add(List<RibEvent> events, long nowMillis) {
        int skipped = Math.max(0, events.size() - entries.length);
        next += skipped;
        for (RibEvent event : events.subList(skipped, events.size())) {
            entries[(int) (next % entries.length)] = new Entry(next, nowMillis, event);
            next++;
        }
    }

    /** Returns how many changes there have been, remembered or not. Any thread. */
    public synchronized long total() {
        return next;
    }

    /** Returns how many changes can be remembered. */
    public int capacity() {
        return entries.length;
    }

    /**
     * Returns the newest changes first. Any thread.
     *
     * @param before only changes with a lower id
     * @param limit at most so many, at least 1
     */
    public synchronized List<Entry> newest(long before, int limit, Predicate<Entry> filter) {
        List<Entry> found = new ArrayList<>();
        long oldest = Math.max(0, next - entries.length);
        for (long id = Math.min(next, before) - 1; id >= oldest && found.size() < limit; id--) {
            Entry entry = entries[(int) (id % entries.length)];
            if (entry != null && filter.test(entry)) {
                found.add(entry);
            }
        }
        return found;
    }

    /**
     * Returns the changes from an id on, oldest first; those before the oldest one remembered are missing. Any thread.
     *
     * @param limit at most so many, at least 1
     */
    public synchronized List<Entry> from(long id, int limit) {
        List<Entry> found = new ArrayList<>();
        for (long at = Math.max(id, Math.max(0, next - entries.length)); at < next && found.size() < limit; at++) {
            Entry entry = entries[(int) (at % entries.length)];
            if (entry != null) {
                found.add(entry);
            }
        }
        return found;
    }
}
