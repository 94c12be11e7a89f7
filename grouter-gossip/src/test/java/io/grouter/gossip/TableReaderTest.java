package io.grouter.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.link.Peer;
import io.grouter.rib.OfferTable;
import io.grouter.route.Offer;
import io.grouter.route.OfferChange;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** One copy of one table, over a link that carries so much a second. */
class TableReaderTest {
    private static final long MILLI = 1_000_000;
    private static final SiteId OWNER = new SiteId("dc1");
    private static final SiteId ASKER = new SiteId("dc2");
    private static final TableId TABLE = TableId.of(OWNER);
    private static final Message.Head HEAD = new Message.Head(OWNER, null, TABLE, 1, 1);

    private final GossipMetrics metrics = new GossipMetrics(new PrometheusRegistry(), () -> 0);
    private final OfferTable original = new OfferTable();
    private final OfferTable copy = new OfferTable();
    private final Deque<Message> link = new ArrayDeque<>();
    private long now = 1;
    private long sent;
    private long beat;
    private int maxChangesPerSecond = 1_000_000;
    /** Seconds between which everything is lost. */
    private int lostFrom;

    private int lostTo;

    private final Answers answers = new Answers(
            new Outbox() {
                @Override
                public void send(Collection<Peer> to, boolean siblings, Message message) {
                    link.add(message);
                    sent += MessageCodec.encode(message).length;
                }

                @Override
                public void forward(Collection<Peer> to, boolean siblings, Received received) {
                    throw new IllegalStateException("nobody passes anything on");
                }

                @Override
                public boolean congested(Peer to) {
                    return false;
                }

                @Override
                public void requestIncarnation(long above) {
                    throw new IllegalStateException("nobody speaks");
                }
            },
            metrics,
            4);

    private TableReader reader() {
        TableReader.Copy target = new TableReader.Copy() {
            @Override
            public OfferTable table() {
                return copy;
            }

            @Override
            public boolean learn(OfferChange change, long nowNanos) {
                Offer old = copy.set(change.uri(), change.offer());
                return old == null || !old.equals(change.offer());
            }
        };
        return new TableReader(
                TABLE,
                0,
                target,
                new TableReader.Asking() {
                    @Override
                    public void pull(TableReader reader, long query, boolean byDigest) {
                        ask(new Message.Pull(question(reader), query, reader.sequence(), byDigest));
                    }

                    @Override
                    public void fetch(TableReader reader, long query, List<Integer> buckets) {
                        ask(new Message.BucketRequest(question(reader), query, buckets));
                    }
                },
                metrics,
                1,
                maxChangesPerSecond);
    }

    private static Message.Head question(TableReader reader) {
        return new Message.Head(ASKER, OWNER, TABLE, reader.incarnation(), 0);
    }

    private void ask(Message question) {
        Peer asker = new Peer(ASKER, 2, false, "asker", "address");
        Received received = new Received(asker, question, new Frame.Sealed(new byte[0], 0, new byte[0]), 0, 0);
        answers.answer(received, HEAD, 0, original, null, now);
    }

    private void fill(int routes) {
        for (int i = 0; i < routes; i++) {
            original.set(RouteUri.parse("app-" + i + ".dc1"), new Offer(1, "app-" + i));
        }
    }

    private Message.Heartbeat heartbeat() {
        SiteInfo info = new SiteInfo("", List.of(), 80, 0, List.of(), List.of(), List.of(), SiteHealth.idle(1));
        return new Message.Heartbeat(HEAD, ++beat, 0, original.size(), original.digest(), true, Set.of(), info);
    }

    /** Runs until the copy is equal, at most so long; returns the seconds it took. */
    private int run(TableReader reader, int bytesPerSecond, int stallFrom, int stallTo, int most) {
        double credit = 0;
        for (int tick = 0; tick < most * 10; tick++) {
            now += 100 * MILLI;
            if (tick % 10 == 0) {
                reader.onHeartbeat(heartbeat(), now);
            }
            reader.tick(now);
            if (tick >= lostFrom * 10 && tick < lostTo * 10) {
                link.clear();
            }
            boolean stalled = tick >= stallFrom * 10 && tick < stallTo * 10;
            credit = stalled || link.isEmpty() ? 0 : credit + bytesPerSecond / 10.0;
            while (!link.isEmpty() && credit >= MessageCodec.encode(link.peek()).length) {
                Message message = link.remove();
                credit -= MessageCodec.encode(message).length;
                if (message instanceof Message.Digests digests) {
                    reader.onDigests(digests, false, now);
                } else if (message instanceof Message.Buckets buckets) {
                    reader.onBuckets(buckets, now);
                }
            }
            if (copy.digest() == original.digest()) {
                return tick / 10;
            }
        }
        throw new AssertionError("not equal after " + most + " s: " + copy.size() + " of " + original.size()
                + " routes, " + sent + " bytes");
    }

    @Test
    void aTableComesOverASlowLink() {
        fill(100_000);
        TableReader reader = reader();
        assertThat(run(reader, 170_000, 0, 0, 60)).isLessThan(40);
    }

    /** What was asked for twice comes twice; asking a third time before it can have come would go on for ever. */
    @Test
    void aStallOnASlowLinkIsSurvived() {
        fill(100_000);
        TableReader reader = reader();
        run(reader, 170_000, 4, 8, 200);
        long whole = 100_000 * 25;
        assertThat(sent).isLessThan(4 * whole);
    }

    @Test
    void aRepairGoesOnSoonAfterALongOutage() {
        fill(100_000);
        TableReader reader = reader();
        lostFrom = 1;
        lostTo = 100;
        assertThat(run(reader, 1_000_000, 0, 0, 200)).isLessThan(lostTo + 20);
    }

    @Test
    void aRepairKeepsToTheRateAllowed() {
        maxChangesPerSecond = 5_000;
        fill(100_000);
        assertThat(run(reader(), 100_000_000, 0, 0, 60)).isBetween(5, 40);
    }
}
