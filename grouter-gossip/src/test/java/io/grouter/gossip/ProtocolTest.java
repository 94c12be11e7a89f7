package io.grouter.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.fib.SiteView;
import io.grouter.link.Peer;
import io.grouter.overrides.OperatorOverride;
import io.grouter.overrides.OverrideEntry;
import io.grouter.rib.RibEvent;
import io.grouter.route.FeedState;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
import io.grouter.route.OfferChange;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.testing.Seed;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProtocolTest {
    private final TestNet net = new TestNet(null);

    private static SiteView view(TestNet.TestNode node, String site) {
        return Objects.requireNonNull(node.rib.fib().site(new SiteId(site)));
    }

    private static Message.Head head(String site, long incarnation) {
        return new Message.Head(new SiteId(site), null, TableId.of(new SiteId(site)), incarnation, 77);
    }

    private static Message.Heartbeat heartbeat(String site, long incarnation, int routes) {
        SiteInfo info = new SiteInfo("", List.of(), 80, 0, List.of(), List.of(), List.of(), SiteHealth.idle(1));
        return new Message.Heartbeat(head(site, incarnation), 1, 0, routes, 0, true, Set.of(), info);
    }

    private static Message.Announce announce(String site, long incarnation, long sequence, String uri) {
        OfferChange put = new OfferChange(RouteUri.parse(uri), new Offer(1, ""));
        return new Message.Announce(head(site, incarnation), sequence - 1, List.of(put));
    }

    private static Message.Head question(String from, String about) {
        return new Message.Head(new SiteId(from), new SiteId(about), TableId.of(new SiteId(about)), 0, 0);
    }

    private void deliver(TestNet.TestNode to, String fromSite, boolean sibling, Message message) {
        TestNet.TestNode from = net.nodes.get(0);
        Peer peer = new Peer(new SiteId(fromSite), 77, sibling, "forger", from);
        to.receive(
                peer,
                new Frame(0, 0, 0, 0, new Frame.Sealed(MessageCodec.encode(message), 0, new byte[0]), 0).encode());
    }

    @Test
    void changesReachEveryNodeOfEverySite() {
        TestNet.TestNode a = net.add("dc1");
        TestNet.TestNode b1 = net.add("dc2");
        TestNet.TestNode b2 = net.add("dc2");
        net.run(2_000);
        a.register("app.test", 1);
        a.register("app.test", 2);
        a.register("app.test/x", 1);
        net.deliverAll();
        for (TestNet.TestNode node : List.of(b1, b2)) {
            assertThat(node.routesOf("dc1")).containsExactly("app.test", "app.test/x");
            assertThat(node.rib.learned(new SiteId("dc1")).table().get(RouteUri.parse("app.test")))
                    .isEqualTo(new Offer(2, "guid"));
        }
        a.unregister("app.test/x", 1);
        net.deliverAll();
        assertThat(b2.routesOf("dc1")).containsExactly("app.test");
        assertThat(net.bucketMessages).as("deltas alone were enough").isZero();
    }

    /** Returns the sum of what a node measured of the age of a site's changes, in seconds, and how often it did. */
    private static double[] lag(TestNet.TestNode node, String site) {
        return node.registry.scrape(name -> name.equals("grouter_gossip_lag_seconds")).stream()
                .flatMap(each -> ((HistogramSnapshot) each).getDataPoints().stream())
                .filter(point -> site.equals(point.getLabels().get("site")))
                .map(point -> new double[] {point.getSum(), point.getCount()})
                .findFirst()
                .orElse(new double[2]);
    }

    @Test
    void theAgeOfNewsIsMeasuredWithoutComparingClocks() {
        TestNet.TestNode a = net.add("dc1");
        TestNet.TestNode b = net.add("dc2");
        b.clockAhead = 3_600_000 * TestNet.MILLI;
        net.run(2_000);
        a.register("new.test", 1);
        net.deliverAll();
        assertThat(lag(b, "dc1")).containsExactly(0, 1);
        b.cut = true;
        a.register("missed.test", 1);
        net.deliverAll();
        net.run(2_000);
        b.cut = false;
        net.run(2_000);
        assertThat(b.routesOf("dc1")).contains("missed.test");
        double[] measured = lag(b, "dc1");
        assertThat(measured[1]).isEqualTo(2);
        assertThat(measured[0]).as("as old as the outage was long").isBetween(2.0, 4.0);
    }

    @Test
    void aNodeThatJoinsGetsWhatItLacks() {
        TestNet.TestNode a = net.add("dc1");
        TestNet.TestNode b = net.add("dc2");
        for (int i = 0; i < 3_000; i++) {
            a.register("app-" + i + ".test", 1);
        }
        net.run(3_000);
        assertThat(b.routesOf("dc1")).hasSize(3_000);
        TestNet.TestNode sibling = net.add("dc2");
        TestNet.TestNode third = net.add("dc3");
        net.run(3_000);
        assertThat(sibling.routesOf("dc1")).hasSize(3_000);
        assertThat(third.routesOf("dc1")).hasSize(3_000);
        assertThat(view(sibling, "dc1").converged()).isTrue();
    }

    @Test
    void aMissedChangeIsNoticedAndSentAgain() {
        TestNet.TestNode a = net.add("dc1");
        TestNet.TestNode b = net.add("dc2");
        for (int i = 0; i < 2_000; i++) {
            a.register("app-" + i + ".test", 1);
        }
        net.run(3_000);
        net.bucketMessages = 0;
        b.cut = true;
        a.register("new.test", 1);
        a.unregister("app-7.test", 1);
        net.deliverAll();
        b.cut = false;
        net.run(2_000);
        assertThat(b.routesOf("dc1")).contains("new.test").doesNotContain("app-7.test");
        assertThat(view(b, "dc1").converged()).isTrue();
        assertThat(net.bucketMessages).as("the changes themselves were enough").isZero();
    }

    @Test
    void anotherSiteCannotWriteATable() {
        TestNet.TestNode a = net.add("dc1");
        TestNet.TestNode b = net.add("dc2");
        a.register("app.test", 1);
        net.run(2_000);
        deliver(b, "dc3", false, announce("dc1", 99, 1, "evil.test"));
        deliver(b, "dc3", false, heartbeat("dc1", 99, 0));
        deliver(b, "dc3", false, announce("dc2", 99, 1, "evil.test"));
        net.run(2_000);
        assertThat(b.routesOf("dc1")).containsExactly("app.test");
        assertThat(view(b, "dc1").incarnation()).isEqualTo(a.lastIncarnation);
        assertThat(b.rib.ownOffers().size()).isZero();
    }

    @Test
    void anOldIncarnationAndAReplayChangeNothing() {
        TestNet.TestNode b = net.add("dc2");
        deliver(b, "dc1", false, announce("dc1", 5, 1, "one.test"));
        deliver(b, "dc1", false, announce("dc1", 5, 2, "two.test"));
        deliver(b, "dc1", false, announce("dc1", 5, 1, "replayed.test"));
        deliver(b, "dc1", false, announce("dc1", 4, 9, "old.test"));
        assertThat(b.routesOf("dc1")).containsExactly("one.test", "two.test");
    }

    @Test
    void aRestartedSiteThatForgotItsIncarnationIsToldAndHeardAgain() {
        TestNet.TestNode a = net.add("dc1");
        TestNet.TestNode b = net.add("dc2");
        deliver(b, "dc1", false, heartbeat("dc1", 40, 0));
        net.run(3_000);
        assertThat(a.lastIncarnation).isEqualTo(41);
        a.register("app.test", 1);
        net.run(1_000);
        a.restart();
        a.register("other.test", 1);
        net.run(5_000);
        assertThat(b.routesOf("dc1")).containsExactly("other.test");
    }

    /** Found by the random test: the site's speaker was told by nobody that its word had become too old. */
    @Test
    void aSiblingThatHeardANewerIncarnationMakesTheSiteSpeakAgain() {
        TestNet.TestNode a = net.add("dc1");
        TestNet.TestNode b1 = net.add("dc2");
        TestNet.TestNode b2 = net.add("dc2");
        net.run(1_000);
        deliver(b2, "dc1", true, heartbeat("dc1", 7, 0));
        a.register("app.test", 1);
        net.run(3_000);
        assertThat(a.lastIncarnation).isEqualTo(8);
        assertThat(b1.routesOf("dc1")).containsExactly("app.test");
        assertThat(b2.routesOf("dc1")).containsExactly("app.test");
    }

    @Test
    void nobodyCanPushAnIncarnationOutOfReach() {
        TestNet.TestNode a = net.add("dc1");
        net.add("dc2");
        net.run(1_000);
        deliver(
                a,
                "dc2",
                false,
                new Message.Behind(
                        new Message.Head(new SiteId("dc2"), null, TableId.of(new SiteId("dc1")), Long.MAX_VALUE, 0)));
        net.run(1_000);
        assertThat(a.lastIncarnation).isLessThan(10);
    }

    @Test
    void aStandbyTakesOverWithoutSendingTheTableAgain() {
        TestNet.TestNode a1 = net.add("dc1");
        TestNet.TestNode a2 = net.add("dc1");
        TestNet.TestNode b = net.add("dc2");
        for (int i = 0; i < 1_000; i++) {
            a1.register("app-" + i + ".test", 1);
            a2.register("app-" + i + ".test", 1);
        }
        net.run(3_000);
        net.bucketMessages = 0;
        a1.up = false;
        net.run(3_000);
        a2.register("new.test", 1);
        net.run(200);
        assertThat(view(b, "dc1").incarnation()).isGreaterThan(a1.lastIncarnation);
        assertThat(b.routesOf("dc1")).hasSize(1_001).contains("new.test");
        assertThat(view(b, "dc1").freshness()).isEqualTo(Freshness.FRESH);
        assertThat(net.bucketMessages).isZero();
    }

    @Test
    void aSiteThatIsStillWarmingUpTakesNothingBack() {
        TestNet.TestNode a = net.add("dc1");
        TestNet.TestNode b = net.add("dc2");
        a.register("app.test", 1);
        net.run(2_000);
        a.restart();
        a.rib.feed(FeedState.WARMING, "test", net.now);
        net.run(3_000);
        assertThat(b.routesOf("dc1")).containsExactly("app.test");
        assertThat(view(b, "dc1").converged()).isFalse();
        a.register("new.test", 1);
        a.rib.feed(FeedState.LIVE, "test", net.now);
        net.run(3_000);
        assertThat(b.routesOf("dc1")).containsExactly("new.test");
    }

    @Test
    void aSilentSiteAgesAndIsBackWithItsNextHeartbeat() {
        TestNet.TestNode a = net.add("dc1");
        TestNet.TestNode b = net.add("dc2");
        a.register("app.test", 1);
        net.run(2_000);
        assertThat(view(b, "dc1").freshness()).isEqualTo(Freshness.FRESH);
        a.cut = true;
        net.run(4_000);
        assertThat(view(b, "dc1").freshness()).isEqualTo(Freshness.SUSPECT);
        net.run(28_000);
        assertThat(view(b, "dc1").freshness()).isEqualTo(Freshness.STALE);
        assertThat(b.routesOf("dc1")).containsExactly("app.test");
        a.cut = false;
        net.run(1_100);
        assertThat(view(b, "dc1").freshness()).isEqualTo(Freshness.FRESH);
    }

    @Test
    void aSiteThatIsGoneIsForgottenAndLearntAnew() {
        TestNet.TestNode a = net.add("dc1");
        TestNet.TestNode b = net.add("dc2");
        a.register("app.test", 1);
        net.run(2_000);
        a.cut = true;
        net.run(3_700_000);
        assertThat(view(b, "dc1").freshness()).isEqualTo(Freshness.GONE);
        assertThat(b.routesOf("dc1")).isEmpty();
        a.cut = false;
        net.run(3_000);
        assertThat(b.routesOf("dc1")).containsExactly("app.test");
    }

    @Test
    void aPauseOfThisNodeIsNotHeldAgainstOthers() {
        net.add("dc1");
        TestNet.TestNode b = net.add("dc2");
        net.run(2_000);
        net.now += 60_000 * TestNet.MILLI;
        b.tick();
        assertThat(view(b, "dc1").freshness()).isEqualTo(Freshness.FRESH);
    }

    @Test
    void aSiteWithoutItsFeedStillTeachesNewcomersButTakesNothingBack() {
        TestNet.TestNode a = net.add("dc1");
        TestNet.TestNode b = net.add("dc2");
        a.register("kept.test", 1);
        a.register("gone.test", 1);
        net.run(2_000);
        a.restart();
        a.register("kept.test", 1);
        a.rib.feed(FeedState.LOST, "test", net.now);
        TestNet.TestNode newcomer = net.add("dc3");
        net.run(5_000);
        assertThat(newcomer.routesOf("dc1")).containsExactly("kept.test");
        assertThat(b.routesOf("dc1")).containsExactly("gone.test", "kept.test");
    }

    @Test
    void aTableThatCannotBecomeEqualIsTriedLessAndLess() {
        TestNet.TestNode a = net.add("dc1");
        TestNet.TestNode b = net.add("dc2");
        a.register("app.test", 1);
        net.run(2_000);
        b.rib.feed(FeedState.LOST, "test", net.now);
        deliver(
                a,
                "dc2",
                false,
                new Message.Announce(
                        new Message.Head(b.site, null, TableId.of(b.site), b.lastIncarnation, 2),
                        0,
                        List.of(new OfferChange(RouteUri.parse("only-here.test"), new Offer(1, "")))));
        net.wire.clear();
        int requests = 0;
        for (int second = 0; second < 60; second++) {
            net.bucketMessages = 0;
            net.run(1_000);
            requests += net.bucketMessages;
        }
        assertThat(requests).isLessThan(10);
        assertThat(a.routesOf("dc2")).containsExactly("only-here.test");
    }

    @Test
    void requestsForTooMuchAreRefused() {
        TestNet.TestNode a = net.add("dc1");
        net.add("dc2");
        a.register("app.test", 1);
        net.run(1_000);
        net.bucketMessages = 0;
        deliver(a, "dc2", false, new Message.BucketRequest(question("dc2", "dc1"), 1, Collections.nCopies(10, 1)));
        deliver(
                a,
                "dc2",
                false,
                new Message.BucketRequest(
                        question("dc2", "dc1"),
                        1,
                        IntStream.range(0, 100).boxed().toList()));
        assertThat(net.bucketMessages).isZero();
    }

    @Test
    void aPauseIsNeverCreditedTwice() {
        net.add("dc1");
        TestNet.TestNode b = net.add("dc2");
        net.run(2_000);
        net.now += 60_000 * TestNet.MILLI;
        deliver(b, "dc1", false, heartbeat("dc1", 50, 0));
        b.tick();
        net.nodes.get(0).up = false;
        net.run(4_000);
        assertThat(view(b, "dc1").freshness()).isEqualTo(Freshness.SUSPECT);
    }

    @Test
    void sitesAreBounded() {
        TestNet.TestNode a = net.add("dc1");
        for (int i = 0; i < 10; i++) {
            deliver(a, "x" + i, false, heartbeat("x" + i, 1, 0));
        }
        assertThat(a.rib.learned()).hasSize(4);
    }

    @Test
    void newsTravelThroughAThirdSiteWhenTwoAreCutOff() {
        TestNet.TestNode a = net.add("dc1");
        TestNet.TestNode b = net.add("dc2");
        TestNet.TestNode c = net.add("dc3");
        net.run(3_000);
        net.cutBetween("dc1", "dc3");
        net.run(6_000);
        a.register("app.dc1", 1);
        c.register("app.dc3", 1);
        net.run(1_500);
        assertThat(c.routesOf("dc1")).containsExactly("app.dc1");
        assertThat(a.routesOf("dc3")).containsExactly("app.dc3");
        assertThat(view(a, "dc3").freshness()).isEqualTo(Freshness.FRESH);
        assertThat(view(a, "dc3").lag().via()).isEqualTo(b.site);
        net.cuts.clear();
        net.run(3_000);
        assertThat(view(a, "dc3").lag().via()).isNull();
    }

    @Test
    void aWholeTableTravelsThroughAThirdSite() {
        TestNet.TestNode a = net.add("dc1");
        net.add("dc2");
        net.cutBetween("dc1", "dc3");
        for (int i = 0; i < 5_000; i++) {
            a.register("app-" + i + ".dc1", 1);
        }
        net.run(3_000);
        TestNet.TestNode late = net.add("dc3");
        net.run(15_000);
        assertThat(late.routesOf("dc1")).hasSize(5_000);
        assertThat(view(late, "dc1").converged()).isTrue();
    }

    @Test
    void oneDirectionIsEnoughWithAThirdSite() {
        TestNet.TestNode a = net.add("dc1");
        net.add("dc2");
        TestNet.TestNode c = net.add("dc3");
        net.run(3_000);
        net.cuts.add("dc1>dc3");
        net.run(6_000);
        a.register("app.dc1", 1);
        c.register("app.dc3", 1);
        net.run(1_500);
        assertThat(c.routesOf("dc1")).containsExactly("app.dc1");
        assertThat(a.routesOf("dc3")).containsExactly("app.dc3");
    }

    @Test
    void aNodeWithoutItsFeedUsesASiblings() {
        TestNet.TestNode a1 = net.add("dc1");
        TestNet.TestNode a2 = net.add("dc1");
        TestNet.TestNode b = net.add("dc2");
        a2.rib.feed(FeedState.LOST, "test", net.now);
        for (int i = 0; i < 3_000; i++) {
            a1.register("app-" + i + ".dc1", 1);
        }
        net.run(3_000);
        assertThat(a2.ownRoutes()).hasSize(3_000);
        assertThat(a2.rib.complete()).isTrue();
        a1.register("later.dc1", 1);
        net.run(500);
        assertThat(a2.ownRoutes()).contains("later.dc1");
        a1.up = false;
        net.run(4_000);
        assertThat(a2.rib.complete()).as("nobody is left who knows").isFalse();
        assertThat(a2.ownRoutes()).hasSize(3_001);
        assertThat(b.routesOf("dc1")).hasSize(3_001);
    }

    @Test
    void aSpeakerWithoutItsFeedSpeaksFromASiblings() {
        TestNet.TestNode a1 = net.add("dc1");
        TestNet.TestNode a2 = net.add("dc1");
        TestNet.TestNode b = net.add("dc2");
        net.run(2_000);
        a1.rib.feed(FeedState.LOST, "test", net.now);
        net.run(2_000);
        a2.register("app.dc1", 1);
        net.run(2_000);
        assertThat(b.routesOf("dc1")).containsExactly("app.dc1");
    }

    @Test
    void siblingsThatLastinglyHearSomethingElseAreReported() {
        TestNet.TestNode a1 = net.add("dc1");
        TestNet.TestNode a2 = net.add("dc1");
        a1.register("both.dc1", 1);
        a2.register("both.dc1", 1);
        net.run(70_000);
        assertThat(a2.protocol.siblingsThatDiffer()).isZero();
        a1.register("only-there.dc1", 1);
        net.run(50_000);
        assertThat(a2.protocol.siblingsThatDiffer()).isZero();
        net.run(20_000);
        assertThat(a2.protocol.siblingsThatDiffer()).isEqualTo(1);
        assertThat(a2.events)
                .anyMatch(event -> event instanceof RibEvent.Alarm alarm
                        && alarm.raised()
                        && alarm.what().contains("more than this one: 2 routes there, 1 here"));
        a2.register("only-there.dc1", 1);
        net.run(3_000);
        assertThat(a2.protocol.siblingsThatDiffer()).isZero();
        assertThat(a2.events).anyMatch(event -> event instanceof RibEvent.Alarm alarm && !alarm.raised());
    }

    @Test
    void tooManyWithdrawalsAtOnceAreHeldBackAndTheTablesAreEqualAllTheSame() {
        TestNet.TestNode a = net.add("dc1");
        TestNet.TestNode b = net.add("dc2");
        for (int i = 0; i < 300; i++) {
            a.register("app-" + i + ".dc1", 1);
        }
        net.run(3_000);
        for (int i = 0; i < 300; i++) {
            a.unregister("app-" + i + ".dc1", 1);
        }
        net.run(3_000);
        assertThat(view(b, "dc1").converged()).as("by digest").isTrue();
        assertThat(b.routesOf("dc1")).as("some went at once").hasSizeBetween(200, 250);
        assertThat(view(b, "dc1").lag().heldWithdrawals())
                .isEqualTo(b.routesOf("dc1").size());
        assertThat(b.rib.releaseGuard(a.site)).isTrue();
        b.publish();
        assertThat(b.routesOf("dc1")).isEmpty();
        assertThat(b.rib.releaseGuard(a.site)).isFalse();
    }

    @Test
    void aRouteThatIsAnnouncedAgainIsNoLongerHeld() {
        TestNet.TestNode a = net.add("dc1");
        TestNet.TestNode b = net.add("dc2");
        for (int i = 0; i < 300; i++) {
            a.register("app-" + i + ".dc1", 1);
        }
        net.run(3_000);
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 300; i++) {
                if (round == 0) {
                    a.unregister("app-" + i + ".dc1", 1);
                } else {
                    a.register("app-" + i + ".dc1", 1);
                }
            }
        }
        net.run(3_000);
        assertThat(b.routesOf("dc1")).hasSize(300);
        assertThat(view(b, "dc1").lag().heldWithdrawals()).isZero();
    }

    @Test
    void moreChangesThanAllowedAreTakenInLaterAndNoneIsLost() {
        net.maxChangesPerSecond = 100;
        TestNet.TestNode a = net.add("dc1");
        TestNet.TestNode b = net.add("dc2");
        net.run(2_000);
        for (int i = 0; i < 1_000; i++) {
            a.register("app-" + i + ".dc1", 1);
            if (i % 200 == 0) {
                net.run(100);
            }
        }
        assertThat(b.routesOf("dc1")).as(b.describe(a.site)).hasSizeLessThan(900);
        net.run(20_000);
        assertThat(b.routesOf("dc1")).hasSize(1_000);
        assertThat(view(b, "dc1").converged()).isTrue();
    }

    @Test
    void aBusySiteAnswersLater() {
        net.maxTransfers = 1;
        TestNet.TestNode a = net.add("dc1");
        for (int i = 0; i < 3_000; i++) {
            a.register("app-" + i + ".dc1", 1);
        }
        net.run(2_000);
        TestNet.TestNode b = net.add("dc2");
        TestNet.TestNode c = net.add("dc3");
        net.run(15_000);
        assertThat(b.routesOf("dc1")).hasSize(3_000);
        assertThat(c.routesOf("dc1")).hasSize(3_000);
    }

    @Test
    void aStandbyAnnouncesWhatTheSpeakerNoLongerDid() {
        TestNet.TestNode a1 = net.add("dc1");
        TestNet.TestNode a2 = net.add("dc1");
        TestNet.TestNode b = net.add("dc2");
        for (int i = 0; i < 2_000; i++) {
            a1.register("app-" + i + ".dc1", 1);
            a2.register("app-" + i + ".dc1", 1);
        }
        net.run(5_000);
        a1.up = false;
        for (int i = 0; i < 50; i++) {
            a2.register("meanwhile-" + i + ".dc1", 1);
        }
        net.bucketMessages = 0;
        net.run(3_000);
        assertThat(b.routesOf("dc1")).hasSize(2_050);
        assertThat(view(b, "dc1").converged()).isTrue();
        assertThat(net.bucketMessages).isZero();
    }

    @Test
    void aNodeWithoutAFileAsksBeforeItClaims() {
        TestNet.TestNode b = net.add("dc2");
        deliver(b, "dc1", false, heartbeat("dc1", 40, 0));
        net.run(1_000);
        TestNet.TestNode a = net.add("dc1");
        a.register("app.dc1", 1);
        net.run(1_500);
        assertThat(a.lastIncarnation).isEqualTo(41);
        assertThat(b.rejected("old-incarnation"))
                .as("it never spoke with an old one")
                .isZero();
    }

    @Test
    void whatANewerVersionSaysOfARouteIsCarriedAlong() {
        TestNet.TestNode b1 = net.add("dc2");
        TestNet.TestNode b2 = net.add("dc2");
        net.run(1_000);
        byte[] extension = {1, 2, 3};
        OfferChange put = new OfferChange(RouteUri.parse("app.dc1"), new Offer(1, "guid", extension));
        deliver(b1, "dc1", false, new Message.Announce(head("dc1", 5), 0, List.of(put)));
        net.deliverAll();
        Offer held = b2.rib.learned(new SiteId("dc1")).table().get(RouteUri.parse("app.dc1"));
        assertThat(Objects.requireNonNull(held).extension()).isEqualTo(extension);
    }

    @Test
    void aForgottenSiteIsLearntAnewWhenItSpeaks() {
        TestNet.TestNode a = net.add("dc1");
        TestNet.TestNode b = net.add("dc2");
        a.register("app.dc1", 1);
        net.run(2_000);
        assertThat(b.protocol.forget(b.rib, a.site, net.now)).isTrue();
        b.publish();
        assertThat(b.rib.fib().site(a.site)).isNull();
        assertThat(b.routesOf("dc1")).isEmpty();
        net.run(2_000);
        assertThat(b.routesOf("dc1")).containsExactly("app.dc1");
    }

    @Test
    void signaturesAreFewHoweverManyTheChanges() {
        TestNet.TestNode a = net.add("dc1");
        net.add("dc2");
        net.run(3_000);
        int announcements = 0;
        for (int tick = 0; tick < 100; tick++) {
            for (int i = 0; i < 200; i++) {
                a.register("app-" + (tick * 200 + i) + ".dc1", 1);
            }
            net.now += 20 * TestNet.MILLI;
            a.tick();
            announcements += net.wire.size();
            net.deliverAll();
        }
        assertThat(announcements).as("in two seconds of 10,000 changes each").isLessThan(50);
    }

    private static List<String> overrides(TestNet.TestNode node) {
        return node.overrides.current().all().stream().map(String::valueOf).toList();
    }

    @Test
    void anOrderReachesAllSiblingsAtOnceAndNobodyElse() {
        TestNet.TestNode a1 = net.add("dc1");
        TestNet.TestNode a2 = net.add("dc1");
        TestNet.TestNode a3 = net.add("dc1");
        TestNet.TestNode b = net.add("dc2");
        net.run(2_000);
        a2.drain("app.test");
        net.run(100);
        for (TestNet.TestNode node : List.of(a1, a3)) {
            assertThat(overrides(node)).hasSize(1).isEqualTo(overrides(a2));
        }
        assertThat(overrides(b)).isEmpty();
        net.run(3_000);
        assertThat(net.nodes).noneMatch(node -> node.rejected("not-a-sibling") + node.rejected("own-site") > 0);
        a3.undrain(a3.overrides.current().all().get(0));
        net.run(100);
        assertThat(overrides(a1)).isEmpty();
        assertThat(overrides(a2)).isEmpty();
    }

    @Test
    void aNodeThatStartsAnewIsToldWhatWasOrdered() {
        TestNet.TestNode a1 = net.add("dc1");
        TestNet.TestNode a2 = net.add("dc1");
        net.run(1_000);
        for (int i = 0; i < 200; i++) {
            a1.drain("app-" + i + ".test");
        }
        net.run(1_000);
        a2.restart();
        assertThat(overrides(a2)).isEmpty();
        net.run(1_500);
        assertThat(overrides(a2)).hasSize(200).isEqualTo(overrides(a1));
    }

    @Test
    void equalOverridesAreNotSentAgainAndOtherOnesOnceASecond() {
        TestNet.TestNode a1 = net.add("dc1");
        TestNet.TestNode a2 = net.add("dc1");
        net.run(1_000);
        a1.drain("app.test");
        net.run(1_000);
        int sent = net.overridesMessages;
        net.run(5_000);
        assertThat(net.overridesMessages).isEqualTo(sent);
        a2.deaf = true;
        a1.drain("other.test");
        net.run(10_000);
        assertThat(net.overridesMessages - sent).as("both of them tell it").isBetween(10, 24);
        a2.deaf = false;
        net.run(1_100);
        assertThat(overrides(a2)).isEqualTo(overrides(a1));
    }

    @Test
    void overridesAreTakenFromSiblingsAlone() {
        TestNet.TestNode a = net.add("dc1");
        net.add("dc1");
        net.add("dc2");
        net.run(1_000);
        OperatorOverride order =
                new OperatorOverride(OperatorOverride.Kind.DRAIN_SITE, null, null, "eve", "evil", 1, 100_000);
        List<OverrideEntry> evil = List.of(new OverrideEntry(9, 9, order, false, ""));
        SiteId dc1 = new SiteId("dc1");
        SiteId dc2 = new SiteId("dc2");
        for (SiteId from : List.of(dc1, dc2)) {
            for (SiteId about : List.of(dc1, dc2)) {
                for (long node : new long[] {0, 2, 77}) {
                    Message.Head head = new Message.Head(from, null, new TableId(about, node), 1, 77);
                    deliver(a, "dc2", false, new Message.Overrides(head, evil));
                    boolean own = from.equals(dc1) && about.equals(dc1);
                    if (!own || node != 77) {
                        deliver(a, "dc1", true, new Message.Overrides(head, evil));
                    }
                }
            }
        }
        assertThat(overrides(a)).isEmpty();
        assertThat(a.overrides.entries()).isEmpty();
    }

    @Test
    void aSiteIsDrainingWhenItWasOrderedAndAtOnce() {
        TestNet.TestNode a1 = net.add("dc1");
        TestNet.TestNode a2 = net.add("dc1");
        TestNet.TestNode b = net.add("dc2");
        net.run(2_000);
        assertThat(view(b, "dc1").fit()).isTrue();
        a2.drain("");
        net.run(200);
        assertThat(view(b, "dc1").fit()).as("told by " + a1).isFalse();
        a2.undrain(Objects.requireNonNull(a2.overrides.current().ofSite()));
        net.run(200);
        assertThat(view(b, "dc1").fit()).isTrue();
    }

    @Test
    void aNodeThatLeavesDoesNotMakeItsSiteLeave() {
        TestNet.TestNode a1 = net.add("dc1");
        TestNet.TestNode a2 = net.add("dc1");
        TestNet.TestNode b = net.add("dc2");
        a1.health = new SiteHealth(3, false, 100, 40, 0);
        a2.health = new SiteHealth(2, false, 100, 10, 0);
        net.run(2_000);
        assertThat(Objects.requireNonNull(view(b, "dc1").info()).health())
                .isEqualTo(new SiteHealth(3, false, 200, 50, 0));
        a1.health = a1.health.withDraining(true);
        net.run(1_200);
        assertThat(Objects.requireNonNull(view(b, "dc1").info()).health())
                .isEqualTo(new SiteHealth(2, false, 100, 10, 0));
        a2.health = a2.health.withDraining(true);
        net.run(200);
        assertThat(view(b, "dc1").fit()).as("nobody is left").isFalse();
    }

    /** Whatever the network did, once it is well again every table equals its owner's, and never held anything else. */
    @Test
    void allTablesEqualTheirOwnersOnceTheNetworkHeals() {
        Random random = Seed.random("ProtocolTest.allTablesEqualTheirOwnersOnceTheNetworkHeals");
        for (int round = 0; round < 100; round++) {
            TestNet chaos = new TestNet(random);
            for (String site : List.of("dc1", "dc1", "dc2", "dc2", "dc3")) {
                chaos.add(site);
            }
            chaos.faulty = true;
            for (int step = 0; step < 150; step++) {
                randomStep(chaos, random);
                chaos.run(100 * (1 + random.nextInt(4)));
                chaos.nodes.forEach(ProtocolTest::holdsNothingForeign);
            }
            chaos.faulty = false;
            chaos.nodes.forEach(node -> {
                node.cut = false;
                node.apart = false;
                node.up = true;
            });
            chaos.cuts.clear();
            chaos.run(30_000);
            chaos.nodes.forEach(node -> equalsItsOwners(chaos, node));
            for (TestNet.TestNode node : chaos.nodes) {
                TestNet.TestNode first = chaos.nodes.stream()
                        .filter(each -> each.site.equals(node.site))
                        .findFirst()
                        .orElseThrow();
                assertThat(node.overrides.entries()).isEqualTo(first.overrides.entries());
                assertThat(overrides(node)).isEqualTo(overrides(first));
            }
        }
    }

    /** Both nodes of a site hear the same NATS; names carry their site, so that a foreign write would show. */
    private static void randomStep(TestNet chaos, Random random) {
        TestNet.TestNode node = chaos.nodes.get(random.nextInt(chaos.nodes.size()));
        switch (random.nextInt(16)) {
            case 14 -> node.drain(random.nextInt(4) == 0 ? "" : "app-" + random.nextInt(5) + "." + node.site);
            case 15 -> node.overrides.current().all().stream().findAny().ifPresent(node::undrain);
            case 0 -> node.cut = !node.cut;
            case 2 -> node.apart = !node.apart;
            case 3 -> {
                String way = node.site + ">" + chaos.nodes.get(random.nextInt(chaos.nodes.size())).site;
                if (!chaos.cuts.remove(way)) {
                    chaos.cuts.add(way);
                }
            }
            case 4 -> node.clockAhead += random.nextInt(10_000) * TestNet.MILLI;
            case 5 -> {
                Set<String> own = node.ownRoutes();
                node.incarnationFile = random.nextBoolean() ? 0 : node.incarnationFile;
                node.restart();
                own.forEach(uri -> node.register(uri, 1));
            }
            case 1 ->
                node.up = !node.up || chaos.nodes.stream().filter(n -> n.up).count() < 2;
            default -> {
                String uri = "app-" + random.nextInt(40) + "." + node.site;
                boolean add = random.nextInt(3) > 0;
                for (TestNet.TestNode each : chaos.nodes) {
                    if (each.site.equals(node.site)) {
                        if (add) {
                            each.register(uri, 1);
                        } else {
                            each.unregister(uri, 1);
                        }
                    }
                }
            }
        }
    }

    private static void holdsNothingForeign(TestNet.TestNode node) {
        node.rib
                .fib()
                .sites()
                .forEach(view -> assertThat(node.routesOf(view.site().name()))
                        .allSatisfy(uri -> assertThat(uri).endsWith("." + view.site())));
    }

    private static void equalsItsOwners(TestNet chaos, TestNet.TestNode node) {
        for (TestNet.TestNode owner : chaos.nodes) {
            if (!owner.site.equals(node.site)) {
                Set<String> own = new TreeSet<>();
                owner.rib.fib().forEach(route -> {
                    if (route.local()) {
                        own.add(route.uri().toString());
                    }
                });
                assertThat(node.routesOf(owner.site.name()))
                        .as(owner + "'s table at " + node + "; " + node.describe(owner.site))
                        .isEqualTo(own);
                assertThat(view(node, owner.site.name()).converged()).isTrue();
            }
        }
    }
}
