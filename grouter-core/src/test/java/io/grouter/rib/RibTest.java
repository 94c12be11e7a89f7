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
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RibTest {
    private static final SiteId DC1 = new SiteId("dc1");
    private static final SiteId DC2 = new SiteId("dc2");
    private static final RouteUri APP = RouteUri.parse("app.test");

    private final Rib rib = new Rib(new RibConfig(Duration.ofSeconds(120), 3, 2, 2, 10), DC1, new PrometheusRegistry());
    private final List<OfferChange> announced = new ArrayList<>();
    private final List<RibEvent> events = new ArrayList<>();
    private int published;

    private static long second(int s) {
        return Duration.ofSeconds(s).toNanos();
    }

    private static Endpoint at(int port, int staleSeconds) {
        return new Endpoint("10.0.0.1:" + port, false, "guid", "", "", "", staleSeconds);
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
        Endpoint other = new Endpoint("10.0.0.1:1", true, "other", "i", "0", "", 0);
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

        rib.feed(FeedState.LIVE, second(500)); // a new lifetime starts here
        rib.expire(second(619));
        assertThat(publish().size()).isEqualTo(1);
        rib.expire(second(621));
        assertThat(publish().size()).isZero();
        assertThat(announced).last().isEqualTo(new OfferChange(APP, null));
    }

    @Test
    void aSendersThresholdCountsOnlyBelowOurs() {
        rib.feed(FeedState.LIVE, 0);
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
        rib.learn(DC2, new OfferChange(APP, new Offer(5, "guid")));
        RouteEntry both = entry(publish());
        assertThat(both.local()).isTrue();
        assertThat(both.learned()).extracting(offer -> offer.site()).containsExactly(DC2);

        unregister("app.test", 1);
        assertThat(entry(publish()).local()).isFalse();
        rib.learn(DC2, new OfferChange(APP, null));
        assertThat(publish().size()).isZero();
    }

    @Test
    void learnedRoutesAreNeverAnnounced() {
        rib.learn(DC2, new OfferChange(APP, new Offer(5, "guid")));
        publish();
        assertThat(announced).isEmpty();
        assertThat(rib.ownOffers().size()).isZero();
        assertThat(events).containsExactly(new RibEvent.RouteAdded(DC2, APP));
    }

    @Test
    void nobodyElseWritesTheOwnTable() {
        assertThatThrownBy(() -> rib.learn(DC1, new OfferChange(APP, new Offer(1, ""))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void tooManyLearnedRoutesAreRefusedAndTheRestKept() {
        rib.learn(DC2, new OfferChange(RouteUri.parse("a.test"), new Offer(1, "")));
        rib.learn(DC2, new OfferChange(RouteUri.parse("b.test"), new Offer(1, "")));
        assertThat(rib.learn(DC2, new OfferChange(APP, new Offer(1, "")))).isEqualTo(ChangeResult.REFUSED);
        assertThat(rib.learn(DC2, new OfferChange(RouteUri.parse("a.test"), new Offer(2, ""))))
                .isEqualTo(ChangeResult.UPDATED);
        assertThat(publish().size()).isEqualTo(2);
    }

    @Test
    void aSiteThatIsGoneTakesItsRoutesAlong() {
        rib.learn(DC2, new OfferChange(APP, new Offer(1, "")));
        rib.freshness(DC2, Freshness.FRESH);
        publish();
        rib.freshness(DC2, Freshness.STALE);
        assertThat(publish().size()).isEqualTo(1);
        rib.freshness(DC2, Freshness.GONE);
        assertThat(publish().size()).isZero();
        assertThat(events).contains(new RibEvent.SiteChanged(DC2, Freshness.STALE, Freshness.GONE));
    }
}
