package io.grouter.overrides;

import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One order of an operator for this site.
 *
 * @param kind what it does
 * @param route the route it is about; null for {@link Kind#DRAIN_SITE}
 * @param to the site requests are sent to; null but for {@link Kind#FORCE_ROUTE}
 * @param who who gave it
 * @param why the reason given
 * @param sinceMillis when it was given, in milliseconds since 1970
 * @param untilMillis when it ends by itself, in milliseconds since 1970
 */
public record OperatorOverride(
        Kind kind,
        @Nullable RouteUri route,
        @Nullable SiteId to,
        String who,
        String why,
        long sinceMillis,
        long untilMillis) {
    /** What an override does. */
    public enum Kind {
        /** All routes go to other sites, as far as these have them. */
        DRAIN_SITE,
        /** One route goes to other sites that have it. */
        DRAIN_ROUTE,
        /** One route goes to one site. */
        FORCE_ROUTE
    }

    /** Returns what was ordered, by whom, why and until when, for logs. */
    public String text() {
        String what = switch (kind) {
            case DRAIN_SITE -> "drain of the site";
            case DRAIN_ROUTE -> "drain of " + route;
            case FORCE_ROUTE -> "force of " + route + " to site " + to;
        };
        return what + ", ordered by " + who + " because of \"" + why + "\" at " + Instant.ofEpochMilli(sinceMillis)
                + " until " + Instant.ofEpochMilli(untilMillis);
    }
}
