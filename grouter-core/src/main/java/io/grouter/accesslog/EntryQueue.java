package io.grouter.accesslog;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A ring of entries with a bound, for many threads that add and one that takes. Nobody waits for anybody: a full queue
 * refuses, and an entry whose thread is just about to put it in its place is not there yet.
 */
final class EntryQueue {
    private final AtomicReferenceArray<@Nullable AccessEntry> slots;
    private final int capacity;
    /** The place the next entry takes; never more than the capacity ahead of {@link #head}. */
    private final AtomicLong tail = new AtomicLong();
    /** The place the next entry is taken from; moves on only when that place is empty again. */
    private final AtomicLong head = new AtomicLong();

    EntryQueue(int capacity) {
        this.capacity = capacity;
        this.slots = new AtomicReferenceArray<>(capacity);
    }

    /** Adds an entry; false when the queue is full. All threads. */
    boolean offer(AccessEntry entry) {
        long place;
        do {
            place = tail.get();
            if (place - head.get() >= capacity) {
                return false;
            }
        } while (!tail.compareAndSet(place, place + 1));
        // Not lazily: whoever looks afterwards whether the taker sleeps must have made this visible before.
        slots.set(index(place), entry);
        return true;
    }

    /** Takes the oldest entry, null when there is none. The taking thread only. */
    @Nullable
    AccessEntry poll() {
        long place = head.get();
        AccessEntry entry = slots.get(index(place));
        if (entry != null) {
            slots.lazySet(index(place), null);
            head.lazySet(place + 1);
        }
        return entry;
    }

    /** Returns whether there is nothing to take. The taking thread only. */
    boolean isEmpty() {
        return slots.get(index(head.get())) == null;
    }

    /** Returns about how many entries wait. All threads. */
    int size() {
        long from = head.get();
        return (int) Math.min(capacity, tail.get() - from);
    }

    int capacity() {
        return capacity;
    }

    private int index(long place) {
        return (int) (place % capacity);
    }
}
