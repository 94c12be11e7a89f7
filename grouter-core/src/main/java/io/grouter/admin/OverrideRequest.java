package io.grouter.admin;

import io.grouter.overrides.OperatorOverride;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An order for an override as it came in a body. A body that is none throws {@link IllegalArgumentException} that names
 * the key and says what is allowed.
 *
 * @param route the route; null = the whole site
 * @param site the site to send to; null for drains
 * @param lasts how long it lasts; null = the default
 * @param force whether to do it whatever speaks against it
 */
record OverrideRequest(
        @Nullable RouteUri route,
        @Nullable SiteId site,
        String who,
        String why,
        @Nullable Duration lasts,
        boolean force) {
    private static final List<String> DRAIN = List.of("route", "why", "who", "for", "force");
    private static final List<String> FORCE = List.of("route", "site", "why", "who", "for", "force");

    /** Reads the order for a drain. */
    static OverrideRequest drain(byte[] body) {
        return read(body, DRAIN);
    }

    /** Reads the order for a forced route. */
    static OverrideRequest force(byte[] body) {
        OverrideRequest read = read(body, FORCE);
        if (read.route() == null) {
            throw new IllegalArgumentException("route: is missing (expected: host or host/path)");
        }
        if (read.site() == null) {
            throw new IllegalArgumentException("site: is missing (expected: the name of a site)");
        }
        return read;
    }

    private static OverrideRequest read(byte[] body, List<String> keys) {
        JsonBody tree = JsonBody.read(body, keys);
        String route = tree.text("route");
        String site = tree.text("site");
        return new OverrideRequest(
                route == null ? null : route(route),
                site == null ? null : new SiteId(site),
                tree.required("who"),
                tree.required("why"),
                tree.duration("for"),
                tree.bool("force"));
    }

    /** Returns the key of a route somebody named; {@code ""} is refused, because it might be meant for a route. */
    static RouteUri route(String name) {
        RouteUri uri = RouteUri.parse(name.strip());
        if (uri.host().isEmpty() || !uri.wellFormed()) {
            throw new IllegalArgumentException(
                    "route: \"" + name + "\" (expected: host or host/path; for the whole site leave the key out)");
        }
        return uri;
    }

    /** Returns the order, given at a moment. */
    OperatorOverride order(Duration otherwise, long nowMillis) {
        Duration time = lasts == null ? otherwise : lasts;
        OperatorOverride.Kind kind = site != null
                ? OperatorOverride.Kind.FORCE_ROUTE
                : route == null ? OperatorOverride.Kind.DRAIN_SITE : OperatorOverride.Kind.DRAIN_ROUTE;
        return new OperatorOverride(kind, route, site, who, why, nowMillis, nowMillis + time.toMillis());
    }
}
