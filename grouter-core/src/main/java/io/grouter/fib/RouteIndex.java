package io.grouter.fib;

import io.grouter.route.RouteHash;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * GoRouter's trie of hosts and path segments ({@code container.Trie}), kept in a hash table so that a step down costs
 * one access: every host, and every beginning of a registered path, is a node of its own under its {@link RouteHash}.
 * Immutable for readers: a writer copies what it changes and shares all else, so a change costs the same in a small
 * and in a large table.
 *
 * <p>The upper levels are arrays of 64, chosen by the first bits of the hash; below stand small open-addressed tables,
 * split into 64 when they grow beyond {@value #MAX_CHUNK} nodes.
 */
final class RouteIndex {
    private static final int MAX_CHUNK = 256;
    private static final int FAN_BITS = 6;
    private static final int FAN_OUT = 1 << FAN_BITS;
    /** The lower half of the spread hash chooses the slot within a chunk, so chunks below this bit are not split. */
    private static final int LAST_SHIFT = 64 - 5 * FAN_BITS;

    /** Whoever may change a part in place: the builder that made it. Nobody, once it is published. */
    private final Object owner;

    private Branch root;

    private RouteIndex(Object owner, Branch root) {
        this.owner = owner;
        this.root = root;
    }

    static RouteIndex empty() {
        return new RouteIndex(new Object(), new Branch(new Object(), new Object[FAN_OUT]));
    }

    /** Returns a copy that can be changed, until the owner is forgotten. Costs next to nothing. */
    RouteIndex writable(Object newOwner) {
        return new RouteIndex(newOwner, root);
    }

    private static final class Branch {
        final Object owner;
        final @Nullable Object[] below;

        Branch(Object owner, @Nullable Object[] below) {
            this.owner = owner;
            this.below = below;
        }
    }

    // ---- reading

    /**
     * Walks down from a host along a path as GoRouter does and returns the deepest route that somebody has, or else the
     * known-empty route of the last node reached, or else null. Allocates nothing; so it hashes in place what
     * {@link RouteHash#segment(String, int, int)} would.
     *
     * @param host the text the host is part of, in any case
     * @param from where the host begins in it
     * @param path {@code /} and segments; anything else counts as no path
     */
    @Nullable
    RouteEntry find(String host, int from, String path) {
        String text = host;
        int at = from;
        int end = host.length();
        long a = 1;
        long b = 1;
        int slash = 0;
        RouteEntry deepest = null;
        RouteEntry last = null;
        while (true) {
            int seen = 0;
            long word = 0;
            int i = at;
            for (; i + RouteHash.WORD <= end; i += RouteHash.WORD) {
                word = 0;
                for (int j = 0; j < RouteHash.WORD; j++) {
                    int c = text.charAt(i + j);
                    seen |= c;
                    word = word << 8 | c;
                }
                word = RouteHash.lower(word);
                a = RouteHash.mix(a, word, RouteHash.POINT_A);
                b = RouteHash.mix(b, word, RouteHash.POINT_B);
            }
            word = 0;
            for (; i < end; i++) {
                int c = text.charAt(i);
                seen |= c;
                word = word << 8 | c;
            }
            if (seen >= 0x80) {
                return deepest == null ? last : deepest; // GoRouter looks up nothing but ASCII
            }
            word = RouteHash.last(RouteHash.lower(word), (end - at) % RouteHash.WORD);
            a = RouteHash.mix(a, word, RouteHash.POINT_A);
            b = RouteHash.mix(b, word, RouteHash.POINT_B);
            long spread = RouteHash.spread(a);
            RouteChunk chunk = chunk(spread);
            int slot = chunk.find(a, b, spread);
            if (slot < 0) {
                return deepest == null ? last : deepest;
            }
            last = chunk.routes[slot];
            boolean leaf = chunk.leaf(slot);
            if (leaf && deepest == null) {
                return last;
            }
            if (last != null && !last.knownEmpty()) {
                deepest = last;
            }
            if (leaf || slash >= path.length() || path.charAt(slash) != '/') {
                return deepest == null ? last : deepest;
            }
            text = path;
            at = slash + 1;
            end = RouteHash.endOfSegment(path, slash);
            slash = end;
        }
    }

    /** Returns the chunk in which the node of a hash stands, if there is one. */
    private RouteChunk chunk(long spread) {
        Branch branch = root;
        for (int shift = 64 - FAN_BITS; ; shift -= FAN_BITS) {
            Object below = branch.below[(int) (spread >>> shift) & (FAN_OUT - 1)];
            if (below instanceof RouteChunk chunk) {
                return chunk;
            }
            if (below == null) {
                return RouteChunk.EMPTY;
            }
            branch = (Branch) below;
        }
    }

    /** Returns the route registered under exactly this host and path, or null. */
    @Nullable
    RouteEntry get(String host, String path) {
        RouteHash hash = RouteHash.of(host, 0, path);
        long spread = RouteHash.spread(hash.a());
        RouteChunk chunk = chunk(spread);
        int slot = chunk.find(hash.a(), hash.b(), spread);
        return slot < 0 ? null : chunk.routes[slot];
    }

    /** Returns which sites have any route of a host, whatever its path; null when the host is not known at all. */
    @Nullable
    HostSites sitesOf(String host, int from) {
        RouteHash hash = new RouteHash().segment(host, from, host.length());
        long spread = RouteHash.spread(hash.a());
        RouteChunk chunk = chunk(spread);
        int slot = chunk.find(hash.a(), hash.b(), spread);
        return slot < 0 ? null : sites(chunk.next(slot)).with(null, chunk.routes[slot]);
    }

    /** Calls the action once for every route, in no particular order. */
    void forEach(Consumer<RouteEntry> action) {
        forEach(root, action);
    }

    private static void forEach(@Nullable Object part, Consumer<RouteEntry> action) {
        if (part instanceof RouteChunk chunk) {
            for (RouteEntry route : chunk.routes) {
                if (route != null) {
                    action.accept(route);
                }
            }
        } else if (part instanceof Branch branch) {
            for (Object below : branch.below) {
                forEach(below, action);
            }
        }
    }

    /** Reads on, in the order of the spread hashes; returns whether the end was reached. */
    boolean read(RouteReader reader) {
        return read(root, 64 - FAN_BITS, 0, reader);
    }

    private static boolean read(Branch branch, int shift, long first, RouteReader reader) {
        for (int i = 0; i < FAN_OUT; i++) {
            Object below = branch.below[i];
            long begin = first | (long) i << shift;
            if (below == null || reader.isPast(begin | (1L << shift) - 1)) {
                continue;
            }
            boolean on = below instanceof RouteChunk chunk
                    ? reader.read(chunk, begin)
                    : read((Branch) below, shift - FAN_BITS, begin, reader);
            if (!on) {
                return false;
            }
        }
        return true;
    }

    // ---- writing; by the owner alone

    /** Puts a route under a host and path, or with null takes it away; returns what was there before. */
    @Nullable
    RouteEntry set(String host, String path, @Nullable RouteEntry route) {
        RouteHash hash = new RouteHash().segment(host, 0, host.length());
        if (path.isEmpty()) {
            return setHere(hash.a(), hash.b(), route);
        }
        long a = hash.a();
        long b = hash.b();
        RouteEntry old = setBelow(hash, path, 0, route);
        Below below = below(a, b);
        if (below != null) {
            note(a, b, new Below(below.nodes(), sites(below).with(old, route)));
        }
        return old;
    }

    /** Sets the route some segments below a node, and keeps the nodes on the way only as long as they lead somewhere. */
    private @Nullable RouteEntry setBelow(RouteHash node, String path, int at, @Nullable RouteEntry route) {
        long a = node.a();
        long b = node.b();
        int end = RouteHash.endOfSegment(path, at);
        RouteHash deeper = node.segment(path, at + 1, end);
        long deeperA = deeper.a();
        long deeperB = deeper.b();
        boolean wasThere = isNode(deeperA, deeperB);
        if (!wasThere && route == null) {
            return null;
        }
        RouteEntry old = end == path.length() ? setHere(deeperA, deeperB, route) : setBelow(deeper, path, end, route);
        boolean isThere = isNode(deeperA, deeperB);
        if (wasThere != isThere) {
            Below below = below(a, b);
            int nodes = (below == null ? 0 : below.nodes()) + (isThere ? 1 : -1);
            note(a, b, nodes == 0 ? null : new Below(nodes, below == null ? null : below.sites()));
        }
        return old;
    }

    private @Nullable Below below(long a, long b) {
        long spread = RouteHash.spread(a);
        RouteChunk chunk = chunk(spread);
        int slot = chunk.find(a, b, spread);
        return slot < 0 ? null : chunk.next(slot);
    }

    private static HostSites sites(@Nullable Below below) {
        return below == null || below.sites() == null ? HostSites.NONE : below.sites();
    }

    /** Notes what stands below a node, which is made if need be, and goes when it leads nowhere any more. */
    private void note(long a, long b, @Nullable Below below) {
        long spread = RouteHash.spread(a);
        RouteChunk chunk = chunk(spread);
        int slot = chunk.find(a, b, spread);
        if (slot < 0) {
            if (below != null) {
                add(a, b, null, below);
            }
        } else if (below == null && chunk.routes[slot] == null) {
            remove(spread, slot);
        } else {
            own(spread).setNext(slot, below);
        }
    }

    private boolean isNode(long a, long b) {
        long spread = RouteHash.spread(a);
        return chunk(spread).find(a, b, spread) >= 0;
    }

    private @Nullable RouteEntry setHere(long a, long b, @Nullable RouteEntry route) {
        long spread = RouteHash.spread(a);
        RouteChunk chunk = chunk(spread);
        int slot = chunk.find(a, b, spread);
        if (slot < 0) {
            if (route != null) {
                add(a, b, route, null);
            }
            return null;
        }
        RouteEntry old = chunk.routes[slot];
        if (route == null && chunk.leaf(slot)) {
            remove(spread, slot);
        } else {
            own(spread).routes[slot] = route;
        }
        return old;
    }

    private void add(long a, long b, @Nullable RouteEntry route, @Nullable Below below) {
        long spread = RouteHash.spread(a);
        Branch branch = ownRoot();
        for (int shift = 64 - FAN_BITS; ; shift -= FAN_BITS) {
            int at = (int) (spread >>> shift) & (FAN_OUT - 1);
            Object part = branch.below[at];
            if (part instanceof Branch next) {
                branch = ownBelow(branch, at, next);
                continue;
            }
            RouteChunk chunk = part == null ? new RouteChunk(owner, RouteChunk.capacityFor(1)) : (RouteChunk) part;
            if (chunk.used >= MAX_CHUNK && shift > LAST_SHIFT) {
                branch.below[at] = split(chunk, shift - FAN_BITS);
                branch = (Branch) branch.below[at];
                continue;
            }
            if (chunk.full()) {
                chunk = chunk.rebuilt(owner, chunk.used + 1 + chunk.used / 8, -1);
            } else if (chunk.owner != owner) {
                chunk = new RouteChunk(owner, chunk);
            }
            chunk.add(a, b, route, below);
            branch.below[at] = chunk;
            return;
        }
    }

    private Branch split(RouteChunk chunk, int shift) {
        Branch branch = new Branch(owner, new Object[FAN_OUT]);
        for (int i = 0; i < chunk.routes.length; i++) {
            if (chunk.hashes[2 * i] == 0) {
                continue;
            }
            long a = chunk.hashes[2 * i] - 1;
            int at = (int) (RouteHash.spread(a) >>> shift) & (FAN_OUT - 1);
            RouteChunk part = (RouteChunk) branch.below[at];
            if (part == null || part.full()) {
                part = part == null
                        ? new RouteChunk(owner, RouteChunk.capacityFor(MAX_CHUNK / FAN_OUT))
                        : part.rebuilt(owner, 2 * part.used, -1);
                branch.below[at] = part;
            }
            part.add(a, chunk.hashes[2 * i + 1] & ~RouteChunk.FOLLOWED, chunk.routes[i], chunk.next(i));
        }
        return branch;
    }

    private void remove(long spread, int slot) {
        Branch branch = ownRoot();
        for (int shift = 64 - FAN_BITS; ; shift -= FAN_BITS) {
            int at = (int) (spread >>> shift) & (FAN_OUT - 1);
            if (branch.below[at] instanceof Branch next) {
                branch = ownBelow(branch, at, next);
                continue;
            }
            RouteChunk chunk = (RouteChunk) branch.below[at];
            if (chunk != null) {
                branch.below[at] = chunk.used == 1 ? null : chunk.rebuilt(owner, chunk.used - 1, slot);
            }
            return;
        }
    }

    /** Returns the chunk of a hash, copied if it is shared; it must be there. */
    private RouteChunk own(long spread) {
        Branch branch = ownRoot();
        for (int shift = 64 - FAN_BITS; ; shift -= FAN_BITS) {
            int at = (int) (spread >>> shift) & (FAN_OUT - 1);
            if (branch.below[at] instanceof RouteChunk chunk) {
                RouteChunk own = chunk.owner == owner ? chunk : new RouteChunk(owner, chunk);
                branch.below[at] = own;
                return own;
            }
            branch = ownBelow(branch, at, (Branch) branch.below[at]);
        }
    }

    private Branch ownRoot() {
        if (root.owner != owner) {
            root = new Branch(owner, root.below.clone());
        }
        return root;
    }

    private Branch ownBelow(Branch branch, int at, Branch below) {
        Branch own = below.owner == owner ? below : new Branch(owner, below.below.clone());
        branch.below[at] = own;
        return own;
    }
}
