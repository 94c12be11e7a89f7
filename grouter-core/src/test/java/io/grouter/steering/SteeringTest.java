package io.grouter.steering;

import static io.grouter.steering.SteeringWorld.arriving;
import static io.grouter.steering.SteeringWorld.ask;
import static io.grouter.steering.SteeringWorld.client;
import static io.grouter.steering.SteeringWorld.draining;
import static io.grouter.steering.SteeringWorld.forward;
import static io.grouter.steering.SteeringWorld.https;
import static io.grouter.steering.SteeringWorld.mode;
import static io.grouter.steering.SteeringWorld.pinned;
import static io.grouter.steering.SteeringWorld.plain;
import static io.grouter.steering.SteeringWorld.post;
import static io.grouter.steering.SteeringWorld.redirect;
import static io.grouter.steering.SteeringWorld.relay;
import static io.grouter.steering.SteeringWorld.session;
import static io.grouter.steering.SteeringWorld.sessions;
import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.fib.Fib;
import io.grouter.fib.LearnedOffer;
import io.grouter.fib.RouteEntry;
import io.grouter.fib.SiteView;
import io.grouter.overrides.OperatorOverride.Kind;
import io.grouter.route.Alias;
import io.grouter.route.FeedState;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class SteeringTest {
    private static final SiteId DC1 = new SiteId("dc1");
    private static final SiteId DC2 = new SiteId("dc2");
    private static final SiteId DC3 = new SiteId("dc3");
    private static final OwnSite OWN = OwnSite.idle(1);

    private final Steering steering = new Steering(
            new SiteConfig(DC1, "", List.of(new Alias("apps.test", "dc1.apps.test")), 80, 443, List.of()),
            Configs.steering(),
            false);
    private final SteeringWorld world = new SteeringWorld();
    private final List<SiteView> sites = new ArrayList<>();
    private final List<RouteEntry> routes = new ArrayList<>();
    private FeedState feed = FeedState.LIVE;

    private void site(SiteId id, Freshness freshness, int healthy, int httpPort) {
        Alias alias = new Alias("apps.test", id + ".apps.test");
        SiteInfo info = new SiteInfo(
                "",
                List.of(alias),
                httpPort,
                443,
                List.of("*." + id + ".apps.test"),
                List.of("192.0.2.1"),
                List.of(),
                SiteHealth.idle(healthy));
        sites.add(new SiteView(id, freshness, info, 1, 1, 1, 1, true, 0, SiteView.Lag.NONE));
    }

    private void route(String uri, int localInstances, SiteId... others) {
        List<LearnedOffer> learned = Arrays.stream(others)
                .map(id -> new LearnedOffer(id, new Offer(1, "")))
                .toList();
        routes.add(new RouteEntry(
                RouteUri.parse(uri), localInstances == 0 ? null : new Offer(localInstances, ""), learned));
    }

    private Fib fib() {
        Fib.Builder next = Fib.empty(DC1).next().feed(feed).sites(sites);
        routes.forEach(next::put);
        return next.build();
    }

    private Decision decide(String host, String path) {
        return steering.decide(fib(), OWN, new RequestFacts(false, host, path, "198.51.100.7"));
    }

    @Test
    void localWins() {
        site(DC2, Freshness.FRESH, 1, 80);
        route("a.apps.test", 1, DC2);
        assertThat(decide("a.apps.test", "/")).isEqualTo(forward(Rule.LOCAL));
    }

    @Test
    void whatOnlyOthersHaveIsRedirectedToTheirAlias() {
        site(DC2, Freshness.FRESH, 1, 80);
        route("a.apps.test", 0, DC2);
        assertThat(decide("A.apps.TEST", "/x")).isEqualTo(new Decision.Redirect(Rule.LEARNED, DC2, "a.dc2.apps.test"));
    }

    @Test
    void theAliasCarriesThePortThatTheSiteAnnounced() {
        site(DC2, Freshness.FRESH, 1, 8080);
        route("a.apps.test", 0, DC2);
        assertThat(decide("a.apps.test", "/"))
                .isEqualTo(new Decision.Redirect(Rule.LEARNED, DC2, "a.dc2.apps.test:8080"));
        assertThat(steering.decide(fib(), OWN, new RequestFacts(true, "a.apps.test", "/", "c")))
                .isEqualTo(new Decision.Redirect(Rule.LEARNED, DC2, "a.dc2.apps.test"));
    }

    @Test
    void theMostSpecificRouteDecidesWhereverItIs() {
        site(DC2, Freshness.FRESH, 1, 80);
        route("a.apps.test", 1);
        route("a.apps.test/v2", 0, DC2);
        assertThat(decide("a.apps.test", "/v1").rule()).isEqualTo(Rule.LOCAL);
        assertThat(decide("a.apps.test", "/v2/x").rule()).isEqualTo(Rule.LEARNED);
    }

    @Test
    void fresherSitesComeFirst() {
        site(DC2, Freshness.STALE, 1, 80);
        site(DC3, Freshness.SUSPECT, 1, 80);
        route("a.apps.test", 0, DC2, DC3);
        assertThat(decide("a.apps.test", "/"))
                .isEqualTo(new Decision.Redirect(Rule.LEARNED_SUSPECT, DC3, "a.dc3.apps.test"));
        routes.clear();
        route("a.apps.test", 0, DC2);
        assertThat(decide("a.apps.test", "/").rule()).isEqualTo(Rule.LEARNED_STALE);
    }

    @Test
    void nobodyIsSentToAnUnfitOrUnknownSite() {
        site(DC2, Freshness.FRESH, 0, 80);
        route("a.apps.test", 0, DC2, DC3);
        assertThat(decide("a.apps.test", "/")).isEqualTo(forward(Rule.NO_FIT_SITE));
    }

    @Test
    void aSiteWithoutAnAliasForTheNameOrSchemeGetsNobody() {
        site(DC2, Freshness.FRESH, 1, 0);
        route("a.apps.test", 0, DC2);
        route("private.example.com", 0, DC2);
        assertThat(decide("a.apps.test", "/").rule()).isEqualTo(Rule.NO_FIT_SITE);
        assertThat(decide("private.example.com", "/").rule()).isEqualTo(Rule.NO_FIT_SITE);
    }

    @Test
    void anUnsureNodeAsksItsOwnGoRouters() {
        site(DC2, Freshness.FRESH, 1, 80);
        route("a.apps.test", 0, DC2);
        route("b.apps.test", 1, DC2);
        for (FeedState unsure : List.of(FeedState.WARMING, FeedState.SILENT, FeedState.LOST)) {
            feed = unsure;
            assertThat(decide("a.apps.test", "/")).isEqualTo(forward(Rule.UNSURE));
            assertThat(decide("b.apps.test", "/")).isEqualTo(forward(Rule.LOCAL));
        }
    }

    @Test
    void unknownNamesGoToTheGoRouters() {
        assertThat(decide("nobody.apps.test", "/")).isEqualTo(forward(Rule.UNKNOWN));
        assertThat(decide("", "*")).isEqualTo(forward(Rule.UNKNOWN));
    }

    @Test
    void theOwnAliasIsServedHereUnderTheGlobalName() {
        site(DC2, Freshness.FRESH, 1, 80);
        route("a.apps.test", 0, DC2);
        assertThat(decide("A.dc1.apps.test", "/")).isEqualTo(new Decision.Forward(Rule.ALIAS, "a.apps.test"));
    }

    @Test
    void aForeignAliasIsNeverSentOn() {
        site(DC2, Freshness.FRESH, 1, 80);
        route("a.apps.test", 0, DC2);
        route("*.apps.test", 0, DC2);
        assertThat(decide("a.dc2.apps.test", "/")).isEqualTo(new Decision.Forward(Rule.FOREIGN_ALIAS, "a.apps.test"));
    }

    @Test
    void hostsThatAreNoNamesAreNotPutIntoAnAlias() {
        site(DC2, Freshness.FRESH, 1, 80);
        route("*.apps.test", 0, DC2);
        assertThat(decide("ok.apps.test", "/").rule()).isEqualTo(Rule.LEARNED);
        assertThat(decide("a%0d%0a.apps.test", "/").rule()).isEqualTo(Rule.NO_FIT_SITE);
        assertThat(decide("evil.com#.apps.test", "/").rule()).isEqualTo(Rule.NO_FIT_SITE);
    }

    @Test
    void clientsSpreadOverEquallyGoodSitesAndStayThere() {
        site(DC2, Freshness.FRESH, 1, 80);
        site(DC3, Freshness.FRESH, 1, 80);
        route("a.apps.test", 0, DC2, DC3);
        Map<SiteId, Integer> counts = new HashMap<>();
        for (int i = 0; i < 1000; i++) {
            RequestFacts facts = new RequestFacts(false, "a.apps.test", "/", "10.1." + i / 250 + "." + i % 250);
            Decision.Redirect first = (Decision.Redirect) steering.decide(fib(), OWN, facts);
            assertThat(steering.decide(fib(), OWN, facts)).isEqualTo(first);
            counts.merge(first.site(), 1, Integer::sum);
        }
        assertThat(counts.values()).allSatisfy(count -> assertThat(count).isBetween(400, 600));
    }

    /** One site's wrong configuration must not take the apps of all others down. */
    @Test
    void anAliasDomainThatHoldsOurAppDomainIsNotBelieved() {
        Alias swapped = new Alias("dc2.apps.test", "apps.test");
        SiteInfo info = new SiteInfo(
                "", List.of(swapped), 80, 0, List.of(), List.of("192.0.2.1"), List.of(), SiteHealth.idle(1));
        sites.add(new SiteView(DC2, Freshness.FRESH, info, 1, 1, 1, 1, true, 0, SiteView.Lag.NONE));
        route("a.apps.test", 1);
        assertThat(decide("a.apps.test", "/").rule()).isEqualTo(Rule.LOCAL);
        assertThat(decide("b.apps.test", "/").rule()).isEqualTo(Rule.UNKNOWN);
        assertThat(steering.sitesFor(fib(), OWN, "a.apps.test")).containsExactly(DC1);
    }

    @Test
    void dnsNamesSilentSitesOnlyWhenThereIsNoOther() {
        site(DC2, Freshness.STALE, 1, 80);
        site(DC3, Freshness.SUSPECT, 1, 80);
        route("a.apps.test", 1, DC2, DC3);
        route("b.apps.test", 0, DC2, DC3);
        route("c.apps.test", 0, DC2);
        assertThat(steering.sitesFor(fib(), OWN, "a.apps.test")).containsExactly(DC1);
        assertThat(steering.sitesFor(fib(), OWN, "b.apps.test")).containsExactly(DC3);
        assertThat(steering.sitesFor(fib(), OWN, "c.apps.test")).containsExactly(DC2);
    }

    @Test
    void dnsNamesThisSiteTooWhileItIsNotSure() {
        site(DC2, Freshness.FRESH, 1, 80);
        route("a.apps.test", 0, DC2);
        feed = FeedState.WARMING;
        assertThat(steering.sitesFor(fib(), OWN, "a.apps.test")).containsExactly(DC1, DC2);
    }

    @Test
    void explainsTheSameDecision() {
        site(DC2, Freshness.FRESH, 1, 80);
        route("a.apps.test", 0, DC2);
        Explanation explanation =
                steering.explain(fib(), OWN, new RequestFacts(false, "a.apps.test", "/", "198.51.100.7"));
        assertThat(explanation.decision()).isEqualTo(decide("a.apps.test", "/"));
        assertThat(explanation.steps())
                .contains(
                        "dc2 offers 1 instance, is FRESH, 100% free; the client would be redirected to a.dc2.apps.test")
                .last()
                .asString()
                .startsWith("learned: ");
    }

    @Test
    void dnsSendsClientsToTheSitesThatHaveTheName() {
        site(DC2, Freshness.FRESH, 1, 80);
        site(DC3, Freshness.FRESH, 0, 80);
        route("a.apps.test", 1, DC2, DC3);
        route("b.apps.test/v2", 0, DC2);
        assertThat(steering.sitesFor(fib(), OWN, "a.apps.test")).containsExactly(DC1, DC2);
        assertThat(steering.sitesFor(fib(), OWN, "b.apps.test")).containsExactly(DC2);
        assertThat(steering.sitesFor(fib(), OWN, "a.dc3.apps.test")).containsExactly(DC3);
        assertThat(steering.sitesFor(fib(), OWN, "x.dc1.apps.test")).containsExactly(DC1);
        assertThat(steering.sitesFor(fib(), OWN, "nobody.apps.test")).isEmpty();
    }

    // ---- what has to be served here

    @Test
    void whatAnotherSiteSentIsServedHereWhateverElseIsSo() {
        world.sites(DC2).route("a.apps.test", false, DC2);
        world.order(Kind.DRAIN_SITE, null, null).order(Kind.FORCE_ROUTE, "a.apps.test", DC2);
        world.goRouters = 0;
        assertThat(world.decide(arriving(Arrival.SITE, "a.apps.test"))).isEqualTo(forward(Rule.INTER_SITE));
        assertThat(world.decide(arriving(Arrival.SITE, "a.dc1.apps.test"))).isEqualTo(forward(Rule.INTER_SITE));
        assertThat(world.decide(arriving(Arrival.SITE, "unknown.test"))).isEqualTo(forward(Rule.INTER_SITE));
    }

    @Test
    void whatHasBeenThroughAGrouterStaysHere() {
        world.sites(DC2).route("a.apps.test", false, DC2);
        world.order(Kind.DRAIN_SITE, null, null);
        assertThat(world.decide(arriving(Arrival.AGAIN, "a.apps.test"))).isEqualTo(forward(Rule.SECOND_HOP));
        assertThat(world.decide(arriving(Arrival.AGAIN, "a.dc1.apps.test")))
                .isEqualTo(new Decision.Forward(Rule.ALIAS, "a.apps.test"));
    }

    @Test
    void theOwnAliasIsServedHereWhateverIsOrdered() {
        world.sites(DC2).route("a.apps.test", true, DC2);
        world.order(Kind.DRAIN_ROUTE, "a.apps.test", null).order(Kind.DRAIN_SITE, null, null);
        world.spillPermille = 1000;
        world.goRouters = 0;
        assertThat(world.decide("a.dc1.apps.test")).isEqualTo(new Decision.Forward(Rule.ALIAS, "a.apps.test"));
    }

    @Test
    void aRouteOfOursUnderAForeignAliasDomainIsOurs() {
        world.sites(DC2).route("x.dc2.apps.test", true);
        assertThat(world.decide("x.dc2.apps.test")).isEqualTo(forward(Rule.LOCAL));
    }

    @Test
    void anAliasIsServedHereOrRefusedButNeverSentOn() {
        world.region = "us";
        world.site(DC2, site -> site.region = "eu").rule("a.apps.test", RedirectMode.AUTO, "eu");
        world.route("a.apps.test", false, DC2);
        assertThat(world.decide("a.dc1.apps.test")).isInstanceOf(Decision.Refuse.class);
        assertThat(world.decide("a.dc2.apps.test")).isInstanceOf(Decision.Refuse.class);
        assertThat(world.decide("b.dc2.apps.test")).isEqualTo(new Decision.Forward(Rule.FOREIGN_ALIAS, "b.apps.test"));
        assertThat(world.steering().sitesFor(world.fib(), world.own(), "a.dc2.apps.test"))
                .containsExactly(DC2);
    }

    // ---- how a request gets there

    @Test
    void whatARedirectWouldBreakIsRelayed() {
        world.sites(DC2).route("a.apps.test", false, DC2);
        assertThat(world.decide(ask("a.apps.test"))).isEqualTo(redirect(Rule.LEARNED, DC2, "a.dc2.apps.test"));
        assertThat(world.decide(post("a.apps.test"))).isEqualTo(relay(Rule.LEARNED, DC2));
        world.redirect = RedirectMode.ALWAYS;
        assertThat(world.decide(post("a.apps.test"))).isEqualTo(redirect(Rule.LEARNED, DC2, "a.dc2.apps.test"));
        world.redirect = RedirectMode.NEVER;
        assertThat(world.decide(ask("a.apps.test"))).isEqualTo(relay(Rule.LEARNED, DC2));
    }

    @Test
    void theRuleOfAHostCountsMoreThanTheLabelAndTheLabelMoreThanTheDefault() {
        world.sites(DC2).rule("never.apps.test", RedirectMode.NEVER).rule("*.apps.test", RedirectMode.AUTO);
        world.route("never.apps.test", null, new LearnedOffer(DC2, mode(RedirectMode.ALWAYS)));
        world.route("auto.apps.test", null, new LearnedOffer(DC2, mode(RedirectMode.NEVER)));
        assertThat(world.decide(ask("never.apps.test"))).isEqualTo(relay(Rule.LEARNED, DC2));
        assertThat(world.decide(ask("auto.apps.test"))).isInstanceOf(Decision.Redirect.class);

        SteeringWorld labels = new SteeringWorld().sites(DC2);
        labels.redirect = RedirectMode.NEVER;
        labels.route("a.apps.test", null, new LearnedOffer(DC2, mode(RedirectMode.ALWAYS)));
        assertThat(labels.decide(post("a.apps.test"))).isInstanceOf(Decision.Redirect.class);
        labels.route("a.apps.test", null, new LearnedOffer(DC2, mode(RedirectMode.AUTO)));
        assertThat(labels.decide(ask("a.apps.test"))).isInstanceOf(Decision.Redirect.class);
        assertThat(labels.decide(post("a.apps.test"))).isInstanceOf(Decision.Relay.class);
    }

    @Test
    void withoutRelaysThereAreOnlyRedirects() {
        world.sites(DC2).route("a.apps.test", false, DC2);
        world.relays = false;
        assertThat(world.decide(post("a.apps.test"))).isInstanceOf(Decision.Redirect.class);
        world.relays = true;
        world.site(DC2, site -> site.relays = List.of());
        assertThat(world.decide(post("a.apps.test"))).isInstanceOf(Decision.Redirect.class);
        assertThat(world.decide(ask("a.apps.test"))).isInstanceOf(Decision.Redirect.class);
        world.redirect = RedirectMode.NEVER;
        assertThat(world.decide(ask("a.apps.test"))).isEqualTo(forward(Rule.NO_FIT_SITE));
    }

    @Test
    void overTlsOnlyNamesWithACertificateAreRedirectedTo() {
        world.sites(DC2).route("a.apps.test", false, DC2).route("a.b.apps.test", false, DC2);
        assertThat(world.decide(https("A.apps.test"))).isEqualTo(redirect(Rule.LEARNED, DC2, "a.dc2.apps.test"));
        assertThat(world.decide(https("a.b.apps.test")))
                .as("a wildcard stands for one label")
                .isEqualTo(relay(Rule.LEARNED, DC2));
        assertThat(world.decide(ask("a.b.apps.test"))).isEqualTo(redirect(Rule.LEARNED, DC2, "a.b.dc2.apps.test"));
        world.site(DC2, site -> site.certificates = List.of("A.b.DC2.apps.test"));
        assertThat(world.decide(https("a.b.apps.test"))).isEqualTo(redirect(Rule.LEARNED, DC2, "a.b.dc2.apps.test"));
        assertThat(world.decide(https("a.apps.test"))).isEqualTo(relay(Rule.LEARNED, DC2));
        world.site(DC2, site -> site.certificates = List.of());
        world.redirect = RedirectMode.ALWAYS;
        assertThat(world.decide(https("a.apps.test"))).isEqualTo(relay(Rule.LEARNED, DC2));
    }

    @Test
    void theFirstAliasThatWorksIsTaken() {
        world.site(DC2, site -> {
            site.aliases = List.of(new Alias("apps.test", "no.cert.test"), new Alias("test", "dc2.example"));
            site.certificates = List.of("a.apps.dc2.example");
        });
        world.route("a.apps.test", false, DC2);
        assertThat(world.decide(https("a.apps.test"))).isEqualTo(redirect(Rule.LEARNED, DC2, "a.apps.dc2.example"));
        assertThat(world.decide(ask("a.apps.test"))).isEqualTo(redirect(Rule.LEARNED, DC2, "a.no.cert.test"));
    }

    @Test
    void theSchemeStaysAndAPortIsNamedOnlyIfItIsNotTheUsualOne() {
        world.site(DC2, site -> {
            site.httpPort = 443;
            site.httpsPort = 80;
        });
        world.route("a.apps.test", false, DC2);
        assertThat(world.decide(ask("a.apps.test"))).isEqualTo(redirect(Rule.LEARNED, DC2, "a.dc2.apps.test:443"));
        assertThat(world.decide(https("a.apps.test"))).isEqualTo(redirect(Rule.LEARNED, DC2, "a.dc2.apps.test:80"));
        world.site(DC2, site -> site.httpsPort = 0);
        assertThat(world.decide(https("a.apps.test"))).isEqualTo(relay(Rule.LEARNED, DC2));
    }

    /** A copied configuration file must not send clients round in circles. */
    @Test
    void nobodyIsRedirectedToAnAliasOfThisSite() {
        world.site(DC2, site -> site.aliases = List.of(new Alias("apps.test", "dc1.apps.test")));
        world.route("a.apps.test", false, DC2);
        assertThat(world.decide(ask("a.apps.test"))).isEqualTo(relay(Rule.LEARNED, DC2));
        world.relays = false;
        assertThat(world.decide(ask("a.apps.test"))).isEqualTo(forward(Rule.NO_FIT_SITE));
    }

    // ---- pins

    @Test
    void aPinnedHostIsOnlyServedInItsRegions() {
        world.region = "us";
        world.site(DC2, site -> site.region = "eu").site(DC3, site -> site.region = "us");
        world.rule("a.apps.test", RedirectMode.AUTO, "eu", "asia");
        world.route("a.apps.test", true, DC2, DC3);
        for (int i = 0; i < 100; i++) {
            assertThat(world.decide(client("a.apps.test", i))).isEqualTo(redirect(Rule.PINNED, DC2, "a.dc2.apps.test"));
        }
        assertThat(world.decide(post("a.apps.test")))
                .isEqualTo(Steering.MISDIRECTED)
                .extracting("status")
                .isEqualTo(421);
        assertThat(world.steering().sitesFor(world.fib(), world.own(), "a.apps.test"))
                .containsExactly(DC2);
        world.redirect = RedirectMode.NEVER;
        assertThat(world.decide(ask("b.apps.test"))).isEqualTo(forward(Rule.UNKNOWN));
    }

    @Test
    void aPinnedHostWithoutASiteInItsRegionsIsRefusedEverywhereElse() {
        world.region = "us";
        world.site(DC3, site -> site.region = "us").rule("a.apps.test", RedirectMode.AUTO, "eu");
        world.route("a.apps.test", true, DC3);
        for (Arrival arrival : Arrival.values()) {
            assertThat(world.decide(arriving(arrival, "a.apps.test"))).isEqualTo(Steering.MISDIRECTED);
        }
        assertThat(world.secondChance(ask("a.apps.test"))).isNull();
        assertThat(world.steering().sitesFor(world.fib(), world.own(), "a.apps.test"))
                .isEmpty();
        world.feed = FeedState.LOST;
        assertThat(world.decide("a.apps.test")).isEqualTo(Steering.MISDIRECTED);
    }

    @Test
    void inItsOwnRegionAPinnedHostIsAsAnyOther() {
        world.region = "eu";
        world.site(DC2, site -> site.region = "eu").site(DC3, site -> site.region = "us");
        world.rule("*.apps.test", RedirectMode.AUTO, "eu");
        world.route("a.apps.test", true, DC2, DC3).route("b.apps.test", false, DC2, DC3);
        assertThat(world.decide("a.apps.test")).isEqualTo(forward(Rule.LOCAL));
        for (int i = 0; i < 100; i++) {
            assertThat(world.decide(client("b.apps.test", i)))
                    .isEqualTo(redirect(Rule.LEARNED, DC2, "b.dc2.apps.test"));
        }
        assertThat(world.decide(post("b.apps.test"))).isEqualTo(relay(Rule.LEARNED, DC2));
        world.order(Kind.FORCE_ROUTE, "b.apps.test", DC3);
        assertThat(world.decide("b.apps.test")).isEqualTo(redirect(Rule.LEARNED, DC2, "b.dc2.apps.test"));
    }

    @Test
    void aPinOnAnOfferHoldsForThatOffer() {
        world.region = "us";
        world.site(DC2, site -> site.region = "eu").site(DC3, site -> site.region = "us");
        world.route("a.apps.test", null, new LearnedOffer(DC2, pinned("eu")), new LearnedOffer(DC3, pinned("eu")));
        for (int i = 0; i < 100; i++) {
            assertThat(world.decide(client("a.apps.test", i))).isEqualTo(redirect(Rule.PINNED, DC2, "a.dc2.apps.test"));
        }
        assertThat(world.decide(post("a.apps.test"))).isEqualTo(Steering.MISDIRECTED);
        assertThat(world.secondChance(post("a.apps.test"))).isNull();
        assertThat(world.secondChance(ask("a.apps.test"))).isInstanceOf(Decision.Redirect.class);
        assertThat(world.steering().sitesFor(world.fib(), world.own(), "a.apps.test"))
                .containsExactly(DC2);
    }

    @Test
    void aSiteWithoutARegionIsInNone() {
        world.sites(DC2).route("a.apps.test", pinned(""), new LearnedOffer(DC2, pinned("")));
        assertThat(world.decide("a.apps.test")).isEqualTo(Steering.MISDIRECTED);
    }

    @Test
    void theOwnOffersPinHoldsWhateverTheOtherSiteSays() {
        world.region = "us";
        world.site(DC2, site -> site.region = "eu").site(DC3, site -> site.region = "us");
        world.route("a.apps.test", pinned("eu"), new LearnedOffer(DC2, plain()), new LearnedOffer(DC3, plain()));
        for (int i = 0; i < 100; i++) {
            assertThat(world.decide(client("a.apps.test", i))).isEqualTo(redirect(Rule.PINNED, DC2, "a.dc2.apps.test"));
        }
        assertThat(world.decide(post("a.apps.test"))).isEqualTo(Steering.MISDIRECTED);
        assertThat(world.steering().sitesFor(world.fib(), world.own(), "a.apps.test"))
                .containsExactly(DC2);
    }

    @Test
    void nobodyIsDrainedOrSpilledOutOfAPin() {
        world.region = "eu";
        world.site(DC2, site -> site.region = "us");
        world.route("a.apps.test", pinned("eu"), new LearnedOffer(DC2, plain()));
        world.order(Kind.DRAIN_SITE, null, null);
        world.spillPermille = 1000;
        world.goRouters = 0;
        assertThat(world.decide("a.apps.test")).isEqualTo(forward(Rule.LOCAL));
        assertThat(world.secondChance(ask("a.apps.test"))).isNull();
    }

    @Test
    void whatCouldStayIsNotRefusedBecauseItMayNotBeRelayed() {
        world.region = "us";
        world.site(DC2, site -> site.region = "eu");
        world.route("a.apps.test", plain(), new LearnedOffer(DC2, pinned("eu")));
        world.order(Kind.DRAIN_ROUTE, "a.apps.test", null);
        assertThat(world.decide(post("a.apps.test"))).isEqualTo(forward(Rule.LOCAL));
        world.order(Kind.FORCE_ROUTE, "a.apps.test", DC2);
        assertThat(world.decide(post("a.apps.test"))).isEqualTo(forward(Rule.LOCAL));
        world.spillPermille = 1000;
        assertThat(world.decide(post("a.apps.test"))).isEqualTo(forward(Rule.LOCAL));
        world.goRouters = 0;
        assertThat(world.decide(post("a.apps.test"))).isEqualTo(forward(Rule.LOCAL));
    }

    @Test
    void aSiteThatMayBeRelayedToComesBeforeARefusal() {
        world.region = "us";
        world.site(DC2, site -> site.region = "eu").site(DC3, site -> site.freshness = Freshness.STALE);
        world.route("a.apps.test", null, new LearnedOffer(DC2, pinned("eu")), new LearnedOffer(DC3, plain()));
        assertThat(world.decide(post("a.apps.test"))).isEqualTo(relay(Rule.LEARNED_STALE, DC3));
    }

    // ---- operators

    @Test
    void aForcedRouteGoesWhereItIsForced() {
        world.sites(DC2, DC3).route("a.apps.test", true, DC2, DC3).route("b.apps.test", true, DC2);
        world.order(Kind.FORCE_ROUTE, "a.apps.test", DC3);
        for (int i = 0; i < 100; i++) {
            assertThat(world.decide(client("a.apps.test", i))).isEqualTo(redirect(Rule.FORCED, DC3, "a.dc3.apps.test"));
        }
        assertThat(world.decide(post("a.apps.test"))).isEqualTo(relay(Rule.FORCED, DC3));
        assertThat(world.decide("b.apps.test")).isEqualTo(forward(Rule.LOCAL));
    }

    @Test
    void aSiteThatDrainsIsBetterThanOneThatNobodyHears() {
        world.sites(DC2, DC3).route("a.apps.test", false, DC2, DC3);
        world.site(DC2, site -> site.freshness = Freshness.STALE).site(DC2, site -> site.unheard = true);
        world.site(DC3, site -> site.health = SiteHealth.idle(1).withDraining(true));
        assertThat(world.decide("a.apps.test")).isEqualTo(redirect(Rule.LAST_SITE, DC3, "a.dc3.apps.test"));
        assertThat(world.steering().sitesFor(world.fib(), world.own(), "a.apps.test"))
                .containsExactly(DC3);
        world.site(DC3, site -> site.health = SiteHealth.NONE);
        assertThat(world.decide("a.apps.test")).isEqualTo(redirect(Rule.LAST_SITE, DC2, "a.dc2.apps.test"));
    }

    @Test
    void dnsNamesADrainedSiteWhereRequestsStayInIt() {
        world.sites(DC2).route("a.apps.test", true, DC2).order(Kind.DRAIN_SITE, null, null);
        assertThat(world.decide("a.apps.test").rule()).isEqualTo(Rule.DRAINED_SITE);
        assertThat(world.steering().sitesFor(world.fib(), world.own(), "a.apps.test"))
                .containsExactly(DC2);
        world.site(DC2, site -> site.freshness = Freshness.STALE);
        assertThat(world.decide("a.apps.test")).isEqualTo(forward(Rule.LOCAL));
        assertThat(world.steering().sitesFor(world.fib(), world.own(), "a.apps.test"))
                .contains(DC1);
        world.goRouters = 0;
        assertThat(world.decide("a.apps.test").rule()).isEqualTo(Rule.LOCAL_DOWN);
        assertThat(world.steering().sitesFor(world.fib(), world.own(), "a.apps.test"))
                .containsExactly(DC2);
    }

    @Test
    void aRouteForcedHereStaysHere() {
        world.sites(DC2).route("a.apps.test", false, DC2).order(Kind.FORCE_ROUTE, "a.apps.test", DC1);
        world.order(Kind.DRAIN_SITE, null, null);
        assertThat(world.decide("a.apps.test")).isEqualTo(forward(Rule.FORCED));
    }

    @Test
    void aRouteForcedToASiteThatCannotTakeItIsAsAnyOther() {
        world.sites(DC2, DC3).route("a.apps.test", true, DC2).order(Kind.FORCE_ROUTE, "a.apps.test", DC3);
        assertThat(world.decide("a.apps.test")).as("it has no offer").isEqualTo(forward(Rule.LOCAL));
        world.route("a.apps.test", true, DC2, DC3);
        world.site(DC3, site -> site.freshness = Freshness.SUSPECT);
        assertThat(world.decide("a.apps.test").rule()).isEqualTo(Rule.FORCED);
        world.site(DC3, site -> site.freshness = Freshness.STALE);
        assertThat(world.decide("a.apps.test")).isEqualTo(forward(Rule.LOCAL));
        world.site(DC3, site -> site.freshness = Freshness.FRESH);
        world.site(DC3, site -> site.health = SiteHealth.NONE);
        assertThat(world.decide("a.apps.test")).isEqualTo(forward(Rule.LOCAL));
        world.site(DC3, site -> site.health = SiteHealth.idle(1).withDraining(true));
        assertThat(world.decide("a.apps.test")).isEqualTo(forward(Rule.LOCAL));
    }

    @Test
    void whatIsDrainedGoesToFreshFitSitesAndStaysWhereThereAreNone() {
        world.sites(DC2, DC3).route("a.apps.test", true, DC2, DC3).route("b.apps.test", true);
        world.order(Kind.DRAIN_ROUTE, "a.apps.test", null);
        assertThat(world.decide("a.apps.test").rule()).isEqualTo(Rule.DRAINED_ROUTE);
        assertThat(world.decide("b.apps.test")).isEqualTo(forward(Rule.LOCAL));
        world.site(DC2, site -> site.freshness = Freshness.SUSPECT).site(DC3, site -> site.unheard = true);
        assertThat(world.decide("a.apps.test")).isEqualTo(forward(Rule.LOCAL));
        world.site(DC2, site -> {
            site.freshness = Freshness.FRESH;
            site.health = SiteHealth.idle(1).withDraining(true);
        });
        assertThat(world.decide("a.apps.test"))
                .as("both drain: nobody is sent to and fro")
                .isEqualTo(forward(Rule.LOCAL));
    }

    @Test
    void aDrainedSiteSendsEverythingAwayThatOthersHave() {
        world.sites(DC2)
                .route("a.apps.test", true, DC2)
                .route("b.apps.test", true)
                .order(Kind.DRAIN_SITE, null, null);
        assertThat(world.decide("a.apps.test")).isEqualTo(redirect(Rule.DRAINED_SITE, DC2, "a.dc2.apps.test"));
        assertThat(world.decide(session("a.apps.test", 7))).isEqualTo(relay(Rule.DRAINED_SITE, DC2));
        assertThat(world.decide("b.apps.test")).isEqualTo(forward(Rule.LOCAL));
        assertThat(world.decide("nobody.test")).isEqualTo(forward(Rule.UNKNOWN));
        world.order(Kind.DRAIN_ROUTE, "a.apps.test", null);
        assertThat(world.decide("a.apps.test").rule()).isEqualTo(Rule.DRAINED_ROUTE);
        assertThat(world.steering().sitesFor(world.fib(), world.own(), "a.apps.test"))
                .containsExactly(DC2);
        assertThat(world.steering().sitesFor(world.fib(), world.own(), "b.apps.test"))
                .containsExactly(DC1);
    }

    @Test
    void aRouteThatASiteDrainsIsSentThereLast() {
        world.sites(DC2, DC3);
        world.route("a.apps.test", null, new LearnedOffer(DC2, draining()), new LearnedOffer(DC3, plain()));
        for (int i = 0; i < 100; i++) {
            assertThat(world.decide(client("a.apps.test", i)))
                    .isEqualTo(redirect(Rule.LEARNED, DC3, "a.dc3.apps.test"));
        }
        world.route("a.apps.test", null, new LearnedOffer(DC2, draining()));
        assertThat(world.decide("a.apps.test")).isEqualTo(redirect(Rule.LAST_SITE, DC2, "a.dc2.apps.test"));
    }

    // ---- sessions

    @Test
    void aSessionStaysWithItsInstance() {
        world.sites(DC2, DC3);
        world.route("a.apps.test", sessions(5), new LearnedOffer(DC2, plain()), new LearnedOffer(DC3, sessions(6, 7)));
        assertThat(world.decide(session("a.apps.test", 5))).isEqualTo(forward(Rule.SESSION));
        assertThat(world.decide(session("a.apps.test", 7))).isEqualTo(relay(Rule.SESSION, DC3));
        assertThat(world.decide(session("a.apps.test", 8))).as("nobody's").isEqualTo(forward(Rule.LOCAL));
        world.spillPermille = 1000;
        assertThat(world.decide(session("a.apps.test", 5))).isEqualTo(forward(Rule.SESSION));
        assertThat(world.decide(session("a.apps.test", 8)))
                .as("not a new client")
                .isEqualTo(forward(Rule.LOCAL));
        world.sessions = false;
        assertThat(world.decide(session("a.apps.test", 7))).isEqualTo(forward(Rule.LOCAL));
    }

    @Test
    void aSessionDoesNotFollowItsInstanceToASiteThatIsUnfit() {
        world.sites(DC2).route("a.apps.test", plain(), new LearnedOffer(DC2, sessions(7)));
        List<Consumer<SteeringWorld.Other>> unfit = List.of(
                site -> site.freshness = Freshness.STALE,
                site -> site.health = SiteHealth.NONE,
                site -> site.health = SiteHealth.idle(1).withDraining(true),
                site -> site.unheard = true,
                site -> site.silent = true,
                site -> site.relays = List.of());
        for (Consumer<SteeringWorld.Other> each : unfit) {
            SteeringWorld one = new SteeringWorld().site(DC2, each);
            one.route("a.apps.test", plain(), new LearnedOffer(DC2, sessions(7)));
            assertThat(one.decide(session("a.apps.test", 7))).isEqualTo(forward(Rule.LOCAL));
        }
        world.site(DC2, site -> site.freshness = Freshness.SUSPECT);
        assertThat(world.decide(session("a.apps.test", 7))).isEqualTo(relay(Rule.SESSION, DC2));
    }

    @Test
    void aSessionWhoseGoRoutersAreDownGoesWhereTheAppRuns() {
        world.sites(DC2).route("a.apps.test", sessions(5), new LearnedOffer(DC2, plain()));
        world.goRouters = 0;
        assertThat(world.decide(session("a.apps.test", 5))).isEqualTo(relay(Rule.LOCAL_DOWN, DC2));
    }

    // ---- no GoRouter, no room

    @Test
    void withoutGoRoutersRequestsGoToSitesThatHaveSome() {
        world.sites(DC2)
                .route("a.apps.test", true, DC2)
                .route("b.apps.test", true)
                .route("c.apps.test", false, DC2);
        world.goRouters = 0;
        assertThat(world.decide("a.apps.test")).isEqualTo(redirect(Rule.LOCAL_DOWN, DC2, "a.dc2.apps.test"));
        assertThat(world.decide("b.apps.test")).isEqualTo(forward(Rule.LOCAL));
        assertThat(world.decide("c.apps.test").rule()).isEqualTo(Rule.LEARNED);
        world.feed = FeedState.LOST;
        assertThat(world.decide("c.apps.test").rule()).isEqualTo(Rule.LOCAL_DOWN);
        world.site(DC2, site -> site.freshness = Freshness.SUSPECT);
        assertThat(world.decide("a.apps.test").rule()).isEqualTo(Rule.LOCAL_DOWN);
        assertThat(world.decide("c.apps.test").rule()).isEqualTo(Rule.LOCAL_DOWN);
        world.site(DC2, site -> site.health = SiteHealth.NONE);
        assertThat(world.decide("a.apps.test")).isEqualTo(forward(Rule.LOCAL));
        assertThat(world.decide("c.apps.test")).isEqualTo(forward(Rule.UNSURE));
    }

    @Test
    void aShareOfTheNewClientsIsSpilledToSitesWithRoomByHowMuchTheyHave() {
        world.site(DC2, site -> site.health = new SiteHealth(1, false, 1000, 400, 0));
        world.site(DC3, site -> site.health = new SiteHealth(1, false, 1000, 700, 0));
        world.route("a.apps.test", true, DC2, DC3).route("b.apps.test", true);
        world.spillPermille = 300;
        Map<Object, Integer> counts = new HashMap<>();
        Steering steering = world.steering();
        Fib fib = world.fib();
        for (int i = 0; i < 20_000; i++) {
            Decision decision = steering.decide(fib, world.own(), client("a.apps.test", i));
            assertThat(decision.rule()).isIn(Rule.SPILL, Rule.LOCAL);
            counts.merge(decision instanceof Decision.Redirect away ? away.site() : DC1, 1, Integer::sum);
        }
        assertThat(counts.get(DC1)).isBetween(13_500, 14_500);
        assertThat(counts.get(DC2)).as("twice as free").isBetween(3_700, 4_300);
        world.spillPermille = 1000;
        assertThat(world.decide("b.apps.test")).isEqualTo(forward(Rule.LOCAL));
        assertThat(world.decide(post("a.apps.test")).rule()).isEqualTo(Rule.SPILL);
    }

    @Test
    void nothingIsSpilledToSitesWithoutRoomOrNotFresh() {
        world.site(DC2, site -> site.health = new SiteHealth(1, false, 1000, 980, 0));
        world.site(DC3, site -> site.freshness = Freshness.SUSPECT);
        world.route("a.apps.test", true, DC2, DC3);
        world.spillPermille = 1000;
        assertThat(world.decide("a.apps.test")).isEqualTo(forward(Rule.LOCAL));
        world.site(DC2, site -> site.health = new SiteHealth(1, false, 1000, 979, 0));
        assertThat(world.decide("a.apps.test")).isEqualTo(redirect(Rule.SPILL, DC2, "a.dc2.apps.test"));
    }

    // ---- the best of the others

    @Test
    void sitesAreRankedByHowFarTheyCanBeTrusted() {
        List<Consumer<SteeringWorld.Other>> worse = List.of(
                site -> {},
                site -> site.freshness = Freshness.SUSPECT,
                site -> site.freshness = Freshness.STALE,
                site -> site.unheard = true);
        List<Rule> rules = List.of(Rule.LEARNED, Rule.LEARNED_SUSPECT, Rule.LEARNED_STALE, Rule.LAST_SITE);
        for (int better = 0; better < worse.size(); better++) {
            for (int other = better + 1; other < worse.size(); other++) {
                SteeringWorld two =
                        new SteeringWorld().site(DC2, worse.get(other)).site(DC3, worse.get(better));
                two.route("a.apps.test", false, DC2, DC3);
                assertThat(two.decide("a.apps.test")).isEqualTo(redirect(rules.get(better), DC3, "a.dc3.apps.test"));
                assertThat(two.steering().sitesFor(two.fib(), two.own(), "a.apps.test"))
                        .containsExactly(DC3);
            }
        }
    }

    @Test
    void theLastSiteIsNeverDroppedUnlessItIsGoneOrHasNoGoRouter() {
        world.site(DC2, site -> {
            site.freshness = Freshness.STALE;
            site.unheard = true;
            site.health = new SiteHealth(1, true, 10, 10, 1000);
        });
        world.route("a.apps.test", null, new LearnedOffer(DC2, draining()));
        assertThat(world.decide("a.apps.test")).isEqualTo(redirect(Rule.LAST_SITE, DC2, "a.dc2.apps.test"));
        world.site(DC2, site -> site.freshness = Freshness.GONE);
        assertThat(world.decide("a.apps.test")).isEqualTo(forward(Rule.NO_FIT_SITE));
        assertThat(world.steering().sitesFor(world.fib(), world.own(), "a.apps.test"))
                .isEmpty();
        world.site(DC2, site -> {
            site.freshness = Freshness.FRESH;
            site.health = SiteHealth.NONE;
        });
        assertThat(world.decide("a.apps.test")).isEqualTo(forward(Rule.NO_FIT_SITE));
        assertThat(world.secondChance(ask("a.apps.test"))).isNull();
    }

    @Test
    void onlyTheClientsOfALostSiteMove() {
        world.sites(DC2, DC3, new SiteId("dc4")).route("a.apps.test", false, DC2, DC3, new SiteId("dc4"));
        List<Decision> before = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            before.add(world.decide(client("a.apps.test", i)));
        }
        world.site(DC3, site -> site.freshness = Freshness.SUSPECT);
        for (int i = 0; i < 1000; i++) {
            Decision.Redirect was = (Decision.Redirect) before.get(i);
            Decision.Redirect is = (Decision.Redirect) world.decide(client("a.apps.test", i));
            assertThat(is.site()).isNotEqualTo(DC3);
            assertThat(was.site().equals(DC3) || was.equals(is)).isTrue();
        }
    }

    @Test
    void sitesWithErrorsOrHardlyAnyRoomGetFewerClients() {
        world.site(DC2, site -> site.health = new SiteHealth(1, false, 1000, 950, 0));
        world.site(DC3, site -> site.health = new SiteHealth(1, false, 1000, 0, 500));
        world.sites(new SiteId("dc4")).route("a.apps.test", false, DC2, DC3, new SiteId("dc4"));
        Map<SiteId, Integer> counts = new HashMap<>();
        for (int i = 0; i < 2000; i++) {
            counts.merge(((Decision.Redirect) world.decide(client("a.apps.test", i))).site(), 1, Integer::sum);
        }
        assertThat(counts.get(DC2)).isBetween(20, 120);
        assertThat(counts.get(DC3)).isBetween(500, 800);
    }

    // ---- what nobody has, or nobody is sure of

    @Test
    void whatHasLeftEverywhereIsRefusedOnlyWhenThisNodeIsSure() {
        world.route("a.apps.test", false);
        Decision refused = world.decide("a.apps.test");
        assertThat(refused.rule()).isEqualTo(Rule.KNOWN_EMPTY);
        assertThat(refused).extracting("status").isEqualTo(503);
        world.feed = FeedState.SILENT;
        assertThat(world.decide("a.apps.test")).isEqualTo(forward(Rule.UNSURE));
        world.siblingComplete = true;
        assertThat(world.decide("a.apps.test")).isEqualTo(refused);
        assertThat(world.decide(arriving(Arrival.SITE, "a.apps.test"))).isEqualTo(forward(Rule.INTER_SITE));
    }

    @Test
    void aSiblingThatKnowsEverythingIsAsGoodAsTheOwnFeed() {
        world.sites(DC2).route("a.apps.test", false, DC2);
        world.feed = FeedState.LOST;
        assertThat(world.decide("a.apps.test")).isEqualTo(forward(Rule.UNSURE));
        world.siblingComplete = true;
        assertThat(world.decide("a.apps.test").rule()).isEqualTo(Rule.LEARNED);
    }

    // ---- second chance

    @Test
    void whatTheGoRoutersDoNotHaveGoesToASiteThatDoes() {
        world.sites(DC2).route("a.apps.test", true, DC2).route("b.apps.test", true);
        assertThat(world.secondChance(ask("a.apps.test")))
                .isEqualTo(redirect(Rule.SECOND_CHANCE, DC2, "a.dc2.apps.test"));
        assertThat(world.secondChance(post("a.apps.test"))).isEqualTo(relay(Rule.SECOND_CHANCE, DC2));
        assertThat(world.secondChance(ask("b.apps.test"))).isNull();
        assertThat(world.secondChance(ask("nobody.test"))).isNull();
        world.site(DC2, site -> site.freshness = Freshness.STALE);
        assertThat(world.secondChance(post("a.apps.test"))).isEqualTo(relay(Rule.SECOND_CHANCE, DC2));
        world.secondChance = false;
        assertThat(world.secondChance(ask("a.apps.test"))).isNull();
    }

    @Test
    void whatHadToBeServedHereHasNoSecondChance() {
        world.sites(DC2).route("a.apps.test", true, DC2).route("*.apps.test", true, DC2);
        assertThat(world.secondChance(ask("a.dc1.apps.test"))).isNull();
        assertThat(world.secondChance(ask("a.dc2.apps.test"))).isNull();
        assertThat(world.secondChance(arriving(Arrival.SITE, "a.apps.test"))).isNull();
        assertThat(world.secondChance(arriving(Arrival.AGAIN, "a.apps.test"))).isNull();
    }

    // ---- order and explanation

    /** Takes one reason away after the other; what decides is always the first that is left. */
    @Test
    void theRulesAreAskedInOrder() {
        world.sites(DC2).route("a.apps.test", sessions(5), new LearnedOffer(DC2, plain()));
        world.order(Kind.DRAIN_SITE, null, null).order(Kind.FORCE_ROUTE, "a.apps.test", DC2);
        world.spillPermille = 1000;
        assertThat(world.decide(session("a.apps.test", 5)).rule()).isEqualTo(Rule.FORCED);
        world.order(Kind.DRAIN_ROUTE, "a.apps.test", null);
        assertThat(world.decide(session("a.apps.test", 5)).rule()).isEqualTo(Rule.DRAINED_ROUTE);

        SteeringWorld calm = new SteeringWorld().sites(DC2);
        calm.route("a.apps.test", sessions(5), new LearnedOffer(DC2, plain()));
        calm.spillPermille = 1000;
        assertThat(calm.decide(session("a.apps.test", 5)).rule()).isEqualTo(Rule.SESSION);
        calm.goRouters = 0;
        assertThat(calm.decide(ask("a.apps.test")).rule()).isEqualTo(Rule.LOCAL_DOWN);
        calm.goRouters = 1;
        assertThat(calm.decide(ask("a.apps.test")).rule()).isEqualTo(Rule.SPILL);
        calm.spillPermille = 0;
        assertThat(calm.decide(ask("a.apps.test")).rule()).isEqualTo(Rule.LOCAL);
    }

    @Test
    void explainsWhatLaterRulesWouldHaveSaid() {
        world.sites(DC2).route("a.apps.test", true, DC2).order(Kind.DRAIN_SITE, null, null);
        Explanation explanation = world.steering().explain(world.fib(), world.own(), ask("a.apps.test"));
        Map<String, Decision> said = new HashMap<>();
        explanation.rules().forEach(rule -> {
            if (rule.decision() != null) {
                said.put(rule.rule(), rule.decision());
            }
        });
        assertThat(said.get("drained")).extracting("rule").isEqualTo(Rule.DRAINED_SITE);
        assertThat(said.get("local")).isEqualTo(forward(Rule.LOCAL));
        assertThat(said.get("learned")).extracting("rule").isEqualTo(Rule.LEARNED);
        assertThat(said).containsKeys("no-fit-site", "unknown").doesNotContainKeys("pinned", "session", "spill");
        assertThat(explanation.steps()).contains("an operator drains this site");
    }

    @Test
    void explainsWhyASiteIsNotChosen() {
        world.region = "us";
        world.site(DC2, site -> site.health = SiteHealth.NONE).site(DC3, site -> site.region = "eu");
        world.route("a.apps.test", null, new LearnedOffer(DC2, plain()), new LearnedOffer(DC3, pinned("us", "eu")));
        world.rule("b.apps.test", RedirectMode.NEVER, "eu").route("b.apps.test", false, DC3);
        world.rule("c.apps.test", RedirectMode.NEVER, "us").route("c.apps.test", false, DC3);
        assertThat(steps("a.apps.test"))
                .contains("dc2 offers 1 instance, is FRESH, 0% free; none of its GoRouters takes requests")
                .anyMatch(step -> step.startsWith("dc3") && step.endsWith("redirected to a.dc3.apps.test"));
        assertThat(steps("b.apps.test"))
                .contains("a rule pins b.apps.test to the regions eu")
                .anyMatch(step -> step.endsWith("it may only be redirected there, and this request cannot be"));
        assertThat(steps("c.apps.test"))
                .anyMatch(step -> step.endsWith("the app may not be served in its region \"eu\""));
    }

    private List<String> steps(String host) {
        return world.steering().explain(world.fib(), world.own(), ask(host)).steps();
    }
}
