package io.grouter.rib;

import io.grouter.route.ChangeResult;
import io.grouter.route.Endpoint;
import io.grouter.route.Offer;
import io.grouter.route.RouteUri;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The routes of this site, at endpoint level. Used by the rib thread only.
 *
 * <p>Follows GoRouter's {@code route.EndpointPool}: an endpoint is identified by its address alone, a register with
 * the same address replaces it, an unregister ignores everything but the address.
 */
final class LocalRib {
    private final Map<RouteUri, Map<String, Held>> routes = new HashMap<>();
    private final RibConfig config;
    private int endpoints;

    LocalRib(RibConfig config) {
        this.config = config;
    }

    private static final class Held {
        Endpoint endpoint;
        long seenNanos;

        Held(Endpoint endpoint, long seenNanos) {
            this.endpoint = endpoint;
            this.seenNanos = seenNanos;
        }
    }

    ChangeResult register(RouteUri uri, Endpoint endpoint, long nowNanos) {
        Map<String, Held> pool = routes.get(uri);
        if (pool == null) {
            if (routes.size() >= config.maxLocalRoutes()) {
                return ChangeResult.REFUSED;
            }
            pool = new LinkedHashMap<>(2);
            pool.put(endpoint.address(), new Held(endpoint, nowNanos));
            routes.put(uri, pool);
            endpoints++;
            return ChangeResult.ROUTE_ADDED;
        }
        Held held = pool.get(endpoint.address());
        if (held == null) {
            if (pool.size() >= config.maxEndpointsPerRoute()) {
                return ChangeResult.REFUSED;
            }
            pool.put(endpoint.address(), new Held(endpoint, nowNanos));
            endpoints++;
            return ChangeResult.UPDATED;
        }
        held.seenNanos = nowNanos;
        if (held.endpoint.equals(endpoint)) {
            return ChangeResult.UNCHANGED;
        }
        held.endpoint = endpoint;
        return ChangeResult.UPDATED;
    }

    ChangeResult unregister(RouteUri uri, String address) {
        Map<String, Held> pool = routes.get(uri);
        if (pool == null || pool.remove(address) == null) {
            return ChangeResult.UNCHANGED;
        }
        endpoints--;
        if (pool.isEmpty()) {
            routes.remove(uri);
            return ChangeResult.ROUTE_REMOVED;
        }
        return ChangeResult.UPDATED;
    }

    /** Drops the endpoints that have not been heard of for their threshold and returns the routes that changed. */
    List<RouteUri> expire(long nowNanos) {
        List<RouteUri> changed = new ArrayList<>();
        Iterator<Map.Entry<RouteUri, Map<String, Held>>> each =
                routes.entrySet().iterator();
        while (each.hasNext()) {
            Map.Entry<RouteUri, Map<String, Held>> route = each.next();
            int before = route.getValue().size();
            route.getValue().values().removeIf(held -> nowNanos - held.seenNanos > lifetimeNanos(held.endpoint));
            int left = route.getValue().size();
            if (left < before) {
                endpoints -= before - left;
                changed.add(route.getKey());
            }
            if (left == 0) {
                each.remove();
            }
        }
        return changed;
    }

    /** Gives every endpoint a new life: what was not heard of while the feed was away is not its fault. */
    void refreshAll(long nowNanos) {
        routes.values().forEach(pool -> pool.values().forEach(held -> held.seenNanos = nowNanos));
    }

    /** The sender's threshold counts only below our own, as in GoRouter; a negative one is over at once. */
    private long lifetimeNanos(Endpoint endpoint) {
        long own = config.staleThreshold().toNanos();
        int asked = endpoint.staleThresholdSeconds();
        return asked == 0 ? own : Math.min(own, TimeUnit.SECONDS.toNanos(asked));
    }

    /** Returns what this site has of a route, or null when it has nothing. */
    @Nullable
    Offer offer(RouteUri uri) {
        Map<String, Held> pool = routes.get(uri);
        if (pool == null) {
            return null;
        }
        return new Offer(pool.size(), pool.values().iterator().next().endpoint.appId());
    }

    /** Returns the endpoints of a route, oldest first; empty when the route is not there. */
    List<Endpoint> endpoints(RouteUri uri) {
        Map<String, Held> pool = routes.get(uri);
        return pool == null
                ? List.of()
                : pool.values().stream().map(held -> held.endpoint).toList();
    }

    int routeCount() {
        return routes.size();
    }

    int endpointCount() {
        return endpoints;
    }
}
