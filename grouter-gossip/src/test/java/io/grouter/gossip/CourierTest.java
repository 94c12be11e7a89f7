package io.grouter.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grouter.route.Offer;
import io.grouter.route.OfferChange;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CourierTest {
    private static final SiteId SITE = new SiteId("dc1");
    private static final Message.Head HEAD = new Message.Head(SITE, null, TableId.of(SITE), 1, 1);
    private static final SiteKeys KEYS = new SiteKeys(SITE, "", Map.of());
    private static final int WINDOW = 64 << 10;

    private final List<Frame> sent = new CopyOnWriteArrayList<>();
    private final GossipMetrics metrics = new GossipMetrics(new PrometheusRegistry(), System::nanoTime);
    private final Courier courier = new Courier(
            "test",
            "wan",
            this::take,
            new Lane(7, WINDOW, 1e9, Duration.ofMillis(50).toNanos()),
            metrics,
            System::nanoTime);

    @AfterEach
    void stop() {
        courier.close();
    }

    private boolean take(byte[] bytes) {
        if (Frame.decode(bytes) instanceof Frame.Decoded.Ok ok) {
            sent.add(ok.frame());
        }
        return true;
    }

    private static Parcel changes(int sequence, int count) {
        List<OfferChange> changes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            RouteUri uri = RouteUri.parse(Long.toHexString(0x9E3779B97F4A7C15L * (i + 1)) + "-" + sequence + ".test");
            changes.add(new OfferChange(uri, new Offer(1, "app-" + Long.toHexString(i * 0xD6E8FEB86659FD93L))));
        }
        return new Parcel(new Message.Announce(HEAD, sequence, changes), KEYS, System::nanoTime);
    }

    private static Parcel heartbeat(long beat) {
        SiteInfo info = new SiteInfo("", List.of(), 80, 0, List.of(), List.of(), List.of(), SiteHealth.idle(1));
        return new Parcel(new Message.Heartbeat(HEAD, beat, 0, 0, 0, true, Set.of(), info), KEYS, System::nanoTime);
    }

    @Test
    void bringsParcelsInOrderAndCounts() {
        for (int i = 0; i < 5; i++) {
            courier.put(changes(i, 1));
        }
        await().until(() -> sent.size() == 5);
        long before = 0;
        for (Frame frame : sent) {
            assertThat(frame.stream()).isEqualTo(7);
            assertThat(frame.offset()).isGreaterThan(before);
            before = frame.offset();
        }
        assertThat(courier.underWay()).isEqualTo(before);
    }

    @Test
    void waitsForAcknowledgementsOnceTheWindowIsFull() {
        for (int i = 0; i < 40; i++) {
            courier.put(changes(i, 200));
        }
        await().until(() -> courier.underWay() > WINDOW / 2);
        await().during(Duration.ofMillis(300)).until(() -> courier.underWay() <= WINDOW);
        int first = sent.size();
        assertThat(first).isLessThan(40);
        while (sent.size() < 40) {
            int reached = sent.size();
            courier.acknowledged(7, sent.get(reached - 1).offset());
            await().until(() -> sent.size() > reached);
        }
        assertThat(sent).hasSize(40);
    }

    @Test
    void acknowledgementsOfSomethingElseOpenNothing() {
        for (int i = 0; i < 40; i++) {
            courier.put(changes(i, 200));
        }
        await().until(() -> courier.underWay() > WINDOW / 2);
        courier.acknowledged(8, 1_000_000);
        courier.acknowledged(7, 1_000_000_000);
        courier.acknowledged(7, -5);
        await().during(Duration.ofMillis(300)).until(() -> sent.size() < 40);
    }

    @Test
    void aHeartbeatGoesOutAlthoughTheNodeTakesNothing() {
        for (int i = 0; i < 40; i++) {
            courier.put(changes(i, 200));
        }
        await().until(() -> courier.underWay() > WINDOW / 2);
        await().atMost(Duration.ofSeconds(5)).until(() -> {
            courier.put(heartbeat(1));
            return sent.stream()
                    .anyMatch(frame -> frame.sealed() != null && frame.sealed().statement()[1] == 1);
        });
    }

    @Test
    void whatWaitsIsBounded() {
        int taken = 0;
        while (taken < 1_000_000 && courier.put(changes(taken, 500))) {
            taken++;
        }
        assertThat(taken).isBetween(50, 2_000);
        assertThat(courier.congested()).isTrue();
    }

    @Test
    void muchTakenInIsAcknowledgedAtOnceAndLittleWithTheNextFrame() {
        courier.acknowledge(99, 100);
        courier.put(heartbeat(1));
        await().until(() -> !sent.isEmpty());
        assertThat(sent.get(0).ackStream()).isEqualTo(99);
        assertThat(sent.get(0).ackOffset()).isEqualTo(100);
        courier.acknowledge(99, 100_000);
        await().until(() -> sent.size() == 2);
        assertThat(sent.get(1).sealed()).isNull();
        assertThat(sent.get(1).ackOffset()).isEqualTo(100_000);
    }

    /** What goes to several at once is not acknowledged, so it must not look as if it could be. */
    @Test
    void whatGoesToManyIsNotCounted() {
        try (Courier many = new Courier(
                "all", "local", this::take, new Lane(9, Lane.UNCOUNTED, 1e9, 1_000_000), metrics, System::nanoTime)) {
            for (int i = 0; i < 200; i++) {
                many.put(changes(i, 200));
            }
            await().until(() -> sent.size() == 200);
            assertThat(sent).allMatch(frame -> frame.stream() == 0 && frame.offset() == 0);
        }
    }
}
