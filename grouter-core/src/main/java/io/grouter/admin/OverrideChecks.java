package io.grouter.admin;

import io.grouter.fib.Fib;
import io.grouter.fib.LearnedOffer;
import io.grouter.fib.RouteEntry;
import io.grouter.fib.SiteView;
import io.grouter.route.Freshness;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What speaks against an override, by one snapshot: that requests would have nowhere to go. Pure. Each check returns
 * {@code null} or one text for the operator, with numbers and at most ten names.
 */
final class OverrideChecks {
    private static final int MOST_NAMES = 10;

    private final Fib fib;

    OverrideChecks(Fib fib) {
        this.fib = fib;
    }

    /** Returns whether this site has a route, so that there is something to drain. */
    boolean here(RouteUri route) {
        RouteEntry entry = fib.get(route);
        return entry != null && entry.local();
    }

    /** Says what is wrong with sending one route's requests elsewhere. */
    @Nullable
    String drainRoute(RouteUri route) {
        RouteEntry entry = fib.get(route);
        if (entry != null && elsewhere(entry)) {
            return null;
        }
        List<LearnedOffer> offers = entry == null ? List.of() : entry.learned();
        return "no other site that is fit and fresh offers exactly " + route + ": "
                + (offers.isEmpty()
                        ? "none of " + count(fib.sites().size(), "known site") + " besides this one has it"
                        : named(offers.stream().map(this::describe).toList()));
    }

    /** Says what is wrong with sending one route's requests to one site. */
    @Nullable
    String force(RouteUri route, SiteId to, SiteHealth own) {
        RouteEntry entry = fib.get(route);
        if (to.equals(fib.ownSite())) {
            if (entry == null || !entry.local()) {
                return "site " + to + ", this one, does not have " + route;
            }
            return own.fit() ? null : "site " + to + ", this one, is not fit: " + describe(own);
        }
        SiteView view = fib.site(to);
        if (view == null) {
            return "nothing is known of site " + to + " (known: "
                    + named(fib.sites().stream().map(each -> each.site().name()).toList()) + ")";
        }
        LearnedOffer offer = entry == null ? null : entry.from(to);
        if (offer == null) {
            return "site " + to + " does not offer " + route + owners(entry);
        }
        if (!view.fit() || offer.offer().draining()) {
            return "site " + to + " is not fit for " + route + ": " + describe(offer);
        }
        return null;
    }

    private static String owners(@Nullable RouteEntry entry) {
        List<String> names = new ArrayList<>();
        if (entry != null) {
            entry.learned().forEach(offer -> names.add(offer.site().name()));
        }
        return names.isEmpty() ? "; no other site does" : " (offered by: " + named(names) + ")";
    }

    /** Says what is wrong with sending all requests elsewhere. Walks over all routes. */
    @Nullable
    String drainSite() {
        List<SiteView> others = fib.sites();
        if (others.stream().noneMatch(OverrideChecks::takes)) {
            return "this is the last site: of " + count(others.size(), "other site") + " none is fit and fresh"
                    + (others.isEmpty()
                            ? ""
                            : ": "
                                    + named(others.stream()
                                            .map(OverrideChecks::describe)
                                            .toList()));
        }
        OnlyHere only = new OnlyHere();
        fib.forEach(only::look);
        return only.count == 0
                ? null
                : only.count + " of the " + fib.localRoutes() + " routes of this site are at no other site that is fit"
                        + " and fresh: " + only.names();
    }

    /** Counts the routes that no other site can take over. */
    private final class OnlyHere {
        private final PriorityQueue<RouteUri> first = new PriorityQueue<>(Comparator.reverseOrder());
        private int count;

        void look(RouteEntry route) {
            if (route.local() && !elsewhere(route)) {
                count++;
                first.add(route.uri());
                if (first.size() > MOST_NAMES) {
                    first.poll();
                }
            }
        }

        String names() {
            return first.stream().sorted().map(RouteUri::toString).collect(Collectors.joining(", "))
                    + more(count - first.size());
        }
    }

    /** Whether another site can take over a route's requests. */
    private boolean elsewhere(RouteEntry route) {
        for (LearnedOffer offer : route.learned()) {
            SiteView view = fib.site(offer.site());
            if (view != null && takes(view) && !offer.offer().draining()) {
                return true;
            }
        }
        return false;
    }

    private static boolean takes(SiteView view) {
        return view.fit() && view.freshness() == Freshness.FRESH;
    }

    private String describe(LearnedOffer offer) {
        SiteView view = fib.site(offer.site());
        String site = view == null ? offer.site() + " is not heard" : describe(view);
        return offer.offer().draining() ? site + ", drains the route" : site;
    }

    private static String describe(SiteView view) {
        String health = view.info() == null
                ? "has said nothing of itself"
                : describe(view.info().health());
        return view.site() + " is " + view.freshness() + ", " + health;
    }

    private static String describe(SiteHealth health) {
        String routers = count(health.goRouters(), "healthy GoRouter");
        return health.draining() ? "draining, " + routers : routers;
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private static String named(List<String> names) {
        if (names.isEmpty()) {
            return "none";
        }
        return names.stream().limit(MOST_NAMES).collect(Collectors.joining("; ")) + more(names.size() - MOST_NAMES);
    }

    private static String more(int number) {
        return number <= 0 ? "" : " and " + number + " more";
    }
}
