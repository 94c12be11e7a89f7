package io.grouter.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.fib.SiteView;
import io.grouter.link.Peer;
import io.grouter.rib.OfferTable;
import io.grouter.rib.RibEvent;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
import io.grouter.route.OfferChange;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.testing.Seed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A node of site dc3 that has a certificate and a key, and uses them for everything it can think of. */
class HostilePeerTest {
    private static final SiteId DC1 = new SiteId("dc1");
    private static final SiteId DC3 = new SiteId("dc3");
    private static final SiteInfo INFO =
            new SiteInfo("", List.of(), 80, 0, List.of(), List.of(), List.of(), SiteHealth.idle(1));

    private final TestNet net = new TestNet(null);
    private final TestNet.TestNode owner = net.add("dc1");
    private final TestNet.TestNode victim = net.add("dc2");
    private final List<byte[]> recorded = new ArrayList<>();

    @BeforeEach
    void routes() {
        for (int i = 0; i < 100; i++) {
            owner.register("app-" + i + ".dc1", 1);
        }
        net.run(2_000);
        assertThat(victim.routesOf("dc1")).hasSize(100);
    }

    private static Message.Head head(SiteId from, SiteId about, long incarnation) {
        return new Message.Head(from, null, TableId.of(about), incarnation, 666);
    }

    /** As the receiving side sees it once the signature of {@code head.from} was found good. */
    private void say(Message message) {
        Frame.Sealed sealed = new Frame.Sealed(MessageCodec.encode(message), 0, new byte[0]);
        say(new Frame(0, 0, 0, 0, sealed, 0).encode());
    }

    private void say(byte[] bytes) {
        victim.receive(new Peer(DC3, 666, false, "hostile", owner), bytes);
    }

    private static Message.Heartbeat beat(SiteId from, SiteId about, long incarnation, long beat, int routes) {
        return new Message.Heartbeat(head(from, about, incarnation), beat, 0, routes, 12345, true, Set.of(), INFO);
    }

    private static OfferChange put(String uri) {
        return new OfferChange(RouteUri.parse(uri), new Offer(1, ""));
    }

    private void nothingHappened() {
        net.run(3_000);
        assertThat(victim.routesOf("dc1")).hasSize(100).allMatch(uri -> uri.endsWith(".dc1"));
        SiteView view = Objects.requireNonNull(victim.rib.fib().site(DC1));
        assertThat(view.freshness()).isEqualTo(Freshness.FRESH);
        assertThat(view.converged()).isTrue();
        assertThat(victim.rib.ownOffers().size()).isZero();
    }

    @Test
    void speakingOfAnotherSiteOrOfTheVictimItselfIsRefused() {
        say(beat(DC3, DC1, 99, 1, 0));
        say(new Message.Announce(head(DC3, DC1, 99), 0, List.of(put("evil.dc1"))));
        say(new Message.Buckets(head(DC3, DC1, 1), 1, 1, List.of(new Message.Bucket(0, true, List.of()))));
        say(new Message.Digests(head(DC3, DC1, 1), 1, 1, new long[OfferTable.BUCKETS], new int[OfferTable.BUCKETS]));
        assertThat(victim.rejected("foreign")).isEqualTo(4);
        say(beat(DC3, victim.site, 99, 1, 0));
        say(new Message.Announce(head(DC3, victim.site, 99), 0, List.of(put("evil.dc2"))));
        assertThat(victim.rejected("own-site")).isEqualTo(2);
        nothingHappened();
    }

    /** Signed by the owner indeed, but heard before: whoever relays can keep and repeat what was said. */
    @Test
    void whatTheOwnerOnceSaidIsNoNewsWhenItIsSaidAgain() {
        net.wire.clear();
        owner.register("later.dc1", 1);
        owner.unregister("later.dc1", 1);
        owner.unregister("app-0.dc1", 1);
        owner.register("app-0.dc1", 1);
        for (TestNet.Envelope envelope : net.wire) {
            recorded.add(envelope.bytes().clone());
        }
        net.run(2_000);
        for (int round = 0; round < 3; round++) {
            for (int i = recorded.size() - 1; i >= 0; i--) {
                say(recorded.get(i));
            }
        }
        nothingHappened();
    }

    @Test
    void whatTheOwnerSaidBeforeItsRestartIsOver() {
        net.wire.clear();
        owner.unregister("app-1.dc1", 1);
        for (TestNet.Envelope envelope : net.wire) {
            recorded.add(envelope.bytes().clone());
        }
        net.run(500);
        owner.restart();
        for (int i = 0; i < 100; i++) {
            owner.register("app-" + i + ".dc1", 1);
        }
        net.run(4_000);
        recorded.forEach(this::say);
        assertThat(victim.rejected("old-incarnation")).isPositive();
        nothingHappened();
    }

    @Test
    void answersThatNobodyAskedForChangeNothing() {
        long[] digests = new long[OfferTable.BUCKETS];
        int[] sizes = new int[OfferTable.BUCKETS];
        say(beat(DC3, DC3, 1, 1, 0));
        for (long query = 0; query < 100; query++) {
            say(new Message.Digests(head(DC3, DC3, 1), query, 0, digests, sizes));
            RouteUri uri = RouteUri.parse("unasked.dc3");
            Message.Bucket bucket =
                    new Message.Bucket(OfferTable.bucketOf(uri), true, List.of(new OfferChange(uri, new Offer(1, ""))));
            say(new Message.Buckets(head(DC3, DC3, 1), query, 0, List.of(bucket)));
        }
        assertThat(victim.routesOf("dc3")).isEmpty();
        nothingHappened();
    }

    @Test
    void aDigestThatNeverFitsCostsLessAndLess() {
        int questions = 0;
        for (int second = 1; second <= 120; second++) {
            say(beat(DC3, DC3, 1, second, 1_000_000));
            questions += net.wire.size();
            net.wire.clear();
            victim.tick();
            net.now += 1_000 * TestNet.MILLI;
        }
        assertThat(questions).isLessThan(300);
        assertThat(victim.routesOf("dc3")).isEmpty();
    }

    @Test
    void endlessPartsOfABucketAreGivenUp() {
        net.add("dc3"); // so that there is someone to ask
        victim.tick();
        say(beat(DC3, DC3, 1, 1, 10));
        long query = lastQuery();
        long[] digests = new long[OfferTable.BUCKETS];
        int[] sizes = new int[OfferTable.BUCKETS];
        List<OfferChange> routes = new ArrayList<>();
        for (int i = 0; routes.size() < 200; i++) {
            if (OfferTable.bucketOf(RouteUri.parse("x" + i + ".dc3")) == 7) {
                routes.add(put("x" + i + ".dc3"));
            }
        }
        digests[7] = 1;
        sizes[7] = 10;
        say(new Message.Digests(head(DC3, DC3, 1), query, 0, digests, sizes));
        Message endless =
                new Message.Buckets(head(DC3, DC3, 1), query, 0, List.of(new Message.Bucket(7, false, routes)));
        for (int i = 0; i < 11_000; i++) {
            say(endless);
        }
        assertThat(victim.rejected("oversized")).isPositive();
        assertThat(victim.routesOf("dc3")).isEmpty();
        nothingHappened();
    }

    private long lastQuery() {
        for (TestNet.Envelope envelope : net.wire) {
            try {
                Frame.Decoded.Ok ok = (Frame.Decoded.Ok) Frame.decode(envelope.bytes());
                Frame.Sealed sealed = Objects.requireNonNull(ok.frame().sealed());
                if (MessageCodec.decode(sealed.statement()) instanceof Message.Pull pull) {
                    return pull.query();
                }
            } catch (java.io.IOException e) {
                throw new IllegalStateException(e);
            }
        }
        throw new AssertionError("no question");
    }

    @Test
    void manySitesAndManySpeakersAreBounded() {
        for (int i = 0; i < 1_000; i++) {
            SiteId site = new SiteId("x" + i);
            say(beat(site, site, 1, 1, 0));
        }
        assertThat(victim.rib.learned()).hasSizeLessThanOrEqualTo(4);
        assertThat(victim.rejected("too-many-sites")).isGreaterThan(900);
        nothingHappened();
    }

    @Test
    void questionsInGreatNumbersAreNotAnsweredOnceMuchWaits() {
        victim.congested = true;
        net.wire.clear();
        for (int i = 0; i < 1_000; i++) {
            Message.Head question = new Message.Head(DC3, victim.site, TableId.of(victim.site), 0, 0);
            say(new Message.Pull(question, i, 0, true));
        }
        assertThat(net.wire).isEmpty();
        assertThat(victim.rejected("congested")).isEqualTo(1_000);
        victim.congested = false;
        nothingHappened();
    }

    @Test
    void twoSitesWithOneNameAreAlarmedAndNeverMerged() {
        TestNet.TestNode twin = net.add("dc1");
        twin.apart = true;
        owner.apart = true;
        twin.register("app-of-the-twin.dc1", 1);
        twin.speaks = true;
        net.run(60_000);
        assertThat(victim.events)
                .anyMatch(event -> event instanceof RibEvent.Alarm alarm
                        && alarm.raised()
                        && alarm.site().equals(DC1));
        assertThat(victim.rejected("quarantined")).isPositive();
        net.run(10_000);
        victim.rib.expire(victim.time()); // what the guard held back of the withdrawals, it lets go
        victim.publish();
        assertThat(victim.routesOf("dc1")).hasSize(100).doesNotContain("app-of-the-twin.dc1");
        twin.up = false;
        net.run(10_000);
        assertThat(victim.events)
                .anyMatch(event -> event instanceof RibEvent.Alarm alarm
                        && !alarm.raised()
                        && alarm.site().equals(DC1));
        nothingHappened();
    }

    /** The transport's word for who sent something is nobody's proof. */
    @Test
    void repeatingUnderTheOwnersNameDoesNotMakeOneItsSpeaker() {
        net.wire.clear();
        owner.tick();
        for (TestNet.Envelope envelope : net.wire) {
            recorded.add(envelope.bytes().clone());
        }
        net.run(1_000);
        TestNet.TestNode impostor = net.add("dc1");
        impostor.mute = true;
        for (int i = 0; i < 20; i++) {
            recorded.forEach(
                    bytes -> victim.receive(new Peer(DC1, impostor.number + 1L, false, "impostor", impostor), bytes));
            net.run(100);
        }
        victim.cut = true;
        owner.register("later.dc1", 1);
        net.run(500);
        victim.cut = false;
        net.run(3_000);
        assertThat(victim.routesOf("dc1")).contains("later.dc1");
    }

    @Test
    void lyingAboutIncarnationsSilencesNobody() {
        Message.Head far = new Message.Head(DC3, victim.site, TableId.of(victim.site), 0, 5);
        for (int i = 1; i < 200; i++) {
            long leap = i * 999_999L;
            say(new Message.Behind(new Message.Head(far.from(), far.to(), far.table(), leap, 5)));
            net.run(100);
        }
        assertThat(victim.rejected("incarnation-leap")).isPositive();
        victim.register("app.dc2", 1);
        net.run(3_000);
        assertThat(owner.routesOf("dc2")).containsExactly("app.dc2");
        victim.incarnationFile = 0;
        victim.restart();
        victim.register("app.dc2", 1);
        victim.register("new.dc2", 1);
        net.run(6_000);
        assertThat(owner.routesOf("dc2")).containsExactlyInAnyOrder("app.dc2", "new.dc2");
    }

    @Test
    void rubbishNeverThrows() {
        Random random = Seed.random("HostilePeerTest.rubbishNeverThrows");
        List<byte[]> seeds =
                MessageCodecTest.messages().map(MessageCodec::encode).toList();
        for (int i = 0; i < 20_000; i++) {
            byte[] statement = seeds.get(random.nextInt(seeds.size())).clone();
            for (int f = 0; f < 2; f++) {
                statement[random.nextInt(statement.length)] = (byte) random.nextInt(256);
            }
            if (!new String(statement, StandardCharsets.ISO_8859_1).contains("dc1")) { // it cannot sign as dc1
                say(new Frame(0, 0, 0, 0, new Frame.Sealed(statement, 0, new byte[0]), 0).encode());
            }
        }
        net.wire.clear();
        assertThat(victim.rib.learned()).hasSizeLessThanOrEqualTo(4);
        assertThat(victim.routesOf("dc1")).hasSize(100).allMatch(uri -> uri.endsWith(".dc1"));
    }
}
