package io.grouter.rib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grouter.fib.Fib;
import io.grouter.fib.RouteEntry;
import io.grouter.route.ChangeResult;
import io.grouter.route.Endpoint;
import io.grouter.route.FeedState;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
import io.grouter.route.OfferChange;
import io.grouter.route.RouteChange;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import io.grouter.testing.Configs;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RibTest {
    private static final SiteId DC1 = new SiteId("dc1");
    private static final SiteId DC2 = new SiteId("dc2");
    private static final RouteUri APP = RouteUri.parse("app.test");

    private final Rib rib = new Rib(Configs.rib(3, 2, 2), DC1, new PrometheusRegistry());
    private final List<OfferChange> announced = new ArrayList<>();
    private final List<RibEvent> events = new ArrayList<>();
    private int published;

    private static long second(int s) {
        return Duration.ofSeconds(s).toNanos();
    }

    private static Endpoint at(int port, int staleSeconds) {
        return new Endpoint("10.0.0.1:" + port, false, "guid", "", "", "", "", "", staleSeconds, Map.of());
    }

    private ChangeResult register(String uri, int port, int second) {
        return rib.apply(new RouteChange.Register(RouteUri.parse(uri), at(port, 0)), second(second));
    }

    private ChangeResult unregister(String uri, int port) {
        return rib.apply(new RouteChange.Unregister(RouteUri.parse(uri), at(port, 0)), 0);
    }

    private Fib publish() {
        rib.publish((fib, ownChanges, what) -> {
            published++;
            announced.addAll(ownChanges);
            events.addAll(what);
        });
        return rib.fib();
    }

    private RouteEntry entry(Fib fib) {
        RouteEntry entry = fib.get(APP);
        if (entry == null) {
            throw new AssertionError("no entry for " + APP);
        }
        return entry;
    }

    @Test
    void writesSayWhatTheyDid() {
        assertThat(register("app.test", 1, 0)).isEqualTo(ChangeResult.ROUTE_ADDED);
        assertThat(register("app.test", 1, 1)).isEqualTo(ChangeResult.UNCHANGED);
        assertThat(register("app.test", 2, 1)).isEqualTo(ChangeResult.UPDATED);
        assertThat(register("app.test", 3, 1)).isEqualTo(ChangeResult.REFUSED);
        assertThat(unregister("app.test", 9)).isEqualTo(ChangeResult.UNCHANGED);
        assertThat(unregister("app.test", 1)).isEqualTo(ChangeResult.UPDATED);
        assertThat(unregister("app.test", 2)).isEqualTo(ChangeResult.ROUTE_REMOVED);
        assertThat(unregister("app.test", 2)).isEqualTo(ChangeResult.UNCHANGED);
    }

    @Test
    void anAddressThatComesBackReplacesTheEndpoint() {
        register("app.test", 1, 0);
        Endpoint other =
                new Endpoint("10.0.0.1:1", true, "other", "i", "0", "seg", "z1", "", 0, Map.of("app_name", "x"));
        assertThat(rib.apply(new RouteChange.Register(APP, other), 1)).isEqualTo(ChangeResult.UPDATED);
        assertThat(rib.endpoints(APP)).containsExactly(other);
    }

    @Test
    void boundsAreKept() {
        register("a.test", 1, 0);
        register("b.test", 1, 0);
        register("c.test", 1, 0);
        assertThat(register("d.test", 1, 0)).isEqualTo(ChangeResult.REFUSED);
        assertThat(publish().size()).isEqualTo(3);
    }

    @Test
    void heartbeatsPublishNothing() {
        register("app.test", 1, 0);
        publish();
        register("app.test", 1, 20);
        publish();
        assertThat(published).isEqualTo(1);
    }

    @Test
    void ownChangesAreAnnouncedOncePerBatch() {
        register("app.test", 1, 0);
        register("app.test", 2, 0);
        unregister("app.test", 1);
        publish();
        assertThat(announced).containsExactly(new OfferChange(APP, new Offer(1, "guid")));
        assertThat(rib.ownOffers().size()).isEqualTo(1);
    }

    @Test
    void whatCameAndWentInOneBatchIsNoNews() {
        register("app.test", 1, 0);
        unregister("app.test", 1);
        publish();
        assertThat(announced).isEmpty();
        assertThat(events).isEmpty();
    }

    @Test
    void endpointsExpireOnlyWhileTheFeedIsLive() {
        register("app.test", 1, 0);
        rib.expire(second(500));
        assertThat(publish().size()).isEqualTo(1);

        rib.feed(FeedState.LIVE, "test", second(500)); // a new lifetime starts here
        rib.expire(second(619));
        assertThat(publish().size()).isEqualTo(1);
        rib.expire(second(621));
        assertThat(publish().size()).isZero();
        assertThat(announced).last().isEqualTo(new OfferChange(APP, null));
    }

    @Test
    void aSendersThresholdCountsOnlyBelowOurs() {
        rib.feed(FeedState.LIVE, "test", 0);
        rib.apply(new RouteChange.Register(RouteUri.parse("short.test"), at(1, 10)), 0);
        rib.apply(new RouteChange.Register(RouteUri.parse("long.test"), at(1, 1000)), 0);
        rib.apply(new RouteChange.Register(RouteUri.parse("over.test"), at(1, -1)), 0);
        rib.expire(second(1));
        assertThat(rib.endpoints(RouteUri.parse("over.test"))).isEmpty();
        rib.expire(second(11));
        assertThat(rib.endpoints(RouteUri.parse("short.test"))).isEmpty();
        assertThat(rib.endpoints(RouteUri.parse("long.test"))).hasSize(1);
        rib.expire(second(121));
        assertThat(rib.endpoints(RouteUri.parse("long.test"))).isEmpty();
    }

    @Test
    void localAndLearnedStandSideBySide() {
        register("app.test", 1, 0);
        rib.learn(DC2, new OfferChange(APP, new Offer(5, "guid")), 0);
        RouteEntry both = entry(publish());
        assertThat(both.local()).isTrue();
        assertThat(both.learned()).extracting(offer -> offer.site()).containsExactly(DC2);

        unregister("app.test", 1);
        assertThat(entry(publish()).local()).isFalse();
        rib.learn(DC2, new OfferChange(APP, null), 0);
        assertThat(publish().size()).isZero();
    }

    @Test
    void learnedRoutesAreNeverAnnounced() {
        rib.learn(DC2, new OfferChange(APP, new Offer(5, "guid")), 0);
        publish();
        assertThat(announced).isEmpty();
        assertThat(rib.ownOffers().size()).isZero();
        assertThat(events).containsExactly(new RibEvent.RouteAdded(DC2, APP, 5, Cause.ANNOUNCED));
    }

    @Test
    void nobodyElseWritesTheOwnTable() {
        assertThatThrownBy(() -> rib.learn(DC1, new OfferChange(APP, new Offer(1, "")), 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void tooManyLearnedRoutesAreRefusedAndTheRestKept() {
        rib.learn(DC2, new OfferChange(RouteUri.parse("a.test"), new Offer(1, "")), 0);
        rib.learn(DC2, new OfferChange(RouteUri.parse("b.test"), new Offer(1, "")), 0);
        assertThat(rib.learn(DC2, new OfferChange(APP, new Offer(1, "")), 0)).isEqualTo(ChangeResult.REFUSED);
        assertThat(rib.learn(DC2, new OfferChange(RouteUri.parse("a.test"), new Offer(2, "")), 0))
                .isEqualTo(ChangeResult.UPDATED);
        assertThat(publish().size()).isEqualTo(2);
    }

    @Test
    void aSiteThatIsGoneTakesItsRoutesAlong() {
        rib.learn(DC2, new OfferChange(APP, new Offer(1, "")), 0);
        rib.freshness(DC2, Freshness.FRESH, 0);
        publish();
        rib.freshness(DC2, Freshness.STALE, 0);
        assertThat(publish().size()).isEqualTo(1);
        rib.freshness(DC2, Freshness.GONE, 0);
        assertThat(publish().size()).isZero();
        assertThat(events).contains(new RibEvent.SiteChanged(DC2, Freshness.STALE, Freshness.GONE));
    }

    // ---- known to be empty

    @Test
    void aRouteWithoutEndpointsIsKnownToBeEmptyForAWhile() {
        rib.feed(FeedState.LIVE, "test", 0);
        register("app.test", 1, 0);
        register("*.test", 2, 0);
        publish();
        rib.apply(new RouteChange.Unregister(APP, at(1, 0)), second(10));
        Fib fib = publish();
        assertThat(entry(fib).knownEmpty()).isTrue();
        assertThat(fib.size()).isEqualTo(1);
        assertThat(fib.knownEmpty()).isEqualTo(1);
        assertThat(fib.lookup("app.test", "/")).isEqualTo(entry(fib));
        rib.expire(second(39));
        assertThat(publish().knownEmpty()).isEqualTo(1);
        rib.expire(second(41));
        Fib later = publish();
        assertThat(later.knownEmpty()).isZero();
        RouteEntry found = later.lookup("app.test", "/");
        assertThat(found == null ? "" : found.uri().host()).isEqualTo("*.test");
    }

    @Test
    void aRouteThatIsKnownToBeEmptyCanComeBack() {
        register("app.test", 1, 0);
        unregister("app.test", 1);
        publish();
        assertThat(register("app.test", 1, 5)).isEqualTo(ChangeResult.ROUTE_ADDED);
        Fib fib = publish();
        assertThat(fib.knownEmpty()).isZero();
        assertThat(entry(fib).local()).isTrue();
    }

    @Test
    void anEmptyRouteThatOthersHaveIsTheirs() {
        register("app.test", 1, 0);
        rib.learn(DC2, new OfferChange(APP, new Offer(1, "guid")), 0);
        unregister("app.test", 1);
        Fib fib = publish();
        assertThat(fib.knownEmpty()).isZero();
        rib.learn(DC2, new OfferChange(APP, null), 0);
        assertThat(publish().knownEmpty()).isEqualTo(1);
    }

    @Test
    void aRouteThatAnotherSiteWithdrewIsKnownToBeEmptyForAWhile() {
        rib.learn(DC2, new OfferChange(APP, new Offer(1, "guid")), 0);
        rib.learn(DC2, new OfferChange(APP, null), second(5));
        Fib fib = publish();
        assertThat(fib.knownEmpty()).isEqualTo(1);
        assertThat(entry(fib).knownEmpty()).isTrue();
        rib.learn(DC2, new OfferChange(APP, new Offer(1, "guid")), second(6));
        assertThat(publish().knownEmpty()).isZero();
        rib.learn(DC2, new OfferChange(APP, null), second(20));
        rib.expire(second(36));
        assertThat(publish().knownEmpty()).as("it left again").isEqualTo(1);
        rib.expire(second(51));
        fib = publish();
        assertThat(fib.knownEmpty()).isZero();
        assertThat(fib.lookup("app.test", "/")).isNull();
    }

    @Test
    void routesOfAForgottenSiteAreNotKnownToBeEmpty() {
        rib.learn(DC2, new OfferChange(APP, new Offer(1, "guid")), 0);
        rib.freshness(DC2, Freshness.FRESH, 0);
        rib.freshness(DC2, Freshness.GONE, 0);
        assertThat(publish().knownEmpty()).isZero();
    }

    @Test
    void emptyRoutesGoWhateverTheStateOfTheFeed() {
        register("app.test", 1, 0);
        unregister("app.test", 1);
        assertThat(publish().knownEmpty()).isEqualTo(1);
        rib.feed(FeedState.LOST, "test", second(1));
        rib.expire(second(31));
        assertThat(publish().knownEmpty()).isZero();
    }

    @Test
    void aRouteThatWasEmptiedAgainIsKeptForTheWholeTime() {
        register("app.test", 1, 0);
        rib.apply(new RouteChange.Unregister(APP, at(1, 0)), second(0));
        register("app.test", 1, 20);
        rib.apply(new RouteChange.Unregister(APP, at(1, 0)), second(25));
        rib.expire(second(31));
        assertThat(publish().knownEmpty()).isEqualTo(1);
        rib.expire(second(56));
        assertThat(publish().knownEmpty()).isZero();
    }

    @Test
    void namesThatAreNoKeysAreRefusedAndHarmNothing() {
        rib.learn(DC2, new OfferChange(APP, new Offer(1, "")), 0);
        for (RouteUri odd : List.of(
                new RouteUri("App.test", ""),
                new RouteUri("app.test", "/V1"),
                new RouteUri("app.test", "v1"),
                new RouteUri("app.test/v1", ""),
                new RouteUri("app.test", "?x"),
                new RouteUri("a".repeat(2049), ""),
                new RouteUri("app.test", "/".repeat(33)))) {
            assertThat(rib.learn(DC2, new OfferChange(odd, new Offer(1, "")), 0))
                    .isEqualTo(ChangeResult.REFUSED);
            assertThat(rib.sibling(new OfferChange(odd, new Offer(1, "")))).isEqualTo(ChangeResult.REFUSED);
        }
        register("b.test", 1, 0);
        assertThat(publish().size()).isEqualTo(2);
    }

    // ---- the guard

    private final Rib large = new Rib(Configs.rib(), DC1, new PrometheusRegistry());

    private void registerLarge(int from, int to, int second) {
        for (int i = from; i < to; i++) {
            large.apply(new RouteChange.Register(RouteUri.parse("app-" + i + ".test"), at(1, 0)), second(second));
        }
    }

    private Fib publishLarge() {
        large.publish((fib, ownChanges, what) -> events.addAll(what));
        return large.fib();
    }

    @Test
    void aSmallShareExpires() {
        large.feed(FeedState.LIVE, "test", 0);
        registerLarge(0, 1000, 0);
        registerLarge(0, 750, 100);
        large.expire(second(121));
        assertThat(publishLarge().localRoutes()).isEqualTo(750);
        assertThat(large.guarded()).isZero();
    }

    @Test
    void aLargeShareIsHeldUntilItIsHeardOfAgain() {
        large.feed(FeedState.LIVE, "test", 0);
        registerLarge(0, 1000, 0);
        registerLarge(0, 600, 100);
        publishLarge();
        large.expire(second(121));
        assertThat(publishLarge().localRoutes()).isEqualTo(1000);
        assertThat(large.guarded()).isEqualTo(400);
        assertThat(events).last().isInstanceOf(RibEvent.GuardChanged.class);
        registerLarge(0, 900, 130);
        large.expire(second(131));
        assertThat(publishLarge().localRoutes()).isEqualTo(900);
        assertThat(large.guarded()).isZero();
        assertThat(events.stream().filter(event -> event instanceof RibEvent.GuardChanged))
                .hasSize(2);
    }

    @Test
    void manySmallSharesWithinTheWindowAreALargeOne() {
        large.feed(FeedState.LIVE, "test", 0);
        registerLarge(0, 1000, 0);
        registerLarge(200, 1000, 5);
        registerLarge(400, 1000, 100);
        large.expire(second(122));
        assertThat(publishLarge().localRoutes()).isEqualTo(800);
        large.expire(second(126));
        assertThat(publishLarge().localRoutes()).isEqualTo(800);
        assertThat(large.guarded()).isEqualTo(200);
        large.expire(second(143));
        assertThat(publishLarge().localRoutes()).as("in the next window").isEqualTo(600);
    }

    @Test
    void theGuardGivesWayAfterItsTime() {
        large.feed(FeedState.LIVE, "test", 0);
        registerLarge(0, 1000, 0);
        large.expire(second(121));
        large.expire(second(121 + 599));
        assertThat(publishLarge().localRoutes()).isEqualTo(1000);
        large.expire(second(121 + 600));
        assertThat(publishLarge().localRoutes()).isZero();
        assertThat(events).contains(new RibEvent.GuardChanged(DC1, false, 1000, "held for 600 s"));
    }

    @Test
    void theGuardGivesWayToAnOperator() {
        large.feed(FeedState.LIVE, "test", 0);
        registerLarge(0, 1000, 0);
        assertThat(large.releaseGuard()).isFalse();
        large.expire(second(121));
        assertThat(large.releaseGuard()).isTrue();
        large.expire(second(122));
        assertThat(publishLarge().localRoutes()).isZero();
        assertThat(events).contains(new RibEvent.GuardChanged(DC1, false, 1000, "released by an operator"));
    }

    @Test
    void whatWasReleasedDoesNotCountAgainstWhatComesAfter() {
        large.feed(FeedState.LIVE, "test", 0);
        registerLarge(0, 1000, 0);
        registerLarge(1000, 2000, 15);
        large.expire(second(121));
        large.releaseGuard();
        large.expire(second(122));
        registerLarge(1001, 2000, 125);
        large.expire(second(127));
        large.expire(second(136));
        assertThat(publishLarge().localRoutes()).isEqualTo(999);
        assertThat(large.guarded()).isZero();
    }

    @Test
    void theGuardWatchesAgainAfterARelease() {
        large.feed(FeedState.LIVE, "test", 0);
        registerLarge(0, 1000, 0);
        large.expire(second(121));
        large.releaseGuard();
        large.expire(second(122));
        registerLarge(0, 1000, 200);
        large.expire(second(250));
        large.expire(second(321));
        assertThat(publishLarge().localRoutes()).isEqualTo(1000);
        assertThat(large.guarded()).isEqualTo(1000);
    }

    // ---- siblings

    private OfferChange offer(String uri) {
        return new OfferChange(RouteUri.parse(uri), new Offer(7, "guid"));
    }

    private List<String> localRoutes(Fib fib) {
        List<String> routes = new ArrayList<>();
        fib.forEach(route -> {
            if (route.local()) {
                routes.add(route.uri() + "=" + route.localInstances());
            }
        });
        return routes;
    }

    /** A change of what siblings count for is worked through a few buckets at a time. */
    private Fib settle() {
        Fib fib = publish();
        for (int i = 0; i < OfferTable.BUCKETS; i++) {
            fib = publish();
        }
        return fib;
    }

    @Test
    void aSiblingStandsInWhileTheOwnFeedIsNotLive() {
        register("a.test", 1, 0);
        rib.sibling(offer("a.test"));
        rib.sibling(offer("b.test"));
        assertThat(localRoutes(publish())).containsExactlyInAnyOrder("a.test=1", "b.test=7");
        assertThat(rib.fib().complete()).isFalse();
        rib.siblingComplete(true);
        assertThat(publish().complete()).isTrue();

        rib.feed(FeedState.LIVE, "test", 0);
        assertThat(localRoutes(settle())).containsExactly("a.test=1");
        rib.sibling(offer("c.test"));
        assertThat(localRoutes(settle())).containsExactly("a.test=1");

        rib.feed(FeedState.LOST, "test", 0);
        assertThat(localRoutes(settle())).containsExactlyInAnyOrder("a.test=1", "b.test=7", "c.test=7");
        rib.sibling(new OfferChange(RouteUri.parse("b.test"), null));
        assertThat(localRoutes(publish())).containsExactlyInAnyOrder("a.test=1", "c.test=7");
        rib.siblingComplete(false);
        assertThat(publish().complete()).isFalse();
    }

    @Test
    void whatASiblingSaysIsBounded() {
        rib.sibling(offer("a.test"));
        rib.sibling(offer("b.test"));
        rib.sibling(offer("c.test"));
        assertThat(rib.sibling(offer("d.test"))).isEqualTo(ChangeResult.REFUSED);
        assertThat(rib.sibling(offer("a.test"))).isEqualTo(ChangeResult.UNCHANGED);
    }

    @Test
    void whatChangedIsToldWithItsCause() {
        register("app.test", 1, 0);
        publish();
        register("app.test", 2, 0);
        publish();
        unregister("app.test", 1);
        unregister("app.test", 2);
        publish();
        assertThat(events)
                .containsExactly(
                        new RibEvent.RouteAdded(DC1, APP, 1, Cause.REGISTERED),
                        new RibEvent.RouteChanged(DC1, APP, 1, 2, Cause.REGISTERED),
                        new RibEvent.RouteRemoved(DC1, APP, Cause.UNREGISTERED));
    }
}
