package io.grouter.admin;

import io.grouter.fib.Fib;
import io.grouter.fib.LearnedOffer;
import io.grouter.fib.RouteEntry;
import io.grouter.fib.SiteView;
import io.grouter.route.Freshness;
import io.grouter.route.SiteId;
import java.util.List;
import java.util.function.Predicate;

/** What can be said of routes by one snapshot. */
final class RouteFacts {
    private final Fib fib;
    private final int otherSites;

    RouteFacts(Fib fib) {
        this.fib = fib;
        this.otherSites = (int) fib.sites().stream()
                .filter(site -> site.freshness() != Freshness.GONE)
                .count();
    }

    Fib fib() {
        return fib;
    }

    /** Returns how far a site's offers can be trusted. */
    Freshness freshness(SiteId site) {
        SiteView view = fib.site(site);
        return view == null ? Freshness.GONE : view.freshness();
    }

    boolean everywhere(RouteEntry route) {
        return route.local()
                && otherSites > 0
                && route.learned().stream().filter(this::isKnown).count() == otherSites;
    }

    private boolean isKnown(LearnedOffer offer) {
        return freshness(offer.site()) != Freshness.GONE;
    }

    /** Returns whether a site that offers it is not fresh. */
    boolean stale(RouteEntry route) {
        return any(route, offer -> freshness(offer.site()) != Freshness.FRESH);
    }

    /** Returns whether two rivals speak in the name of a site that offers it. */
    boolean conflict(RouteEntry route) {
        return any(route, offer -> {
            SiteView view = fib.site(offer.site());
            return view != null && view.lag().conflict();
        });
    }

    /** Returns whether a site sends its requests away. */
    boolean drained(RouteEntry route) {
        return (route.own() != null && route.own().draining())
                || any(route, offer -> offer.offer().draining());
    }

    /** Returns the regions it is pinned to, by the first site that says so; empty = all. */
    List<String> regions(RouteEntry route) {
        List<String> regions = route.own() == null ? List.of() : route.own().regions();
        for (int i = 0; i < route.learned().size() && regions.isEmpty(); i++) {
            regions = route.learned().get(i).offer().regions();
        }
        return regions;
    }

    /** Returns how many endpoints it has in all sites. */
    static int instances(RouteEntry route) {
        int sum = route.localInstances();
        for (LearnedOffer offer : route.learned()) {
            sum += offer.offer().instances();
        }
        return sum;
    }

    /** Returns how many sites have it. */
    static int sites(RouteEntry route) {
        return (route.local() ? 1 : 0) + route.learned().size();
    }

    private static boolean any(RouteEntry route, Predicate<LearnedOffer> what) {
        List<LearnedOffer> learned = route.learned();
        for (int i = 0; i < learned.size(); i++) {
            if (what.test(learned.get(i))) {
                return true;
            }
        }
        return false;
    }
}
