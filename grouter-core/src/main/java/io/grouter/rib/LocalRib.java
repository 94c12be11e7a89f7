package io.grouter.rib;

import io.grouter.route.Bytes;
import io.grouter.route.ChangeResult;
import io.grouter.route.PackedEndpoint;
import io.grouter.route.RouteHash;
import io.grouter.route.RouteKey;
import io.grouter.route.RouteUri;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The routes of this site, at endpoint level. Used by the rib thread only.
 *
 * <p>Follows GoRouter's {@code route.EndpointPool}: an endpoint is identified by its address alone, a register with
 * the same address replaces it, an unregister ignores everything but the address. A route whose last endpoint has left
 * stays known to be empty for a while.
 */
final class LocalRib {
    /** How finely ages are kept. */
    static final long TICK_NANOS = Duration.ofMillis(100).toNanos();

    /** In how many parts the table is kept; a power of two. */
    static final int SHARDS = 1024;

    /** So many ticks from now will not be reached before they are set anew: some years. */
    private static final int NEVER = Integer.MAX_VALUE / 4;

    private final LocalShard[] shards = new LocalShard[SHARDS];
    private final RibConfig config;
    private final List<LocalRoute> changed = new ArrayList<>();
    private final int lifetime;
    private final RouteKey asked = new RouteKey();
    private final Deque<Emptied> emptied = new ArrayDeque<>();
    private boolean started;
    private long originNanos;
    private int refreshed;
    private int routes;
    private int knownEmpty;
    private int endpoints;

    /** A route that was emptied, and the tick until which it is kept. */
    private record Emptied(LocalRoute route, int until) {}

    /** Makes the empty table. */
    LocalRib(RibConfig config) {
        this.config = config;
        this.lifetime = ticks(config.staleThreshold());
        for (int i = 0; i < SHARDS; i++) {
            shards[i] = new LocalShard();
        }
    }

    private static int ticks(Duration duration) {
        return (int) Math.min(Integer.MAX_VALUE / 4, duration.toNanos() / TICK_NANOS);
    }

    /** Ticks are counted from a little before the first time seen, and compared so that they may wrap. */
    private int tick(long nowNanos) {
        if (!started) {
            started = true;
            originNanos = nowNanos;
            refreshed = Integer.MIN_VALUE / 2;
        }
        return (int) ((nowNanos - originNanos) / TICK_NANOS);
    }

    private LocalShard shard(RouteHash hash) {
        return shards[(int) (RouteHash.spread(hash.a()) >>> 54)];
    }

    /**
     * Takes in a message that was taken in before, word for word, and told of the only endpoint of a route.
     *
     * @param messageHash hash of the whole message, as it was given to {@link #register}
     * @return false when it was not, or is not any more, such a message; nothing has happened then
     */
    boolean heartbeat(RouteKey key, long messageHash, long nowNanos) {
        LocalShard shard = shard(key.hash());
        int slot = shard.findUnchanged(key, messageHash);
        if (slot < 0) {
            return false;
        }
        shard.due(slot, tick(nowNanos) + lifetime + 1);
        return true;
    }

    /**
     * Takes in that an endpoint is there, or still there.
     *
     * @param messageHash hash of the message, if it said nothing else; else 0
     */
    ChangeResult register(RouteKey key, Bytes row, long messageHash, long nowNanos, Cause cause) {
        LocalShard shard = shard(key.hash());
        int now = tick(nowNanos);
        int slot = shard.find(key);
        LocalRoute route = slot < 0 ? null : shard.taken(slot);
        int at = route == null ? -1 : route.find(row, PackedEndpoint.addressLength(row.array()));
        // A heartbeat gives the usual lifetime; an endpoint with another one is never taken for one.
        boolean usual = lifetime(row.array()) == lifetime;
        long mark = usual ? messageHash : 0;
        return route == null || at < 0
                ? arrived(key, slot, row, mark, now, cause)
                : heardOf(key, slot, row, mark, now, cause);
    }

    /** An endpoint the route does not have yet. */
    private ChangeResult arrived(RouteKey key, int found, Bytes row, long mark, int now, Cause cause) {
        LocalShard shard = shard(key.hash());
        int slot = found;
        LocalRoute route = slot < 0 ? new LocalRoute(key.toUri()) : shard.taken(slot);
        boolean appears = route.count() == 0;
        if (route.count() >= config.maxEndpointsPerRoute() || (appears && routes >= config.maxLocalRoutes())) {
            return ChangeResult.REFUSED;
        }
        if (slot < 0) {
            slot = shard.add(key, route);
        } else if (appears) {
            knownEmpty--;
        } else if (route.count() == 1) {
            route.seen(0, soleSeen(shard, slot, route));
        }
        byte[] kept = row.toArray();
        route.add(kept, now);
        shard.mark(slot, key, appears ? mark : 0);
        endpoints++;
        changed(route, cause);
        if (!appears) {
            sooner(shard, slot, over(kept, now));
            return ChangeResult.UPDATED;
        }
        shard.due(slot, over(kept, now));
        routes++;
        return ChangeResult.ROUTE_ADDED;
    }

    /** An endpoint that is one of several, or that has changed. */
    private ChangeResult heardOf(RouteKey key, int slot, Bytes row, long mark, int now, Cause cause) {
        LocalShard shard = shard(key.hash());
        LocalRoute route = shard.taken(slot);
        int at = route.find(row, PackedEndpoint.addressLength(row.array()));
        boolean same = route.same(at, row);
        if (!same) {
            route.replace(at, row.toArray());
            changed(route, cause);
        }
        if (route.count() == 1) {
            shard.mark(slot, key, mark);
            shard.due(slot, over(row.array(), now));
        } else {
            route.seen(at, now);
            sooner(shard, slot, over(row.array(), now));
        }
        return same ? ChangeResult.UNCHANGED : ChangeResult.UPDATED;
    }

    private static void sooner(LocalShard shard, int slot, int tick) {
        if (tick - shard.due(slot) < 0) {
            shard.due(slot, tick);
        }
    }

    /** Returns the tick at which an endpoint heard of at another is over. */
    private int over(byte[] row, int seen) {
        return seen + lifetime(row) + 1;
    }

    /** When the only endpoint of a route was heard of: that stands in the tick at which it is over. */
    private int soleSeen(LocalShard shard, int slot, LocalRoute route) {
        return shard.due(slot) - lifetime(route.row(0)) - 1;
    }

    /** Takes in that the endpoint with this address has left. */
    ChangeResult unregister(RouteKey key, Bytes row, long nowNanos) {
        LocalShard shard = shard(key.hash());
        int slot = shard.find(key);
        LocalRoute route = slot < 0 ? null : shard.route(slot);
        int at = route == null ? -1 : route.find(row, PackedEndpoint.addressLength(row.array()));
        if (route == null || at < 0) {
            return ChangeResult.UNCHANGED;
        }
        route.remove(at);
        endpoints--;
        changed(route, Cause.UNREGISTERED);
        fewer(shard, slot, route, key);
        if (route.count() > 0) {
            return ChangeResult.UPDATED;
        }
        if (!keepEmpty(shard, slot, tick(nowNanos))) {
            shard.remove(slot);
        }
        return ChangeResult.ROUTE_REMOVED;
    }

    /** Sets what the slot of a route tells after it lost endpoints. */
    private void fewer(LocalShard shard, int slot, LocalRoute route, RouteKey key) {
        shard.mark(slot, key, 0);
        if (route.count() == 1) {
            shard.due(slot, over(route.row(0), route.seen(0)));
        }
    }

    /** Counts a route as empty; false when it is not to be kept. */
    private boolean keepEmpty(LocalShard shard, int slot, int now) {
        routes--;
        int kept = ticks(config.knownEmptyFor());
        // Routes that come back leave a trace in the queue until its time has come, so that is bounded as well.
        if (kept == 0 || knownEmpty >= config.maxKnownEmpty() || emptied.size() >= 2L * config.maxKnownEmpty()) {
            return false;
        }
        knownEmpty++;
        LocalRoute route = shard.taken(slot);
        route.seen(0, now + kept);
        emptied.add(new Emptied(route, now + kept));
        shard.due(slot, now + NEVER);
        return true;
    }

    /** Drops the routes that have been empty for long enough. */
    void expireEmpty(long nowNanos) {
        int now = tick(nowNanos);
        for (Emptied next = emptied.peek(); next != null && now - next.until() >= 0; next = emptied.peek()) {
            emptied.remove();
            LocalRoute route = next.route();
            // It may have come back, and even been emptied again.
            if (route.count() > 0 || route.seen(0) != next.until()) {
                continue;
            }
            RouteKey key = asked.set(route.uri);
            LocalShard shard = shard(key.hash());
            int slot = shard.find(key);
            if (slot >= 0 && shard.taken(slot) == route) {
                knownEmpty--;
                shard.remove(slot);
                changed(route, Cause.EXPIRED);
            }
        }
    }

    /** Returns how many endpoints are over: not heard of for their threshold. Changes nothing but notes. */
    int countOverdue(long nowNanos) {
        int now = tick(nowNanos);
        int overdue = 0;
        for (LocalShard shard : shards) {
            for (int slot = 0; slot < shard.capacity(); slot++) {
                LocalRoute route = isDue(shard, slot, now) ? shard.route(slot) : null;
                for (int i = 0; route != null && i < route.count(); i++) {
                    int seen = route.count() == 1 ? soleSeen(shard, slot, route) : route.seen(i);
                    overdue += isOver(route.row(i), seen, now) ? 1 : 0;
                }
            }
        }
        return overdue;
    }

    /**
     * Drops the endpoints that are over.
     *
     * @return how many endpoints were dropped
     */
    int expire(long nowNanos) {
        int now = tick(nowNanos);
        int before = endpoints;
        for (LocalShard shard : shards) {
            for (int slot = 0; slot < shard.capacity(); slot++) {
                // What moves up into a freed slot has not been looked at yet.
                while (isDue(shard, slot, now) && expire(shard, slot, now)) {
                    shard.remove(slot);
                }
            }
        }
        return before - endpoints;
    }

    /** Drops what is over of one route; true when the route itself is to go. */
    private boolean expire(LocalShard shard, int slot, int now) {
        LocalRoute route = shard.taken(slot);
        if (route.count() == 0) {
            return false; // its time is kept elsewhere
        }
        int before = route.count();
        if (before == 1) {
            route.seen(0, soleSeen(shard, slot, route));
        }
        int next = now + lifetime + 1;
        for (int i = before - 1; i >= 0; i--) {
            if (isOver(route.row(i), route.seen(i), now)) {
                route.remove(i);
                endpoints--;
                changed(route, Cause.EXPIRED);
            } else {
                int over = over(route.row(i), Math.max(route.seen(i), refreshed));
                next = over - next < 0 ? over : next;
            }
        }
        if (route.count() < before) {
            fewer(shard, slot, route, new RouteKey().set(route.uri));
        }
        if (route.count() == 0) {
            return !keepEmpty(shard, slot, now);
        }
        shard.due(slot, next);
        return false;
    }

    private static boolean isDue(LocalShard shard, int slot, int now) {
        return now - shard.due(slot) >= 0 && shard.route(slot) != null;
    }

    private boolean isOver(byte[] row, int seen, int now) {
        return now - Math.max(seen, refreshed) > lifetime(row);
    }

    /** The sender's threshold counts only below our own, as in GoRouter; a negative one is over at once. */
    private int lifetime(byte[] row) {
        int asked = PackedEndpoint.staleThreshold(row);
        return asked == 0 ? lifetime : (int) Math.max(-1, Math.min(lifetime, 10L * asked));
    }

    /** Gives every endpoint a new life: what was not heard of while the feed was away is not its fault. */
    void refreshAll(long nowNanos) {
        refreshed = tick(nowNanos);
    }

    private void changed(LocalRoute route, Cause cause) {
        if (route.pending == null) {
            changed.add(route);
        }
        route.pending = cause;
    }

    /** Returns whether any route may be offered differently than at the last {@link #drain}. */
    boolean hasChanged() {
        return !changed.isEmpty();
    }

    /** Shows the routes that may be offered differently, and why, and forgets that they may. */
    void drain(BiConsumer<LocalRoute, Cause> action) {
        for (LocalRoute route : changed) {
            Cause cause = route.pending;
            route.pending = null;
            if (cause != null) {
                action.accept(route, cause);
            }
        }
        changed.clear();
    }

    /** Returns whether a route is kept although no endpoint is left. */
    boolean isKnownEmpty(RouteUri uri) {
        LocalRoute route = route(uri);
        return route != null && route.count() == 0;
    }

    /** Returns a route with its endpoints, or null. */
    @Nullable
    LocalRoute route(RouteUri uri) {
        RouteKey key = asked.set(uri);
        LocalShard shard = shard(key.hash());
        int slot = shard.find(key);
        return slot < 0 ? null : shard.route(slot);
    }

    /** Returns one of the {@value #SHARDS} parts, for reading. */
    LocalShard shard(int index) {
        return shards[index];
    }

    /** Returns how many milliseconds ago an endpoint was heard of; at most the longest lifetime. */
    int ageMillis(LocalShard shard, int slot, int i, long nowNanos) {
        LocalRoute route = shard.taken(slot);
        int seen = route.count() == 1 ? soleSeen(shard, slot, route) : route.seen(i);
        long ticks = (long) tick(nowNanos) - Math.max(seen, refreshed);
        return (int) (Math.max(0, Math.min(lifetime, ticks)) * (TICK_NANOS / 1_000_000));
    }

    /** Returns how many milliseconds ago an endpoint of a route was heard of; the route must have it. */
    int ageMillis(RouteUri uri, int i, long nowNanos) {
        RouteKey key = asked.set(uri);
        LocalShard shard = shard(key.hash());
        return ageMillis(shard, shard.find(key), i, nowNanos);
    }

    int endpointCount() {
        return endpoints;
    }
}
