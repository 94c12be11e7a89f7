package io.grouter.rib;

import io.grouter.route.RouteUri;
import java.util.function.Consumer;

/**
 * What another node of this site says the site offers: a second source, for the time in which the own feed cannot be
 * relied on. Used by the rib thread only.
 */
final class SiblingTable {
    /** How many of the table's buckets are looked at in one go when it begins or ceases to count. */
    private static final int AT_A_TIME = 32;

    private final OfferTable table = new OfferTable();
    private boolean complete;
    private int settled = OfferTable.BUCKETS;

    OfferTable table() {
        return table;
    }

    boolean complete() {
        return complete;
    }

    /** Returns whether that is news. */
    boolean complete(boolean now) {
        boolean news = complete != now;
        complete = now;
        return news;
    }

    /** Has all routes looked at again, a few at a time. */
    void settle() {
        settled = 0;
    }

    /** Shows the next few routes that have to be looked at again. */
    void settleSome(Consumer<RouteUri> action) {
        for (int i = 0; i < AT_A_TIME && settled < OfferTable.BUCKETS; i++) {
            table.uris(settled++).forEach(action);
        }
    }
}
