package io.grouter.fib;

import io.grouter.route.RouteHash;
import java.util.Arrays;
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
     * known-empty route of the last node reached, or else null. Allocates nothing.
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
            int slot = chunk == null ? -1 : chunk.find(a, b, spread);
            if (chunk == null || slot < 0) {
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

    private @Nullable RouteChunk chunk(long spread) {
        Branch branch = root;
        for (int shift = 64 - FAN_BITS; ; shift -= FAN_BITS) {
            Object below = branch.below[(int) (spread >>> shift) & (FAN_OUT - 1)];
            if (below instanceof RouteChunk chunk) {
                return chunk;
            }
            if (below == null) {
                return null;
            }
            branch = (Branch) below;
        }
    }

    /** Returns the route registered under exactly this host and path, or null. */
    @Nullable
    RouteEntry get(String host, String path) {
        RouteHash hash = RouteHash.of(host, 0, path);
        RouteChunk chunk = chunk(RouteHash.spread(hash.a()));
        int slot = chunk == null ? -1 : chunk.find(hash.a(), hash.b(), RouteHash.spread(hash.a()));
        return chunk == null || slot < 0 ? null : chunk.routes[slot];
    }

    /** Calls the action for every route of a host, whatever its path; returns whether the host is known at all. */
    boolean forEachPath(String host, int from, Consumer<RouteEntry> action) {
        return below(new RouteHash().segment(host, from, host.length()), action);
    }

    private boolean below(RouteHash hash, Consumer<RouteEntry> action) {
        RouteChunk chunk = chunk(RouteHash.spread(hash.a()));
        int slot = chunk == null ? -1 : chunk.find(hash.a(), hash.b(), RouteHash.spread(hash.a()));
        if (chunk == null || slot < 0) {
            return false;
        }
        if (chunk.routes[slot] != null) {
            action.accept(chunk.routes[slot]);
        }
        String[] following = chunk.next(slot);
        for (int i = 0; following != null && i < following.length; i++) {
            below(hash.copy().segment(following[i], 0, following[i].length()), action);
        }
        return true;
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

    // ---- writing; by the owner alone

    /** Puts a route under a host and path, or with null takes it away; returns what was there before. */
    @Nullable
    RouteEntry set(String host, String path, @Nullable RouteEntry route) {
        return set(new RouteHash().segment(host, 0, host.length()), path, 0, route);
    }

    /** Sets the route below one node, and keeps the node itself only as long as it leads somewhere. */
    private @Nullable RouteEntry set(RouteHash hash, String path, int at, @Nullable RouteEntry route) {
        long a = hash.a();
        long b = hash.b();
        if (at >= path.length()) {
            return setHere(a, b, route);
        }
        int end = RouteHash.endOfSegment(path, at);
        String segment = path.substring(at + 1, end);
        RouteHash deeper = hash.segment(segment, 0, segment.length());
        boolean wasThere = isNode(deeper.a(), deeper.b());
        if (!wasThere && route == null) {
            return null;
        }
        long deeperA = deeper.a();
        long deeperB = deeper.b();
        RouteEntry old = set(deeper, path, end, route);
        boolean isThere = isNode(deeperA, deeperB);
        if (wasThere != isThere) {
            link(a, b, segment, isThere);
        }
        return old;
    }

    private boolean isNode(long a, long b) {
        RouteChunk chunk = chunk(RouteHash.spread(a));
        return chunk != null && chunk.find(a, b, RouteHash.spread(a)) >= 0;
    }

    private @Nullable RouteEntry setHere(long a, long b, @Nullable RouteEntry route) {
        long spread = RouteHash.spread(a);
        RouteChunk chunk = chunk(spread);
        int slot = chunk == null ? -1 : chunk.find(a, b, spread);
        if (chunk == null || slot < 0) {
            if (route != null) {
                add(a, b, route, null);
            }
            return null;
        }
        RouteEntry old = chunk.routes[slot];
        if (old != null && route != null && !old.uri().equals(route.uri())) {
            throw new IllegalStateException("two routes with one hash: " + old.uri() + " and " + route.uri());
        }
        if (route == null && chunk.leaf(slot)) {
            remove(spread, slot);
        } else {
            own(spread).routes[slot] = route;
        }
        return old;
    }

    /** Notes at a node that a segment follows it, or no longer does. */
    private void link(long a, long b, String segment, boolean follows) {
        long spread = RouteHash.spread(a);
        RouteChunk chunk = chunk(spread);
        int slot = chunk == null ? -1 : chunk.find(a, b, spread);
        if (chunk == null || slot < 0) {
            add(a, b, null, new String[] {segment});
            return;
        }
        String[] before = chunk.next(slot);
        String[] after = follows ? plus(before, segment) : minus(before, segment);
        if (after == null && chunk.routes[slot] == null) {
            remove(spread, slot);
        } else {
            own(spread).setNext(slot, after);
        }
    }

    private static String[] plus(String @Nullable [] segments, String segment) {
        if (segments == null) {
            return new String[] {segment};
        }
        String[] more = Arrays.copyOf(segments, segments.length + 1);
        more[segments.length] = segment;
        return more;
    }

    private static String @Nullable [] minus(String @Nullable [] segments, String segment) {
        if (segments == null || segments.length == 1) {
            return null;
        }
        String[] fewer = new String[segments.length - 1];
        int at = Arrays.asList(segments).indexOf(segment);
        System.arraycopy(segments, 0, fewer, 0, at);
        System.arraycopy(segments, at + 1, fewer, at, fewer.length - at);
        return fewer;
    }

    private void add(long a, long b, @Nullable RouteEntry route, String @Nullable [] following) {
        long spread = RouteHash.spread(a);
        Branch branch = ownRoot();
        for (int shift = 64 - FAN_BITS; ; shift -= FAN_BITS) {
            int at = (int) (spread >>> shift) & (FAN_OUT - 1);
            Object below = branch.below[at];
            if (below instanceof Branch next) {
                branch = ownBelow(branch, at, next);
                continue;
            }
            RouteChunk chunk = below == null ? new RouteChunk(owner, RouteChunk.capacityFor(1)) : (RouteChunk) below;
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
            chunk.add(a, b, route, following);
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
