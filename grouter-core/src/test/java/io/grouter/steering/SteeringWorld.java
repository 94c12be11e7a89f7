package io.grouter.steering;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.fib.Fib;
import io.grouter.fib.LearnedOffer;
import io.grouter.fib.RouteEntry;
import io.grouter.fib.SiteView;
import io.grouter.overrides.OperatorOverride;
import io.grouter.overrides.Overrides;
import io.grouter.route.Alias;
import io.grouter.route.FeedState;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
import io.grouter.route.PolicyRule;
import io.grouter.route.RedirectMode;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteConfig;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.steering.RequestFacts.Arrival;
import io.grouter.testing.Configs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What site dc1 believes of itself and the others, put together piece by piece; and the questions asked of it. */
final class SteeringWorld {
    static final SiteId DC1 = new SiteId("dc1");
    static final SiteId DC2 = new SiteId("dc2");
    static final SiteId DC3 = new SiteId("dc3");

    private final Map<SiteId, Other> others = new TreeMap<>();
    private final Map<RouteUri, RouteEntry> routes = new TreeMap<>();
    private final List<OperatorOverride> orders = new ArrayList<>();
    private final List<PolicyRule> rules = new ArrayList<>();
    FeedState feed = FeedState.LIVE;
    boolean siblingComplete;
    String region = "";
    boolean relays = true;
    boolean sessions = true;
    boolean secondChance = true;
    RedirectMode redirect = RedirectMode.AUTO;
    int goRouters = 1;
    int spillPermille;

    /** What dc1 believes of another site: by default fresh, with alias, certificate, relay and room. */
    static final class Other {
        private final SiteId id;
        Freshness freshness = Freshness.FRESH;
        String region = "";
        List<Alias> aliases;
        int httpPort = 80;
        int httpsPort = 443;
        List<String> certificates;
        List<String> relays = List.of("192.0.2.9:8443");
        SiteHealth health = SiteHealth.idle(1);
        boolean unheard;
        boolean silent;

        private Other(SiteId id) {
            this.id = id;
            this.aliases = List.of(new Alias("apps.test", id + ".apps.test"));
            this.certificates = List.of("*." + id + ".apps.test");
        }

        private SiteView view() {
            SiteInfo info = new SiteInfo(
                    region, aliases, httpPort, httpsPort, certificates, List.of("192.0.2.1"), relays, health);
            SiteView.Lag lag = new SiteView.Lag(0, 0, 0, 0, null, false, unheard);
            return new SiteView(id, freshness, silent ? null : info, 1, 1, 1, 1, true, 0, lag);
        }
    }

    // ---- what is so

    /** Adds another site, or changes it. */
    SteeringWorld site(SiteId id, Consumer<Other> change) {
        change.accept(others.computeIfAbsent(id, Other::new));
        return this;
    }

    SteeringWorld sites(SiteId... ids) {
        for (SiteId id : ids) {
            site(id, site -> {});
        }
        return this;
    }

    static Offer plain() {
        return new Offer(1, "");
    }

    static Offer pinned(String... regions) {
        return plain().labelled(false, null, List.of(regions), new int[0]);
    }

    static Offer draining() {
        return plain().labelled(true, null, List.of(), new int[0]);
    }

    static Offer mode(RedirectMode mode) {
        return plain().labelled(false, mode, List.of(), new int[0]);
    }

    static Offer sessions(int... hints) {
        return plain().labelled(false, null, List.of(), hints);
    }

    /** A route as plain as can be, here and there. */
    SteeringWorld route(String uri, boolean here, SiteId... there) {
        LearnedOffer[] learned =
                Arrays.stream(there).map(id -> new LearnedOffer(id, plain())).toArray(LearnedOffer[]::new);
        return route(uri, here ? plain() : null, learned);
    }

    SteeringWorld route(String uri, @Nullable Offer own, LearnedOffer... learned) {
        routes.put(RouteUri.parse(uri), new RouteEntry(RouteUri.parse(uri), own, List.of(learned)));
        return this;
    }

    SteeringWorld rule(String host, RedirectMode mode, String... regions) {
        rules.add(new PolicyRule(host, "", "", "", mode, List.of(regions)));
        return this;
    }

    SteeringWorld order(OperatorOverride.Kind kind, @Nullable String route, @Nullable SiteId to) {
        orders.add(new OperatorOverride(kind, route == null ? null : RouteUri.parse(route), to, "me", "test", 0, 1));
        return this;
    }

    // ---- questions

    Steering steering() {
        SteeringConfig.SpillConfig spill = new SteeringConfig.SpillConfig(true, 10, 25);
        SteeringConfig usual = Configs.steering(redirect, rules);
        SteeringConfig config = new SteeringConfig(
                redirect, rules, sessions, secondChance, usual.keptBodyBytes(), usual.keptBytes(), spill);
        Alias alias = new Alias("apps.test", "dc1.apps.test");
        return new Steering(new SiteConfig(DC1, region, List.of(alias), 80, 443, List.of()), config, relays);
    }

    Fib fib() {
        Fib.Builder next = Fib.empty(DC1).next().feed(feed).siblingComplete(siblingComplete);
        next.sites(others.values().stream().map(Other::view).toList());
        routes.values().forEach(next::put);
        return next.build();
    }

    OwnSite own() {
        return new OwnSite(SiteHealth.idle(goRouters), spillPermille, new Overrides(orders));
    }

    /** Decides; and checks that the explanation comes to the same, by the first rule that has anything to say. */
    Decision decide(RequestFacts facts) {
        Steering steering = steering();
        Fib fib = fib();
        Decision decision = steering.decide(fib, own(), facts);
        Explanation explanation = steering.explain(fib, own(), facts);
        assertThat(explanation.decision()).isEqualTo(decision);
        List<Explanation.Considered> speaking = explanation.rules().stream()
                .filter(rule -> rule.decision() != null)
                .toList();
        assertThat(speaking.get(0).decided()).isTrue();
        assertThat(speaking.get(0).decision()).isEqualTo(decision);
        assertThat(speaking.stream().skip(1)).noneMatch(Explanation.Considered::decided);
        return decision;
    }

    Decision decide(String host) {
        return decide(ask(host));
    }

    @Nullable
    Decision secondChance(RequestFacts facts) {
        return steering().secondChance(fib(), facts, null);
    }

    static RequestFacts ask(String host) {
        return new RequestFacts(false, host, "/", "198.51.100.7");
    }

    static RequestFacts https(String host) {
        return new RequestFacts(true, host, "/", "198.51.100.7");
    }

    /** A request that a redirect would break. */
    static RequestFacts post(String host) {
        return new RequestFacts(false, host, "/", "198.51.100.7", Arrival.CLIENT, false, 0);
    }

    static RequestFacts arriving(Arrival arrival, String host) {
        return new RequestFacts(false, host, "/", "198.51.100.7", arrival, true, 0);
    }

    static RequestFacts session(String host, int hint) {
        return new RequestFacts(false, host, "/", "198.51.100.7", Arrival.CLIENT, false, hint);
    }

    static RequestFacts client(String host, int number) {
        return new RequestFacts(false, host, "/", "10.1." + number / 250 + "." + number % 250);
    }

    // ---- answers

    static Decision forward(Rule rule) {
        return new Decision.Forward(rule, null);
    }

    static Decision redirect(Rule rule, SiteId to, String authority) {
        return new Decision.Redirect(rule, to, authority);
    }

    static Decision relay(Rule rule, SiteId to) {
        return new Decision.Relay(rule, to);
    }
}
