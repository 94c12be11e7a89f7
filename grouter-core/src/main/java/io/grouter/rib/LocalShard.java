package io.grouter.rib;

import io.grouter.route.RouteHash;
import io.grouter.route.RouteKey;
import org.jspecify.annotations.Nullable;

/**
 * A part of the local table: routes by the first hash of their name, open-addressed. Used by the rib thread only.
 *
 * <p>Nearly every message says again what is known already, about a route with one endpoint. So that such a message
 * costs one access to memory, the slot itself tells: beside the first hash stands the second, crossed with the hash of
 * the message that told of the only endpoint. Where both are as expected, nothing else is looked at. (A route with
 * several endpoints, or none, has the second hash alone.)
 *
 * <p>Also beside each route stands the tick from which on it has to be looked at because something of it may be over.
 * That row of ticks is read from end to end now and then, which is cheap; the routes behind it are not.
 */
final class LocalShard {
    private int used;
    private int capacity = 8;
    private long[] hashes = new long[2 * capacity];
    private @Nullable LocalRoute[] routes = new LocalRoute[capacity];
    private int[] due = new int[capacity];

    int capacity() {
        return capacity;
    }

    @Nullable
    LocalRoute route(int slot) {
        return routes[slot];
    }

    /** Returns the route in a slot that {@link #find} or {@link #add} named. */
    LocalRoute taken(int slot) {
        LocalRoute route = routes[slot];
        if (route == null) {
            throw new IllegalStateException("slot " + slot + " is free");
        }
        return route;
    }

    int due(int slot) {
        return due[slot];
    }

    void due(int slot, int tick) {
        due[slot] = tick;
    }

    /** Returns the slot of a route whose only endpoint this message told of before, or -1 when that is not so. */
    int findUnchanged(RouteKey key, long messageHash) {
        long a = key.hash().a() + 1;
        long b = key.hash().b() ^ messageHash;
        int slot = home(a);
        for (long found = hashes[2 * slot]; found != 0; found = hashes[2 * slot]) {
            if (found == a && hashes[2 * slot + 1] == b) {
                return slot;
            }
            slot = slot + 1 == capacity ? 0 : slot + 1;
        }
        return -1;
    }

    /** Returns the slot of a route, or, when it is not there, minus one minus the slot where it would stand. */
    int find(RouteKey key) {
        long a = key.hash().a() + 1;
        int slot = home(a);
        for (long found = hashes[2 * slot]; found != 0; found = hashes[2 * slot]) {
            if (found == a && (hashes[2 * slot + 1] == key.hash().b() || key.is(taken(slot).uri))) {
                return slot;
            }
            slot = slot + 1 == capacity ? 0 : slot + 1;
        }
        return -1 - slot;
    }

    private int home(long storedA) {
        return (int) (((RouteHash.spread(storedA) & 0xFFFFFFFFL) * capacity) >>> 32);
    }

    /** Sets what a slot tells of its route's only endpoint: the hash of a message, or 0. */
    void mark(int slot, RouteKey key, long messageHash) {
        hashes[2 * slot + 1] = key.hash().b() ^ messageHash;
    }

    /** Adds a route that is not there yet and returns its slot. */
    int add(RouteKey key, LocalRoute route) {
        if (4 * (used + 1) > 3 * capacity) {
            grow();
        }
        int slot = -1 - find(key);
        put(slot, key.hash().a() + 1, key.hash().b(), route, 0);
        used++;
        return slot;
    }

    private void put(int slot, long storedA, long second, @Nullable LocalRoute route, int tick) {
        hashes[2 * slot] = storedA;
        hashes[2 * slot + 1] = second;
        routes[slot] = route;
        due[slot] = tick;
    }

    private void grow() {
        long[] oldHashes = hashes;
        LocalRoute[] oldRoutes = routes;
        int[] oldDue = due;
        capacity += capacity / 4 + 8;
        hashes = new long[2 * capacity];
        routes = new LocalRoute[capacity];
        due = new int[capacity];
        for (int i = 0; i < oldRoutes.length; i++) {
            if (oldRoutes[i] != null) {
                put(freeFrom(home(oldHashes[2 * i])), oldHashes[2 * i], oldHashes[2 * i + 1], oldRoutes[i], oldDue[i]);
            }
        }
    }

    private int freeFrom(int home) {
        int slot = home;
        while (hashes[2 * slot] != 0) {
            slot = slot + 1 == capacity ? 0 : slot + 1;
        }
        return slot;
    }

    /** Takes a route away and moves up those that would not be found any more. */
    void remove(int slot) {
        int free = slot;
        int next = slot;
        while (true) {
            next = next + 1 == capacity ? 0 : next + 1;
            if (hashes[2 * next] == 0) {
                break;
            }
            int home = home(hashes[2 * next]);
            boolean mayStay = free <= next ? free < home && home <= next : free < home || home <= next;
            if (!mayStay) {
                put(free, hashes[2 * next], hashes[2 * next + 1], routes[next], due[next]);
                free = next;
            }
        }
        put(free, 0, 0, null, 0);
        used--;
    }
}
