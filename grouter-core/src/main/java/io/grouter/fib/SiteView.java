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
 * @param lag how far the table held is behind the site's own
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
        long heardNanos,
        Lag lag) {
    /**
     * How far the table held is behind the site's own.
     *
     * @param announcedSequence sequence the site gave with its last heartbeat
     * @param equalNanos monotonic time at which the two tables were last known to be equal; meaningless before the first
     * @param sinceNanos monotonic time at which the freshness became what it is
     * @param heldWithdrawals routes the site has withdrawn, but too many at once to be believed yet
     * @param via the site that passed the last heartbeat on, or null when it came from the site itself
     * @param conflict whether two rivals speak in the site's name, so that the newer one is not listened to
     * @param unheard whether it is silent, and another site does not hear it, either
     */
    public record Lag(
            long announcedSequence,
            long equalNanos,
            long sinceNanos,
            int heldWithdrawals,
            @Nullable SiteId via,
            boolean conflict,
            boolean unheard) {
        /** No lag, nothing held. */
        public static final Lag NONE = new Lag(0, 0, 0, 0, null, false, false);
    }

    /** Returns whether the site can be sent requests: heard of, and fit by its own word. */
    public boolean fit() {
        return freshness != Freshness.GONE && info != null && info.fit();
    }
}
