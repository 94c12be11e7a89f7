package io.grouter.sim.virtual;

import io.grouter.fib.Fib;
import io.grouter.fib.LearnedOffer;
import io.grouter.fib.RouteEntry;
import io.grouter.fib.SiteView;
import io.grouter.rib.AdjRibIn;
import io.grouter.rib.OfferTable;
import io.grouter.rib.RibEvent;
import io.grouter.route.FeedState;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
import io.grouter.route.OfferChange;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.steering.Decision;
import io.grouter.steering.RequestFacts;
import io.grouter.steering.Rule;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Looks at everything that happens in a world and throws a {@link Violation} as soon as something may not be. */
final class Checks implements Observer {
    /** What a node knows of its own site is right so long after the last trouble there, in nanoseconds. */
    private static final long CALM_NANOS = 30_000_000_000L;
    /** Two registrations. */
    private static final long KNOWN_NANOS = 10_000_000_000L;
    /** What is not counted against the bandwidth: heartbeats, acknowledgements, and the second's edge. */
    private static final double SLACK = 1.2;

    private static final long MOST_WAN_BYTES =
            (long) (SLACK * (Settings.BYTES_PER_SECOND + Math.max(Settings.BYTES_PER_SECOND / 4, Settings.WINDOW)));
    private static final long MOST_QUEUED = 8L << 20;

    private final World world;
    private long trace = 1;
    private long requests;

    Checks(World world) {
        this.world = world;
    }

    /** Returns a number that is the same when all that was seen was the same. */
    long trace() {
        return trace;
    }

    /** Returns how many requests were followed. */
    long requests() {
        return requests;
    }

    private void trace(long what) {
        trace = (trace ^ what ^ world.now()) * 0x9E3779B97F4A7C15L;
        trace ^= trace >>> 32;
    }

    private static Violation broken(Invariant invariant, String what) {
        return new Violation(invariant, what);
    }

    // ---- tables

    /** Looks at what a node has just published; what it offers counts as said by its site from now on. */
    @Override
    public void published(VirtualNode node, Fib fib, List<OfferChange> ownChanges, List<RibEvent> events) {
        trace(node.number * 31L + node.site.number + ownChanges.size() * 1_000L + events.size() * 1_000_000L);
        for (OfferChange change : ownChanges) {
            Offer offer = change.offer();
            if (offer != null) {
                if (!node.site.spokenOf.contains(change.uri())) {
                    throw broken(
                            Invariant.SINGLE_WRITER,
                            node + " offers " + change.uri() + ", of which its NATS never spoke");
                }
                node.site.announces(change.uri(), offer);
            }
        }
        for (RibEvent event : events) {
            if (event instanceof RibEvent.RouteAdded added) {
                learned(node, added.site(), added.uri());
            } else if (event instanceof RibEvent.RouteChanged changed) {
                learned(node, changed.site(), changed.uri());
            }
        }
    }

    private void learned(VirtualNode node, SiteId from, RouteUri uri) {
        if (!from.equals(node.site.id)) {
            learned(node, from, uri, node.rib().learned(from).table().get(uri));
        }
    }

    private void learned(VirtualNode node, SiteId from, RouteUri uri, @Nullable Offer offer) {
        if (offer != null && world.named(from).stream().noneMatch(owner -> owner.announced(uri, offer))) {
            throw broken(
                    Invariant.NOTHING_INVENTED,
                    node + " learned " + uri + " " + offer + " from " + from + ", which never announced that");
        }
    }

    /** Looks at how much a node holds and has waiting. */
    void bounds(VirtualNode node, int others) {
        bounds(node.name(), node.replica().queuedBytes(), others, node.fib().size(), world.routesEver());
    }

    static void bounds(String node, long queuedBytes, int others, int routes, int routesEver) {
        if (queuedBytes > MOST_QUEUED * others) {
            throw broken(Invariant.BOUNDED, node + " has " + queuedBytes + " bytes waiting");
        }
        if (routes > routesEver) {
            throw broken(
                    Invariant.BOUNDED, node + " holds " + routes + " routes of " + routesEver + " there ever were");
        }
    }

    /** Looks at what went from a node to one of another site within one second. */
    @Override
    public void sent(VirtualNode from, VirtualNode to, long bytes) {
        if (bytes > MOST_WAN_BYTES) {
            throw broken(Invariant.WAN_CAP, from + " sent " + to + " " + bytes + " bytes within a second");
        }
    }

    // ---- requests

    /** Sends a request to a node and follows it; asks the same node's DNS as well. */
    void request(VirtualNode node, RouteUri uri, SplittableRandom random) {
        requests++;
        String host = uri.host().replace("*", "any");
        String path = uri.path().isEmpty() ? "/" : uri.path();
        String client = "198.51.100." + random.nextInt(250);
        RequestFacts facts =
                new RequestFacts(false, host, path, client, RequestFacts.Arrival.CLIENT, random.nextInt(3) > 0, 0);
        Decision decision = decide(node, facts);
        trace(decision.rule().reason().hashCode());
        boolean here = decision instanceof Decision.Forward;
        boolean local = node.site.goRoutersUp() && !node.ordered();
        RouteEntry route = node.fib().lookup(host, path);
        if (local && !here && ((route != null && route.local()) || knownHere(node, uri))) {
            throw broken(
                    Invariant.LOCAL_STAYS,
                    node + " answers " + decision + " for " + host + path + ", which runs there: " + route);
        }
        if (local && !here && !node.fib().complete()) {
            throw broken(
                    Invariant.FAIL_OPEN,
                    node + " answers " + decision + " for " + host + path + ", although its table is not complete");
        }
        SiteId to = target(decision);
        if (to != null) {
            fit(node, facts, route, decision, to);
            follow(node, facts, decision, to, random);
        }
        dns(node, host, decision, to, path.equals("/"));
    }

    private Decision decide(VirtualNode node, RequestFacts facts) {
        RouteEntry route = node.fib().lookup(facts.host(), facts.path());
        if (route != null
                && facts.arrival() == RequestFacts.Arrival.CLIENT
                && !route.learned().isEmpty()) {
            LearnedOffer first = route.learned().get(0);
            boolean mutated = world.mutated(Mutation.PREFERS_OTHERS)
                    || (world.mutated(Mutation.IGNORES_FITNESS)
                            && !route.local()
                            && node.fib().complete());
            if (mutated) {
                return new Decision.Relay(Rule.LEARNED, first.site());
            }
        }
        if (world.mutated(Mutation.FAILS_CLOSED) && route == null) {
            return new Decision.Refuse(Rule.UNKNOWN, 404, "a mutation");
        }
        return node.decide(facts);
    }

    /** Whether a node must know of an app of its site, as nothing has been wrong there for long. */
    private boolean knownHere(VirtualNode node, RouteUri uri) {
        Long since = node.site.since.get(uri);
        long now = world.now();
        return since != null
                && now - since > KNOWN_NANOS
                && node.site.troubles == 0
                && now - node.site.troubledNanos > CALM_NANOS
                && now - node.startedNanos > KNOWN_NANOS;
    }

    private static @Nullable SiteId target(Decision decision) {
        return decision instanceof Decision.Redirect redirect
                ? redirect.site()
                : decision instanceof Decision.Relay relay ? relay.site() : null;
    }

    private static boolean fit(VirtualNode node, LearnedOffer offer) {
        SiteView view = node.fib().site(offer.site());
        SiteInfo info = view == null ? null : view.info();
        return view != null
                && info != null
                && view.freshness() == Freshness.FRESH
                && info.fit()
                && !offer.offer().draining();
    }

    private static void fit(
            VirtualNode node, RequestFacts facts, @Nullable RouteEntry route, Decision decision, SiteId to) {
        LearnedOffer offer = route == null ? null : route.from(to);
        if (route == null || offer == null) {
            throw broken(
                    Invariant.FIT_FIRST,
                    node + " answers " + decision + " for " + facts.host() + ", which " + to + " is not known to have");
        }
        if (!fit(node, offer) && route.learned().stream().anyMatch(each -> fit(node, each))) {
            throw broken(
                    Invariant.FIT_FIRST,
                    node + " answers " + decision + " for " + facts.host() + ", although " + to
                            + " is known to be unfit and another site is fit: " + route.learned());
        }
    }

    private void follow(VirtualNode node, RequestFacts facts, Decision decision, SiteId to, SplittableRandom random) {
        boolean relayed = decision instanceof Decision.Relay;
        String host = decision instanceof Decision.Redirect redirect ? redirect.authority() : facts.host();
        VirtualNode next =
                world.site(to).nodes.get(random.nextInt(world.site(to).nodes.size()));
        if (!next.running()) {
            return;
        }
        Decision answer = decide(
                next,
                new RequestFacts(
                        false,
                        host,
                        facts.path(),
                        facts.client(),
                        relayed ? RequestFacts.Arrival.SITE : RequestFacts.Arrival.CLIENT,
                        facts.redirectable(),
                        0));
        if (target(answer) != null) {
            throw broken(
                    Invariant.ONE_HOP,
                    facts.host() + " was sent from " + node + " by " + decision + ", and on from " + next + " by "
                            + answer);
        }
    }

    private static void dns(VirtualNode node, String host, Decision decision, @Nullable SiteId to, boolean wholeHost) {
        Set<SiteId> names = node.sitesFor(host);
        Fib.Owners owners = node.fib().ownersOf(host);
        for (SiteId each : names) {
            boolean has = owners != null && owners.others().contains(each);
            boolean own = each.equals(node.site.id)
                    && (owners == null || owners.own() || !node.fib().complete());
            if (!has && !own) {
                throw broken(Invariant.DNS_AGREES, node + " names " + names + " for " + host + ": " + owners);
            }
        }
        boolean stays = decision instanceof Decision.Forward && decision.rule() == Rule.LOCAL;
        boolean missing = (stays && !names.contains(node.site.id)) || (to != null && !names.contains(to));
        if (missing && wholeHost) {
            throw broken(
                    Invariant.DNS_AGREES,
                    node + " names " + names + " for " + host + ", but answers " + decision + " by HTTP");
        }
    }

    // ---- when all is over

    /** Returns what still differs between what is so and what nodes believe, or null when nothing does. */
    @Nullable
    String difference() {
        int routes = world.routesNow();
        for (Site site : world.sites()) {
            for (VirtualNode node : site.nodes) {
                String found = difference(node, routes);
                if (found != null) {
                    return node + ": " + found;
                }
            }
        }
        return null;
    }

    private @Nullable String difference(VirtualNode node, int routesNow) {
        if (!node.running()) {
            return "does not run";
        }
        Fib fib = node.fib();
        if (fib.feed() != FeedState.LIVE) {
            return "its feed is " + fib.feed();
        }
        OfferTable own = node.rib().ownOffers();
        if (own.size() != node.site.apps.size()) {
            return "it knows " + own.size() + " of its own " + node.site.apps.size() + " routes";
        }
        for (RouteUri uri : node.site.apps.keySet()) {
            Offer offer = own.get(uri);
            int instances = node.site.instances(uri);
            if (offer == null || offer.instances() != instances) {
                return "its own route " + uri + " has " + instances + " instances, it knows " + offer;
            }
        }
        for (Site other : world.sites()) {
            String found = other == node.site ? null : difference(node, other);
            if (found != null) {
                return found;
            }
        }
        int more = fib.size() - routesNow;
        return more == 0 ? null : "its snapshot has " + more + " routes too many";
    }

    private @Nullable String difference(VirtualNode node, Site other) {
        SiteView view = node.fib().site(other.id);
        AdjRibIn learned = node.rib().learned(other.id);
        OfferTable owner = other.nodes.get(0).rib().ownOffers();
        if (view == null || view.freshness() != Freshness.FRESH || !view.converged()) {
            return "of " + other + " it says " + view;
        }
        if (view.lag().conflict()) {
            return "it sees rivals in " + other;
        }
        if (learned.table().digest() != owner.digest() || learned.table().size() != owner.size()) {
            return "it has " + learned.table().size() + " routes of " + other + " with other content than the owner's "
                    + owner.size();
        }
        for (int bucket = 0; bucket < OfferTable.BUCKETS; bucket++) {
            learned.table().forEach(bucket, (uri, offer) -> learned(node, other.id, uri, offer));
        }
        return null;
    }
}
