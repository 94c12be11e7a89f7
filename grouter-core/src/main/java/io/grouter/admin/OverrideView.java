package io.grouter.admin;

import io.grouter.overrides.Arrivals;
import io.grouter.overrides.OperatorOverride;
import io.grouter.overrides.Overrides;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Puts overrides into the words of the admin API. */
final class OverrideView {
    private OverrideView() {}

    /** Returns the name of a kind: {@code drain-site}, {@code drain-route}, {@code force-route}. */
    static String kind(OperatorOverride.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Returns what was ordered; the site sent to stands under the given key. */
    static Map<String, Object> of(OperatorOverride order, String toKey) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("kind", kind(order.kind()));
        RouteUri route = order.route();
        if (route != null) {
            body.put("route", route.toString());
        }
        SiteId to = order.to();
        if (to != null) {
            body.put(toKey, to.name());
        }
        body.put("who", order.who());
        body.put("why", order.why());
        body.put("since", Instant.ofEpochMilli(order.sinceMillis()).toString());
        body.put("until", Instant.ofEpochMilli(order.untilMillis()).toString());
        return body;
    }

    /** Returns what was ordered with what still arrives at this node. */
    static Map<String, Object> of(Overrides all, OperatorOverride order, long nowNanos) {
        Map<String, Object> body = of(order, "site");
        Arrivals arrivals = all.arrivals(order);
        if (arrivals != null) {
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("total", arrivals.total());
            figures.put("last10s", arrivals.perSecond(10, nowNanos));
            figures.put("last60s", arrivals.perSecond(60, nowNanos));
            body.put("arrivals", figures);
        }
        return body;
    }
}
