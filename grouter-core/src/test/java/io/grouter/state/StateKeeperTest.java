package io.grouter.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.rib.Cause;
import io.grouter.rib.Journal;
import io.grouter.rib.Rib;
import io.grouter.rib.RibEvent;
import io.grouter.rib.RibThread;
import io.grouter.route.Endpoint;
import io.grouter.route.FeedState;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
import io.grouter.route.OfferChange;
import io.grouter.route.RouteChange;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.testing.Configs;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateKeeperTest {
    private static final SiteId DC1 = new SiteId("dc1");
    private static final SiteId DC2 = new SiteId("dc2");
    private static final Duration STALE = Duration.ofSeconds(120);
    private static final long DAY_ONE = 1_700_000_000_000L;

    @TempDir
    private Path folder;

    private Path file = Path.of("unset");
    private long wallMillis = DAY_ONE;

    @BeforeEach
    void name() {
        file = folder.resolve("state");
    }

    private static Endpoint endpoint(int i) {
        return new Endpoint(
                "10.0.0." + i + ":61014",
                true,
                "guid-" + i,
                "instance-" + i,
                "0",
                "",
                "z1",
                i == 1 ? "https://rs" : "",
                i == 2 ? 90 : 0,
                i == 3 ? Map.of() : Map.of("organization_name", "org", "app_name", "app-" + i));
    }

    /** A node's tables with what keeps them. */
    private final class Keeping implements AutoCloseable {
        final PrometheusRegistry metrics = new PrometheusRegistry();
        final Rib rib = new Rib(Configs.rib(), DC1, metrics);
        final RibThread thread = new RibThread(rib, System::nanoTime, 1000, metrics);
        final Journal journal = new Journal(1000, () -> 0);
        final StateKeeper keeper = new StateKeeper(
                new StateConfig(file.toString(), Duration.ofSeconds(30), Duration.ofHours(1)),
                DC1,
                thread,
                System::nanoTime,
                () -> wallMillis,
                metrics);

        void fill() {
            for (int i = 0; i < 5; i++) {
                rib.apply(
                        new RouteChange.Register(RouteUri.parse("app-" + i + ".test/v1"), endpoint(i)),
                        System.nanoTime());
            }
            rib.apply(new RouteChange.Register(RouteUri.parse("app-0.test/v1"), endpoint(9)), System.nanoTime());
            rib.apply(new RouteChange.Register(RouteUri.parse("\u00e4pp.test"), endpoint(4)), System.nanoTime());
            rib.learn(
                    DC2,
                    new OfferChange(
                            RouteUri.parse("there.test"),
                            new Offer(3, "guid").labelled(true, null, List.of("eu"), new int[] {5, 9})),
                    System.nanoTime());
            rib.learn(DC2, new OfferChange(RouteUri.parse("*.there.test/x"), new Offer(1, "")), System.nanoTime());
            rib.learned(DC2).position(77, 5);
            rib.learned(DC2)
                    .heard(
                            new SiteInfo("", List.of(), 80, 0, List.of(), List.of(), List.of(), SiteHealth.idle(1)),
                            2,
                            5,
                            null,
                            System.nanoTime());
            rib.freshness(DC2, Freshness.FRESH, System.nanoTime());
            rib.publish(journal);
        }

        Keeping write() {
            thread.start();
            keeper.start();
            keeper.close();
            return this;
        }

        boolean restore() {
            boolean young = keeper.restore(rib, STALE);
            rib.publish(journal);
            return young;
        }

        @Override
        public void close() {
            thread.close();
        }
    }

    private void written() {
        try (Keeping before = new Keeping()) {
            before.fill();
            before.write();
        }
        assertThat(file).exists();
        assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void whatWasWrittenComesBack() {
        written();
        wallMillis += 60_000;
        Keeping after = new Keeping();
        assertThat(after.restore()).isTrue();
        for (int i = 1; i < 5; i++) {
            assertThat(after.rib.endpoints(RouteUri.parse("app-" + i + ".test/v1")))
                    .containsExactly(endpoint(i));
        }
        assertThat(after.rib.endpoints(RouteUri.parse("app-0.test/v1"))).containsExactly(endpoint(0), endpoint(9));
        assertThat(after.rib.endpoints(RouteUri.parse("\u00e4pp.test"))).containsExactly(endpoint(4));
        assertThat(after.rib.fib().localRoutes()).isEqualTo(6);
        assertThat(after.rib.fib().size()).isEqualTo(8);
        assertThat(after.rib.learned(DC2).freshness()).isEqualTo(Freshness.STALE);
        assertThat(after.rib.learned(DC2).incarnation()).isEqualTo(77);
        assertThat(after.rib.learned(DC2).table().get(RouteUri.parse("there.test")))
                .isEqualTo(new Offer(3, "guid").labelled(true, null, List.of("eu"), new int[] {5, 9}));
        assertThat(after.journal.newest(Long.MAX_VALUE, 100, entry -> entry.event() instanceof RibEvent.Restored))
                .extracting(Journal.Entry::event)
                .containsExactly(new RibEvent.Restored(7, 2));
        assertThat(after.journal.newest(Long.MAX_VALUE, 100, entry -> entry.event() instanceof RibEvent.RouteAdded))
                .allMatch(entry -> ((RibEvent.RouteAdded) entry.event()).cause() == Cause.RESTORED);
    }

    @Test
    void agesGoOnWhereTheyWere() {
        written();
        wallMillis += 100_000;
        Keeping after = new Keeping();
        after.restore();
        after.rib.expire(System.nanoTime() + Duration.ofSeconds(60).toNanos());
        assertThat(after.rib.endpoints(RouteUri.parse("app-1.test/v1")))
                .as("nothing expires before the feed is live")
                .hasSize(1);
        after.rib.feed(FeedState.LIVE, "test", System.nanoTime());
        after.rib.expire(System.nanoTime() + Duration.ofSeconds(60).toNanos());
        assertThat(after.rib.endpoints(RouteUri.parse("app-1.test/v1"))).hasSize(1);
    }

    @Test
    void aFileOlderThanTheStaleThresholdFillsTheTablesButDoesNotStandForListening() {
        written();
        wallMillis += 300_000;
        Keeping after = new Keeping();
        assertThat(after.restore()).isFalse();
        assertThat(after.rib.fib().localRoutes()).isEqualTo(6);
    }

    private void assertIgnored() {
        Keeping after = new Keeping();
        assertThat(after.restore()).isFalse();
        assertThat(after.rib.fib().size()).isZero();
        assertThat(after.rib.learned()).isEmpty();
        assertThat(after.rib.feed()).isEqualTo(FeedState.WARMING);
    }

    @Test
    void everyTruncationIsIgnored() throws IOException {
        written();
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertIgnored();
        }
        Files.write(file, Arrays.copyOf(whole, whole.length + 1));
        assertIgnored();
    }

    @Test
    void everyFlippedByteIsIgnored() throws IOException {
        written();
        byte[] whole = Files.readAllBytes(file);
        for (int i = 0; i < whole.length; i++) {
            for (int flip : new int[] {1, 0x80, 0xFF}) {
                byte[] damaged = whole.clone();
                damaged[i] ^= (byte) flip;
                Files.write(file, damaged);
                assertIgnored();
            }
        }
    }

    @Test
    void missingOldForeignAndFutureFilesAreIgnored() throws IOException {
        assertIgnored();
        written();
        wallMillis += Duration.ofMinutes(61).toMillis();
        assertIgnored();
        wallMillis = DAY_ONE - 1000;
        assertIgnored();
        wallMillis = DAY_ONE;
        Path kept = folder.resolve("kept");
        Files.move(file, kept);
        Files.createDirectory(file);
        assertIgnored();
    }

    @Test
    void aFileOfAnotherSiteIsIgnored() throws IOException {
        written();
        Rib other = new Rib(Configs.rib(), DC2, new PrometheusRegistry());
        StateReader reader = new StateReader(file, DC2, Duration.ofHours(1));
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> reader.read(other, 0, wallMillis))
                .hasMessageContaining("of the site dc1");
    }

    @Test
    void whatCannotBeWrittenStopsNothing() throws IOException {
        Files.createDirectory(file);
        Files.writeString(file.resolve("in-the-way"), "x");
        try (Keeping here = new Keeping()) {
            here.fill();
            here.write();
            assertThat(here.rib.fib().localRoutes()).isEqualTo(6);
            assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
        }
        file = folder.resolve("no-such-folder").resolve("state");
        try (Keeping here = new Keeping()) {
            here.fill();
            here.write();
            assertThat(here.thread.ask(Rib::feed).join()).isEqualTo(FeedState.WARMING);
        }
    }
}
