package io.grouter.steering;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.fib.Fib;
import io.grouter.fib.LearnedOffer;
import io.grouter.fib.RouteEntry;
import io.grouter.fib.SiteView;
import io.grouter.route.Alias;
import io.grouter.route.FeedState;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteConfig;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.testing.Configs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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

    private static Decision forward(Rule rule, @Nullable String host) {
        return new Decision.Forward(rule, host);
    }

    @Test
    void localWins() {
        site(DC2, Freshness.FRESH, 1, 80);
        route("a.apps.test", 1, DC2);
        assertThat(decide("a.apps.test", "/")).isEqualTo(forward(Rule.LOCAL, null));
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
        assertThat(decide("a.apps.test", "/")).isEqualTo(forward(Rule.NO_FIT_SITE, null));
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
            assertThat(decide("a.apps.test", "/")).isEqualTo(forward(Rule.UNSURE, null));
            assertThat(decide("b.apps.test", "/")).isEqualTo(forward(Rule.LOCAL, null));
        }
    }

    @Test
    void unknownNamesGoToTheGoRouters() {
        assertThat(decide("nobody.apps.test", "/")).isEqualTo(forward(Rule.UNKNOWN, null));
        assertThat(decide("", "*")).isEqualTo(forward(Rule.UNKNOWN, null));
    }

    @Test
    void theOwnAliasIsServedHereUnderTheGlobalName() {
        site(DC2, Freshness.FRESH, 1, 80);
        route("a.apps.test", 0, DC2);
        assertThat(decide("A.dc1.apps.test", "/")).isEqualTo(forward(Rule.ALIAS, "a.apps.test"));
    }

    @Test
    void aForeignAliasIsNeverSentOn() {
        site(DC2, Freshness.FRESH, 1, 80);
        route("a.apps.test", 0, DC2);
        route("*.apps.test", 0, DC2);
        assertThat(decide("a.dc2.apps.test", "/")).isEqualTo(forward(Rule.FOREIGN_ALIAS, "a.apps.test"));
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
}
