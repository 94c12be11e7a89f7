package io.grouter.overrides;

import io.grouter.route.RouteUri;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The overrides in effect at one moment, with what still arrives for each. Immutable but for the counts; safe for all
 * threads.
 */
public final class Overrides {
    /** None. */
    public static final Overrides NONE = new Overrides(List.of());

    private final Map<RouteUri, Counted> routes = new HashMap<>();
    private final @Nullable Counted site;

    private record Counted(OperatorOverride order, Arrivals arrivals) {}

    /** Makes the set; of two for one route, or for the site, the later one counts. */
    public Overrides(Collection<OperatorOverride> all) {
        this(all, each -> new Arrivals(new LongAdder()));
    }

    Overrides(Collection<OperatorOverride> all, Function<OperatorOverride, Arrivals> arrivals) {
        Counted last = null;
        for (OperatorOverride each : all) {
            RouteUri route = each.route();
            Counted counted = new Counted(each, arrivals.apply(each));
            if (route != null) {
                routes.put(route, counted);
            } else {
                last = counted;
            }
        }
        this.site = last;
    }

    /** Returns whether there are none. */
    public boolean isEmpty() {
        return site == null && routes.isEmpty();
    }

    /** Returns the drain of the whole site, or null. */
    public @Nullable OperatorOverride ofSite() {
        return site == null ? null : site.order();
    }

    /** Returns the override for exactly this route, or null. */
    public @Nullable OperatorOverride of(RouteUri route) {
        Counted found = routes.isEmpty() ? null : routes.get(route);
        return found == null ? null : found.order();
    }

    /** Returns the overrides of routes. */
    public Collection<OperatorOverride> ofRoutes() {
        return routes.values().stream().map(Counted::order).toList();
    }

    /** Returns all of them: the site's first, then the routes' by name. */
    public List<OperatorOverride> all() {
        List<OperatorOverride> all = new ArrayList<>();
        if (site != null) {
            all.add(site.order());
        }
        Map<RouteUri, Counted> sorted = new TreeMap<>(routes);
        sorted.values().forEach(each -> all.add(each.order()));
        return all;
    }

    /**
     * Counts a request that has just come from a client. Takes no lock and allocates nothing; next to nothing when there
     * are no overrides.
     *
     * @param route the route it belongs to, or null when none is known
     * @param nowNanos monotonic time
     */
    public void arrived(@Nullable RouteUri route, long nowNanos) {
        if (site != null) {
            site.arrivals().count(nowNanos);
        }
        Counted found = route == null || routes.isEmpty() ? null : routes.get(route);
        if (found != null) {
            found.arrivals().count(nowNanos);
        }
    }

    /** Returns what arrives although it is overridden, or null when there is no such override. */
    public @Nullable Arrivals arrivals(OperatorOverride override) {
        RouteUri route = override.route();
        Counted found = route == null ? site : routes.get(route);
        return found != null && found.order().equals(override) ? found.arrivals() : null;
    }
}
