package io.grouter.fib;

import io.grouter.route.RouteHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Collects one page of routes in the order of their spread hashes, chunk by chunk. Only the chunk in which a page ends
 * has to be put in order for that. Used by one thread, once.
 */
final class RouteReader {
    private final Predicate<RouteEntry> filter;
    private final int limit;
    private final List<RouteEntry> found;
    private int[] slots = new int[512];
    private long from;
    /** Where the next page begins, once this one is full. */
    private @Nullable Long next;

    RouteReader(Predicate<RouteEntry> filter, int limit) {
        this.filter = filter;
        this.limit = limit;
        this.found = new ArrayList<>(Math.min(limit, 1024));
    }

    /** Begins with another table, at a spread hash. */
    void start(long at) {
        from = at;
    }

    List<RouteEntry> found() {
        return found;
    }

    /** Returns where the next page begins; null = there is none. */
    @Nullable
    Long next() {
        return next;
    }

    /** Returns whether a part that ends with a spread hash has been read before. */
    boolean isPast(long last) {
        return Long.compareUnsigned(last, from) < 0;
    }

    /** Reads a chunk whose nodes have spread hashes from a first one on; returns whether to go on. */
    boolean read(RouteChunk chunk, long first) {
        boolean whole = Long.compareUnsigned(from, first) <= 0;
        if (slots.length < chunk.capacity) {
            slots = new int[2 * chunk.capacity];
        }
        int matches = 0;
        for (int slot = 0; slot < chunk.capacity; slot++) {
            RouteEntry route = chunk.routes[slot];
            if (route != null && (whole || !isPast(spread(chunk, slot))) && filter.test(route)) {
                slots[matches++] = slot;
            }
        }
        if (found.size() + matches > limit) {
            next = cut(chunk, matches, whole ? first : from);
            return false;
        }
        add(chunk, matches, -1);
        return true;
    }

    private static long spread(RouteChunk chunk, int slot) {
        return RouteHash.spread(chunk.hashes[2 * slot] - 1);
    }

    /** Takes the matches up to a spread hash. */
    private void add(RouteChunk chunk, int matches, long last) {
        for (int i = 0; i < matches; i++) {
            RouteEntry route = chunk.routes[slots[i]];
            if (route != null && Long.compareUnsigned(spread(chunk, slots[i]), last) <= 0) {
                found.add(route);
            }
        }
    }

    /** Takes only as many as there is room for, and returns where the next page begins. */
    private long cut(RouteChunk chunk, int matches, long first) {
        int room = limit - found.size();
        if (room == 0) {
            return first;
        }
        long[] order = new long[matches];
        for (int i = 0; i < matches; i++) {
            order[i] = spread(chunk, slots[i]) ^ Long.MIN_VALUE; // so that signed order is unsigned order
        }
        Arrays.sort(order);
        long last = order[room - 1] ^ Long.MIN_VALUE;
        add(chunk, matches, last);
        return last + 1;
    }
}
