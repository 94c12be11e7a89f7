package io.grouter.fib;

import io.grouter.route.SiteId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which sites have any of some routes, by counting. Immutable.
 */
final class HostSites {
    static final HostSites NONE = new HostSites(0, Map.of());

    private final int own;
    private final Map<SiteId, Integer> others;

    private HostSites(int own, Map<SiteId, Integer> others) {
        this.own = own;
        this.others = others;
    }

    /** Returns the counts after one route was replaced by another; null = none. */
    HostSites with(@Nullable RouteEntry before, @Nullable RouteEntry after) {
        int nowOwn = own + (after != null && after.local() ? 1 : 0) - (before != null && before.local() ? 1 : 0);
        List<LearnedOffer> lost = before == null ? List.of() : before.learned();
        List<LearnedOffer> gained = after == null ? List.of() : after.learned();
        if (lost.isEmpty() && gained.isEmpty()) {
            return new HostSites(nowOwn, others);
        }
        Map<SiteId, Integer> now = new HashMap<>(others);
        gained.forEach(offer -> now.merge(offer.site(), 1, Integer::sum));
        lost.forEach(offer -> now.merge(offer.site(), -1, (a, b) -> a + b == 0 ? null : a + b));
        return new HostSites(nowOwn, now);
    }

    boolean own() {
        return own > 0;
    }

    Set<SiteId> others() {
        return others.keySet();
    }
}
