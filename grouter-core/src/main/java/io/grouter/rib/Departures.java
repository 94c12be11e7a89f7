package io.grouter.rib;

import io.grouter.route.RouteUri;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Routes that another site withdrew a moment ago. An app that ran only there and is being restarted is known to be
 * empty in every site, not in its own alone. Bounded: what is over the bound is forgotten at once. One thread only.
 */
final class Departures {
    private final long keptNanos;
    private final int most;
    private final Map<RouteUri, Long> until = new LinkedHashMap<>(); // by time, as all are kept for as long

    Departures(RibConfig config) {
        keptNanos = config.knownEmptyFor().toNanos();
        most = config.maxKnownEmpty();
    }

    /** Takes in that a site withdrew a route. */
    void left(RouteUri uri, long nowNanos) {
        until.remove(uri);
        if (keptNanos > 0 && until.size() < most) {
            until.put(uri, nowNanos + keptNanos);
        }
    }

    /** Returns whether a site had this route a moment ago. */
    boolean isKept(RouteUri uri) {
        return until.containsKey(uri);
    }

    /** Forgets what has been gone for long enough, and names each such route. */
    void expire(long nowNanos, Consumer<RouteUri> forgotten) {
        var all = until.entrySet().iterator();
        while (all.hasNext()) {
            var oldest = all.next();
            if (nowNanos - oldest.getValue() < 0) {
                return;
            }
            RouteUri uri = oldest.getKey();
            all.remove();
            forgotten.accept(uri);
        }
    }
}
