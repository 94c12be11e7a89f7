package io.grouter.sim.whatif;

import io.grouter.fib.Fib;
import io.grouter.fib.LearnedOffer;
import io.grouter.fib.RouteEntry;
import io.grouter.fib.SiteView;
import io.grouter.overrides.OperatorOverride;
import io.grouter.overrides.Overrides;
import io.grouter.route.FeedState;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.steering.OwnSite;
import io.grouter.steering.Steering;
import io.grouter.steering.SteeringConfig;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One node of each site, with the table and the rules that a real one would have. Used by one thread. */
final class Fleet {
    private final Tables tables;
    private final List<KnownSite> sites;
    private final List<Node> nodes = new ArrayList<>();
    private final Set<RouteUri> touched = new HashSet<>();

    /** A node of one site. */
    static final class Node {
        final SiteId site;
        final Steering steering;
        Fib fib;
        OwnSite own;

        private Node(KnownSite known, SteeringConfig config, Fib fib) {
            SiteInfo info = known.info();
            this.site = known.site();
            this.steering = new Steering(known.config(), config, !info.relays().isEmpty());
            this.fib = fib;
            this.own = new OwnSite(info.health(), 0, Overrides.NONE);
        }
    }

    Fleet(Tables tables, SteeringConfig config) {
        this.tables = tables;
        this.sites = List.copyOf(tables.sites().values());
        for (KnownSite each : sites) {
            nodes.add(new Node(each, config, Fib.empty(each.site())));
        }
        Situation first = new Situation(tables);
        List<Fib.Builder> builders = new ArrayList<>();
        nodes.forEach(each -> builders.add(each.fib.next().feed(FeedState.LIVE)));
        tables.routes().forEach(route -> put(builders, route, first));
        for (int i = 0; i < nodes.size(); i++) {
            nodes.get(i).fib = builders.get(i).build();
        }
    }

    /** Returns the nodes, in the order of their sites. */
    List<Node> nodes() {
        return nodes;
    }

    /** Makes all nodes know of a situation what they would know after half a minute. */
    void know(Situation now) {
        touched.addAll(now.touchedRoutes());
        List<Fib.Builder> builders = new ArrayList<>();
        for (Node each : nodes) {
            builders.add(each.fib.next().sites(views(each.site, now)));
        }
        for (RouteUri each : touched) {
            KnownRoute route = tables.find(each);
            if (route != null) {
                put(builders, route, now);
            }
        }
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            node.fib = builders.get(i).build();
            node.own = new OwnSite(health(sites.get(i), now), 0, overrides(node.site, now));
        }
    }

    private void put(List<Fib.Builder> builders, KnownRoute route, Situation now) {
        List<LearnedOffer> offers = new ArrayList<>();
        for (int i = 0; i < route.sites().size(); i++) {
            SiteId site = route.sites().get(i);
            Offer offer = new Offer(route.instances().get(i), route.app());
            boolean draining = now.isDrained(site, route.uri());
            offers.add(new LearnedOffer(site, draining ? offer.labelled(true, null, List.of(), new int[0]) : offer));
        }
        for (int i = 0; i < nodes.size(); i++) {
            int at = route.at(nodes.get(i).site);
            List<LearnedOffer> learned = offers;
            if (at >= 0) {
                learned = new ArrayList<>(offers);
                learned.remove(at);
            }
            builders.get(i)
                    .put(new RouteEntry(
                            route.uri(), at < 0 ? null : offers.get(at).offer(), learned));
        }
    }

    private List<SiteView> views(SiteId of, Situation now) {
        // Who hears a silent site no more tells the others, so two that are left are enough.
        boolean agreed = sites.size() - now.lostSites() >= 2;
        List<SiteView> views = new ArrayList<>();
        for (KnownSite each : sites) {
            if (each.site().equals(of)) {
                continue;
            }
            boolean lost = now.isLost(each.site());
            views.add(new SiteView(
                    each.site(),
                    lost ? Freshness.STALE : each.freshness(),
                    each.info().withHealth(health(each, now)),
                    1,
                    1,
                    0,
                    0,
                    true,
                    0,
                    new SiteView.Lag(1, 0, 0, 0, null, false, lost && agreed)));
        }
        return views;
    }

    private static SiteHealth health(KnownSite site, Situation now) {
        SiteHealth known = site.info().health();
        return new SiteHealth(
                now.hasGoRouters(site.site()) ? known.goRouters() : 0,
                now.isDrained(site.site()),
                known.limit(),
                known.inFlight(),
                known.errorPermille());
    }

    private static Overrides overrides(SiteId site, Situation now) {
        List<OperatorOverride> orders = new ArrayList<>();
        if (now.isDrained(site)) {
            orders.add(order(OperatorOverride.Kind.DRAIN_SITE, null));
        }
        for (RouteUri each : now.touchedRoutes()) {
            if (now.isDrained(site, each)) {
                orders.add(order(OperatorOverride.Kind.DRAIN_ROUTE, each));
            }
        }
        return orders.isEmpty() ? Overrides.NONE : new Overrides(orders);
    }

    private static OperatorOverride order(OperatorOverride.Kind kind, @Nullable RouteUri route) {
        return new OperatorOverride(kind, route, null, "what-if", "what-if", 0, Long.MAX_VALUE);
    }
}
