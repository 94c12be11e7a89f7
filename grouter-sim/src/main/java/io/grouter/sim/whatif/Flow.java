package io.grouter.sim.whatif;

import io.grouter.route.SiteId;
import io.grouter.steering.Decision;
import io.grouter.steering.RequestFacts;
import io.grouter.steering.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Follows the traffic of routes through a fleet in one situation and adds it up. One request stands for all that are
 * decided alike; where the choice depends on the client, some clients are asked for. Used by one thread.
 */
final class Flow {
    static final String NO_SITE_LEFT = "no site left";
    static final String NO_ENTRY = "no site for clients to enter";
    private static final String SENT_TO_LOST = "sent to a lost site";
    private static final String NOT_HERE = "not at the site that was asked";

    private final Fleet fleet;
    private final Situation now;
    private final boolean https;
    private final double redirectable;
    private final double[] weights;
    private final double allWeights;
    private final List<SiteId> sites = new ArrayList<>();
    private final Sum[] sums;
    private final List<String> clients = new ArrayList<>();
    private @Nullable KnownRoute clientsOf;
    private final SortedMap<String, Double> failures = new TreeMap<>();

    /** What is added up for one site. */
    static final class Sum {
        double entering;
        double served;
        double redirectedOut;
        double redirectedIn;
        double relayedOut;
        double relayedIn;
        double failed;
    }

    Flow(Fleet fleet, Situation now, Plan plan, boolean https) {
        this.fleet = fleet;
        this.now = now;
        this.https = https;
        this.redirectable = plan.traffic().redirectablePercent() / 100.0;
        fleet.nodes().forEach(each -> sites.add(each.site));
        this.weights = weights(plan);
        double sum = 0;
        for (double each : weights) {
            sum += each;
        }
        this.allWeights = sum;
        this.sums = new Sum[sites.size()];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = new Sum();
        }
    }

    /** Sites at which nobody entered take the clients when no other is left. */
    private double[] weights(Plan plan) {
        double[] wanted = new double[sites.size()];
        double sum = 0;
        for (int i = 0; i < wanted.length; i++) {
            wanted[i] = now.isLost(sites.get(i)) ? 0 : plan.weight(sites.get(i));
            sum += wanted[i];
        }
        for (int i = 0; i < wanted.length && sum == 0; i++) {
            wanted[i] = now.isLost(sites.get(i)) ? 0 : 1;
        }
        return wanted;
    }

    Sum of(int site) {
        return sums[site];
    }

    SortedMap<String, Double> failures() {
        return failures;
    }

    /**
     * Adds the traffic of a route.
     *
     * @param rate requests per second
     * @param clients how many clients to ask for when it depends on them
     * @param left number of sites that could serve it
     */
    void add(KnownRoute route, double rate, int clients, int left) {
        if (rate <= 0) {
            return;
        }
        if (allWeights == 0) {
            failures.merge(NO_ENTRY, rate, Double::sum);
            return;
        }
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] > 0) {
                double here = rate * weights[i] / allWeights;
                sums[i].entering += here;
                if (isLocal(i, route, here)) {
                    sums[i].served += here;
                    continue;
                }
                enter(i, route, here * redirectable, true, clients, left);
                enter(i, route, here * (1 - redirectable), false, clients, left);
            }
        }
    }

    /** Returns whether "local wins", which holds for all clients and requests: most decisions are that one. */
    private boolean isLocal(int site, KnownRoute route, double rate) {
        Fleet.Node node = fleet.nodes().get(site);
        if (rate <= 0 || route.at(node.site) < 0 || !now.serves(node.site)) {
            return false;
        }
        return node.steering.decide(node.fib, node.own, facts(route, 0, true)).rule() == Rule.LOCAL;
    }

    private void enter(int site, KnownRoute route, double rate, boolean redirects, int clients, int left) {
        if (rate <= 0) {
            return;
        }
        Fleet.Node node = fleet.nodes().get(site);
        RequestFacts first = facts(route, 0, redirects);
        Decision decision = node.steering.decide(node.fib, node.own, first);
        boolean alike = decision instanceof Decision.Refuse
                || (decision instanceof Decision.Forward && now.serves(node.site) && route.at(node.site) >= 0)
                || route.sites().size() - (route.at(node.site) >= 0 ? 1 : 0) < 2;
        int count = alike ? 1 : clients;
        follow(site, route, decision, first, rate / count, left);
        for (int i = 1; i < count; i++) {
            RequestFacts facts = facts(route, i, redirects);
            follow(site, route, node.steering.decide(node.fib, node.own, facts), facts, rate / count, left);
        }
    }

    private RequestFacts facts(KnownRoute route, int client, boolean redirects) {
        return new RequestFacts(
                https, route.host(), route.path(), client(route, client), RequestFacts.Arrival.CLIENT, redirects, 0);
    }

    /** Returns a client; others for each route, so that an error of the sample is not the same for all routes. */
    private String client(KnownRoute route, int number) {
        if (!route.equals(clientsOf)) {
            clientsOf = route;
            clients.clear();
        }
        while (clients.size() <= number) {
            clients.add(route.host().hashCode() + route.path() + clients.size());
        }
        return clients.get(number);
    }

    private void follow(int site, KnownRoute route, Decision decision, RequestFacts facts, double rate, int left) {
        Fleet.Node node = fleet.nodes().get(site);
        if (serve(site, route, decision, rate)) {
            return;
        }
        // As the proxy does: what is not here, or could not be relayed, has a second chance; a redirect has none.
        SiteId tried = decision instanceof Decision.Relay relay ? relay.site() : null;
        boolean again = decision instanceof Decision.Forward || tried != null;
        Decision second = again ? node.steering.secondChance(node.fib, facts, tried) : null;
        if (second == null && tried != null) {
            second = decision(route, node);
        }
        if (second == null || !serve(site, route, second, rate)) {
            fail(site, left == 0 ? NO_SITE_LEFT : cause(decision), rate);
        }
    }

    /** Returns the decision to serve a request here after all, or null. */
    private static @Nullable Decision decision(KnownRoute route, Fleet.Node node) {
        return route.at(node.site) < 0 ? null : new Decision.Forward(Rule.LOCAL, null);
    }

    private static String cause(Decision decision) {
        if (decision instanceof Decision.Refuse refuse) {
            return refuse.rule().reason() + " (" + refuse.status() + ")";
        }
        return decision instanceof Decision.Forward ? NOT_HERE : SENT_TO_LOST;
    }

    /** Adds what a decision leads to; returns false, with nothing added, when that is no answer of the app. */
    private boolean serve(int site, KnownRoute route, Decision decision, double rate) {
        SiteId to = decision instanceof Decision.Redirect redirect
                ? redirect.site()
                : decision instanceof Decision.Relay relay
                        ? relay.site()
                        : decision instanceof Decision.Forward ? sites.get(site) : null;
        if (to == null || !now.serves(to) || route.at(to) < 0) {
            return false;
        }
        int target = sites.indexOf(to);
        sums[target].served += rate;
        if (decision instanceof Decision.Redirect) {
            sums[site].redirectedOut += rate;
            sums[target].redirectedIn += rate;
        } else if (decision instanceof Decision.Relay) {
            sums[site].relayedOut += rate;
            sums[target].relayedIn += rate;
        }
        return true;
    }

    private void fail(int site, String cause, double rate) {
        sums[site].failed += rate;
        failures.merge(cause, rate, Double::sum);
    }
}
