package io.grouter.fib;

import io.grouter.route.Freshness;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import org.jspecify.annotations.Nullable;

/**
 * What this node knows of one other site.
 *
 * @param site the site
 * @param freshness how far its announcements can be trusted now
 * @param info what it said of itself with its last heartbeat; null before the first
 * @param incarnation incarnation of its table; 0 before the first message
 * @param sequence sequence of its table
 * @param routes number of routes held from it
 * @param announcedRoutes number of routes it says it has
 * @param converged whether the table held equals the table announced, by digest
 * @param heardNanos monotonic time of its last heartbeat; meaningless before the first
 */
public record SiteView(
        SiteId site,
        Freshness freshness,
        @Nullable SiteInfo info,
        long incarnation,
        long sequence,
        int routes,
        int announcedRoutes,
        boolean converged,
        long heardNanos) {
    /** Returns whether the site can be sent requests: heard of, and fit by its own word. */
    public boolean fit() {
        return freshness != Freshness.GONE && info != null && info.fit();
    }
}
