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
import io.grouter.route.HostNames;
import io.grouter.route.Offer;
import io.grouter.route.PolicyRule;
import io.grouter.route.RedirectMode;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteConfig;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.steering.RequestFacts.Arrival;
import io.grouter.testing.Seed;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Sites whose ideas of each other are wrong, old and contradictory, and requests that are followed from site to site as
 * the decisions say.
 */
class DivergentTablesTest {
    private static final int WORLDS = 7_000;
    private static final int REQUESTS = 4;
    private static final List<String> ROUTES =
            List.of("a.apps.test", "b.apps.test", "b.apps.test/v2", "*.wild.apps.test", "*.apps.test", "c.other.test");
    private static final List<String> REGIONS = List.of("", "eu", "us");

    private final Random random = Seed.random("DivergentTablesTest");
    private final List<Site> sites = new ArrayList<>();
    private final Map<Rule, Integer> seen = new EnumMap<>(Rule.class);

    /** One site: what is so, and what it believes. */
    private record Site(
            SiteId id,
            List<Alias> aliases,
            String region,
            boolean relays,
            List<PolicyRule> rules,
            Steering steering,
            Fib truth,
            Fib fib,
            OwnSite own) {
        boolean hasAlias(String host) {
            return aliases.stream().anyMatch(alias -> HostNames.isUnder(host, alias.aliasDomain()));
        }

        boolean allows(String host, @Nullable Offer offer, String inRegion) {
            List<String> pin = rules.stream()
                    .filter(rule -> rule.fitsHost(host))
                    .findFirst()
                    .map(PolicyRule::regions)
                    .orElse(List.of());
            return (pin.isEmpty() || pin.contains(inRegion)) && (offer == null || offer.allows(inRegion));
        }
    }

    // ---- making worlds

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private <T> T any(List<T> some) {
        return some.get(random.nextInt(some.size()));
    }

    private <T extends Enum<T>> T any(Class<T> type, int usualPercent) {
        T[] all = type.getEnumConstants();
        return chance(usualPercent) ? all[0] : all[random.nextInt(all.length)];
    }

    private void makeWorld() {
        sites.clear();
        int count = 2 + random.nextInt(4);
        List<SiteId> ids = new ArrayList<>();
        List<List<Alias>> aliases = new ArrayList<>();
        List<String> regions = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            ids.add(new SiteId("dc" + i));
            aliases.add(chance(90) ? List.of(new Alias("apps.test", "dc" + i + ".apps.test")) : oddAliases());
            regions.add(any(REGIONS));
        }
        for (int i = 0; i < count; i++) {
            sites.add(site(i, ids, aliases, regions));
        }
    }

    /** None, several, those of another site, old ones, swapped ones. */
    private List<Alias> oddAliases() {
        List<Alias> odd = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            odd.add(any(List.of(
                    new Alias("apps.test", "dc" + (1 + random.nextInt(5)) + ".apps.test"),
                    new Alias("apps.test", "old.test"),
                    new Alias("apps.test", "other.test"),
                    new Alias("other.test", "dc2.other.test"),
                    new Alias("dc1.apps.test", "apps.test"),
                    new Alias("test", "wild.apps.test"))));
        }
        return odd.stream().map(Alias::appDomain).distinct().count() < odd.size() ? odd.subList(0, 1) : odd;
    }

    private Site site(int at, List<SiteId> ids, List<List<Alias>> aliases, List<String> regions) {
        SiteId id = ids.get(at);
        boolean relays = chance(80);
        FeedState feed = chance(70) ? FeedState.LIVE : any(FeedState.class, 0);
        List<PolicyRule> rules = rules();
        SteeringConfig config = new SteeringConfig(
                chance(70) ? RedirectMode.AUTO : any(RedirectMode.class, 0),
                rules,
                chance(80),
                chance(80),
                65_536,
                1 << 26,
                new SteeringConfig.SpillConfig(true, 10, 25));
        Steering steering =
                new Steering(new SiteConfig(id, regions.get(at), aliases.get(at), 80, 443, List.of()), config, relays);
        Fib.Builder truth = Fib.empty(id).next();
        Fib.Builder believed = Fib.empty(id).next().feed(feed).siblingComplete(chance(10));
        List<SiteView> views = new ArrayList<>();
        for (int other = 0; other < ids.size(); other++) {
            if (other != at && chance(90)) {
                views.add(view(ids.get(other), aliases.get(other), regions.get(other)));
            }
        }
        for (String route : ROUTES) {
            RouteUri uri = RouteUri.parse(route);
            Offer here = chance(40) ? offer() : null;
            if (here != null) {
                truth.put(new RouteEntry(uri, here, List.of()));
            }
            boolean right = feed == FeedState.LIVE || chance(70);
            List<LearnedOffer> learned = new ArrayList<>();
            for (int other = 0; other < ids.size(); other++) {
                if (other != at && chance(40)) {
                    learned.add(new LearnedOffer(ids.get(other), offer()));
                }
            }
            Offer own = right ? here : chance(50) ? offer() : null;
            if (own != null || !learned.isEmpty() || chance(20)) {
                believed.put(new RouteEntry(uri, own, learned));
            }
        }
        return new Site(
                id,
                aliases.get(at),
                regions.get(at),
                relays,
                rules,
                steering,
                truth.build(),
                believed.sites(views).build(),
                new OwnSite(health(80), chance(80) ? 0 : random.nextInt(1001), orders(id, ids)));
    }

    private List<PolicyRule> rules() {
        List<PolicyRule> rules = new ArrayList<>();
        while (chance(25)) {
            rules.add(new PolicyRule(
                    any(List.of("a.apps.test", "*.apps.test", "b.apps.test", "")),
                    "",
                    "",
                    "",
                    any(RedirectMode.class, 50),
                    any(List.of(List.of(), List.of("eu"), List.of("us", "asia")))));
        }
        return rules;
    }

    private Offer offer() {
        return new Offer(1 + random.nextInt(3), "")
                .labelled(
                        chance(10),
                        chance(80) ? null : any(RedirectMode.class, 0),
                        chance(80) ? List.of() : any(List.of(List.of("eu"), List.of("us"), List.of("eu", "us"))),
                        chance(60) ? new int[0] : new int[] {1 + random.nextInt(4)});
    }

    private SiteHealth health(int upPercent) {
        return new SiteHealth(
                chance(upPercent) ? 2 : 0, chance(10), 100, random.nextInt(130), chance(80) ? 0 : random.nextInt(1001));
    }

    private SiteView view(SiteId id, List<Alias> aliases, String region) {
        SiteInfo info = new SiteInfo(
                chance(90) ? region : any(REGIONS),
                chance(80) ? aliases : oddAliases(),
                chance(90) ? 80 : any(List.of(0, 8080)),
                chance(90) ? 443 : any(List.of(0, 8443)),
                chance(80) ? List.of("*." + id + ".apps.test") : List.of(),
                List.of(),
                chance(80) ? List.of("192.0.2.9:8443") : List.of(),
                health(80));
        SiteView.Lag lag = new SiteView.Lag(0, 0, 0, 0, null, false, chance(10));
        return new SiteView(id, any(Freshness.class, 60), chance(95) ? info : null, 1, 1, 1, 1, true, 0, lag);
    }

    private Overrides orders(SiteId id, List<SiteId> ids) {
        List<OperatorOverride> orders = new ArrayList<>();
        while (chance(25)) {
            OperatorOverride.Kind kind = any(OperatorOverride.Kind.class, 0);
            orders.add(new OperatorOverride(
                    kind,
                    kind == OperatorOverride.Kind.DRAIN_SITE ? null : RouteUri.parse(any(ROUTES)),
                    kind == OperatorOverride.Kind.FORCE_ROUTE ? chance(20) ? id : any(ids) : null,
                    "me",
                    "test",
                    0,
                    1));
        }
        return new Overrides(orders);
    }

    private RequestFacts request() {
        String host = any(List.of(
                "a.apps.test",
                "A.Apps.test",
                "b.apps.test",
                "x.wild.apps.test",
                "x.y.apps.test",
                "c.other.test",
                "nobody.test",
                "a.dc1.apps.test",
                "b.dc" + (1 + random.nextInt(5)) + ".apps.test",
                "a.old.test",
                "dc2.apps.test",
                "a%0a.apps.test",
                ""));
        return new RequestFacts(
                chance(50),
                host,
                chance(70) ? "/" : "/v2/x",
                "10.0.0." + random.nextInt(200),
                Arrival.CLIENT,
                chance(60),
                chance(60) ? 0 : 1 + random.nextInt(4));
    }

    // ---- following requests

    @Test
    void noRequestGoesFurtherThanOneOtherSiteWhateverSitesBelieve() {
        for (int world = 0; world < WORLDS; world++) {
            makeWorld();
            for (int i = 0; i < REQUESTS; i++) {
                RequestFacts facts = request();
                Site first = any(sites);
                if (chance(10)) {
                    ends(
                            first,
                            new RequestFacts(
                                    facts.https(),
                                    facts.host(),
                                    facts.path(),
                                    facts.client(),
                                    Arrival.AGAIN,
                                    false,
                                    0));
                } else {
                    follow(first, facts);
                }
            }
        }
        for (Rule rule : Rule.values()) {
            assertThat(seen.getOrDefault(rule, 0))
                    .as("requests decided by %s", rule)
                    .isPositive();
        }
    }

    private void follow(Site site, RequestFacts facts) {
        Decision decision = decide(site, facts);
        Decision next = decision;
        if (decision instanceof Decision.Forward forward && !isHere(site, facts, forward)) {
            next = site.steering().secondChance(site.fib(), facts);
            if (next != null) {
                note(next);
                assertThat(next)
                        .as("a second chance")
                        .isNotInstanceOfAny(Decision.Refuse.class, Decision.Forward.class);
                assertThat(decision.rule()).isNotIn(Rule.ALIAS, Rule.FOREIGN_ALIAS, Rule.SECOND_HOP, Rule.INTER_SITE);
            }
        }
        if (next instanceof Decision.Relay relay) {
            checkSent(site, facts, relay.site(), false);
            ends(
                    of(relay.site()),
                    new RequestFacts(
                            facts.https(),
                            facts.host(),
                            facts.path(),
                            facts.client(),
                            Arrival.SITE,
                            false,
                            facts.session()));
        } else if (next instanceof Decision.Redirect redirect) {
            checkSent(site, facts, redirect.site(), true);
            String host = redirect.authority().replaceFirst(":\\d+$", "");
            assertThat(site.hasAlias(host))
                    .as("%s leads back to %s", host, site.id())
                    .isFalse();
            // Where no site has that alias, the name leads nowhere.
            sites.stream()
                    .filter(each -> each.hasAlias(host))
                    .forEach(target -> ends(
                            target,
                            new RequestFacts(
                                    facts.https(),
                                    host,
                                    facts.path(),
                                    facts.client(),
                                    Arrival.CLIENT,
                                    true,
                                    facts.session())));
        }
    }

    /** A request that has been sent on once ends where it is, with an answer or a refusal. */
    private void ends(Site site, RequestFacts facts) {
        assertThat(decide(site, facts))
                .as("%s at %s", facts, site.id())
                .isInstanceOfAny(Decision.Forward.class, Decision.Refuse.class);
        assertThat(site.steering().secondChance(site.fib(), facts)).isNull();
    }

    private Decision decide(Site site, RequestFacts facts) {
        Decision decision = site.steering().decide(site.fib(), site.own(), facts);
        note(decision);
        assertThat(site.steering().decide(site.fib(), site.own(), facts)).isEqualTo(decision);
        assertThat(site.steering().explain(site.fib(), site.own(), facts).decision())
                .isEqualTo(decision);
        RouteEntry route = site.fib().lookup(facts.host(), facts.path());
        if (mustStay(site, facts, route)) {
            assertThat(decision).as("%s at %s", facts, site.id()).isInstanceOf(Decision.Forward.class);
        }
        if (decision instanceof Decision.Forward forward) {
            String host = forward.host() == null ? facts.host() : forward.host();
            RouteEntry meant = site.fib().lookup(host, facts.path());
            assertThat(site.allows(host, meant == null ? null : meant.own(), site.region()))
                    .as("%s served at %s, against a pin", facts, site.id())
                    .isTrue();
        }
        return decision;
    }

    private static boolean mustStay(Site site, RequestFacts facts, @Nullable RouteEntry route) {
        boolean live =
                site.fib().feed() == FeedState.LIVE && site.own().health().goRouters() > 0;
        boolean ordered = site.own().overrides().ofSite() != null
                || (route != null && site.own().overrides().of(route.uri()) != null);
        return live
                && route != null
                && site.truth().lookup(facts.host(), facts.path()) != null
                && route.local()
                && !ordered
                && !site.hasAlias(facts.host()) // a name of its own, with a pin of its own
                && site.own().spillPermille() == 0
                && site.allows(facts.host(), route.own(), site.region())
                && (facts.session() == 0
                        || route.learned().stream()
                                .noneMatch(offer -> offer.offer().hasSession(facts.session())));
    }

    private static boolean isHere(Site site, RequestFacts facts, Decision.Forward forward) {
        String host = forward.host() == null ? facts.host() : forward.host();
        return site.truth().lookup(host, facts.path()) != null;
    }

    private void checkSent(Site site, RequestFacts facts, SiteId to, boolean redirected) {
        RouteEntry route = site.fib().lookup(facts.host(), facts.path());
        LearnedOffer offer = route == null ? null : route.from(to);
        SiteView view = site.fib().site(to);
        SiteInfo info = view == null ? null : view.info();
        assertThat(to).isNotEqualTo(site.id());
        if (route == null || offer == null || view == null || info == null) {
            throw new AssertionError(facts + " sent to " + to + ", which never announced it");
        }
        assertThat(view.freshness()).isNotEqualTo(Freshness.GONE);
        assertThat(info.health().goRouters()).isPositive();
        assertAllowed(site, facts, route, offer.offer(), info.region());
        if (!redirected) {
            assertThat(site.relays() && !info.relays().isEmpty()).isTrue();
            assertAllowed(site, facts, route, offer.offer(), site.region());
        }
    }

    private static void assertAllowed(Site site, RequestFacts facts, RouteEntry route, Offer offer, String region) {
        assertThat(site.allows(facts.host(), offer, region) && site.allows(facts.host(), route.own(), region))
                .as("%s at %s goes through region \"%s\", against a pin", facts, site.id(), region)
                .isTrue();
    }

    private Site of(SiteId id) {
        return sites.stream().filter(site -> site.id().equals(id)).findFirst().orElseThrow();
    }

    private void note(Decision decision) {
        assertThat(decision.rule().reason()).isNotBlank();
        seen.merge(decision.rule(), 1, Integer::sum);
    }
}
