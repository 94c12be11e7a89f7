package io.grouter.sim.whatif;

import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What is lost and what is drained at one moment. Used by one thread. */
final class Situation {
    private final Set<SiteId> goneAtFirst = new HashSet<>();
    private final Set<SiteId> drainedAtFirst = new HashSet<>();
    private final Set<SiteId> lost = new TreeSet<>();
    private final Set<SiteId> withoutGoRouters = new HashSet<>();
    private final Set<SiteId> drained = new HashSet<>();
    private final Map<RouteUri, Set<SiteId>> drainedRoutes = new HashMap<>();

    /** Makes the situation in which tables were exported. */
    Situation(Tables tables) {
        for (KnownSite each : tables.sites().values()) {
            if (each.info().health().draining()) {
                drainedAtFirst.add(each.site());
            }
            if (each.info().health().goRouters() == 0) {
                withoutGoRouters.add(each.site());
            }
        }
        drained.addAll(drainedAtFirst);
        goneAtFirst.addAll(withoutGoRouters);
    }

    /** Makes it as a step leaves it. */
    void apply(Order order) {
        SiteId site = order.site();
        RouteUri route = order.route();
        if (site == null) {
            lost.clear();
            drainedRoutes.clear();
            reset(withoutGoRouters, goneAtFirst);
            reset(drained, drainedAtFirst);
            return;
        }
        switch (order.kind()) {
            case LOSE_SITE -> lost.add(site);
            case LOSE_GOROUTERS -> withoutGoRouters.add(site);
            case DRAIN_SITE -> drained.add(site);
            case DRAIN_ROUTE -> {
                if (route != null) {
                    drainedRoutes.computeIfAbsent(route, key -> new HashSet<>()).add(site);
                }
            }
            case RESTORE_ROUTE -> {
                if (route != null && drainedRoutes.containsKey(route)) {
                    drainedRoutes.get(route).remove(site);
                }
            }
            case RESTORE, RESTORE_SITE -> {
                lost.remove(site);
                drainedRoutes.values().forEach(each -> each.remove(site));
                restore(withoutGoRouters, goneAtFirst, site);
                restore(drained, drainedAtFirst, site);
            }
        }
    }

    private static void reset(Set<SiteId> set, Set<SiteId> first) {
        set.clear();
        set.addAll(first);
    }

    private static void restore(Set<SiteId> set, Set<SiteId> first, SiteId site) {
        if (!first.contains(site)) {
            set.remove(site);
        }
    }

    boolean isLost(SiteId site) {
        return lost.contains(site);
    }

    /** Returns whether requests that reach the site can be served. */
    boolean serves(SiteId site) {
        return !lost.contains(site) && !withoutGoRouters.contains(site);
    }

    boolean hasGoRouters(SiteId site) {
        return !withoutGoRouters.contains(site);
    }

    boolean isDrained(SiteId site) {
        return drained.contains(site);
    }

    boolean isDrained(SiteId site, RouteUri route) {
        return drainedRoutes.getOrDefault(route, Set.of()).contains(site);
    }

    int lostSites() {
        return lost.size();
    }

    /** Returns the routes that are, or were, drained somewhere. */
    Set<RouteUri> touchedRoutes() {
        return Collections.unmodifiableSet(drainedRoutes.keySet());
    }
}
