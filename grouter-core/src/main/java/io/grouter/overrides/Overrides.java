package io.grouter.overrides;

import io.grouter.route.RouteUri;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The overrides in effect at one moment. Immutable. */
public final class Overrides {
    /** None. */
    public static final Overrides NONE = new Overrides(List.of());

    private final Map<RouteUri, OperatorOverride> routes = new HashMap<>();
    private final @Nullable OperatorOverride site;

    /** Makes the set; of two for one route, or for the site, the later one counts. */
    public Overrides(Collection<OperatorOverride> all) {
        OperatorOverride last = null;
        for (OperatorOverride each : all) {
            RouteUri route = each.route();
            if (route != null) {
                routes.put(route, each);
            } else {
                last = each;
            }
        }
        this.site = last;
    }

    /** Returns the drain of the whole site, or null. */
    public @Nullable OperatorOverride ofSite() {
        return site;
    }

    /** Returns the override for exactly this route, or null. */
    public @Nullable OperatorOverride of(RouteUri route) {
        return routes.isEmpty() ? null : routes.get(route);
    }

    /** Returns the overrides of routes. */
    public Collection<OperatorOverride> ofRoutes() {
        return List.copyOf(routes.values());
    }
}
