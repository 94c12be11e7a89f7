package io.grouter.fib;

import io.grouter.route.RouteHash;
import org.jspecify.annotations.Nullable;

/**
 * An open-addressed table of nodes. Slots are free where the first hash is 0; it is stored plus one. The second
 * carries a mark where segments follow, so that a reader need not look at those.
 *
 * <p>The capacity stands here as well as in the arrays because a reader that has it can ask for both arrays'
 * memory at the same time.
 */
final class RouteChunk {
    static final long FOLLOWED = 1L << 63;

    /** Holds nothing, and is never written. */
    static final RouteChunk EMPTY = new RouteChunk(new Object(), 1);

    final Object owner;
    final int capacity;
    int used;
    final long[] hashes;
    final @Nullable RouteEntry[] routes;
    /** What stands below each node; null when nothing stands below any. */
    @Nullable
    Below @Nullable [] next;

    RouteChunk(Object owner, int capacity) {
        this.owner = owner;
        this.capacity = capacity;
        this.hashes = new long[2 * capacity];
        this.routes = new RouteEntry[capacity];
    }

    RouteChunk(Object owner, RouteChunk from) {
        this.owner = owner;
        this.used = from.used;
        this.capacity = from.capacity;
        this.hashes = from.hashes.clone();
        this.routes = from.routes.clone();
        this.next = from.next == null ? null : from.next.clone();
    }

    /** Returns the slot of a node, or, when it is not there, minus one minus the slot where it would stand. */
    int find(long a, long b, long spread) {
        int slot = (int) (((spread & 0xFFFFFFFFL) * capacity) >>> 32);
        while (true) {
            long found = hashes[2 * slot];
            if (found == a + 1 && (hashes[2 * slot + 1] & ~FOLLOWED) == b) {
                return slot;
            }
            if (found == 0) {
                return -1 - slot;
            }
            slot = slot + 1 == capacity ? 0 : slot + 1;
        }
    }

    boolean leaf(int slot) {
        return hashes[2 * slot + 1] >= 0;
    }

    @Nullable
    Below next(int slot) {
        return next == null ? null : next[slot];
    }

    /** Returns a table with the same nodes but one, in slots for the given number of them. */
    RouteChunk rebuilt(Object newOwner, int nodes, int without) {
        RouteChunk copy = new RouteChunk(newOwner, capacityFor(nodes));
        for (int i = 0; i < routes.length; i++) {
            if (hashes[2 * i] != 0 && i != without) {
                copy.add(hashes[2 * i] - 1, hashes[2 * i + 1] & ~FOLLOWED, routes[i], next(i));
            }
        }
        return copy;
    }

    void add(long a, long b, @Nullable RouteEntry route, @Nullable Below below) {
        int slot = -1 - find(a, b, RouteHash.spread(a));
        hashes[2 * slot] = a + 1;
        hashes[2 * slot + 1] = b;
        routes[slot] = route;
        used++;
        setNext(slot, below);
    }

    void setNext(int slot, @Nullable Below below) {
        long b = hashes[2 * slot + 1] & ~FOLLOWED;
        hashes[2 * slot + 1] = below == null ? b : b | FOLLOWED;
        if (next == null && below != null) {
            next = new Below[routes.length];
        }
        if (next != null) {
            next[slot] = below;
        }
    }

    /** Three quarters full at most, and room for a few more. */
    static int capacityFor(int nodes) {
        return nodes + nodes / 3 + 4;
    }

    boolean full() {
        return 4 * (used + 1) > 3 * routes.length + 4;
    }
}
