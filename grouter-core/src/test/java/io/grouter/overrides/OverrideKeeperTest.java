package io.grouter.overrides;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverrideKeeperTest {
    private static final SiteId DC1 = new SiteId("dc1");
    private static final long NOW = 1_700_000_000_000L;
    private static final long HOUR = 3_600_000;

    @TempDir
    private Path folder;

    private Path file = Path.of("unset");

    @BeforeEach
    void name() {
        file = folder.resolve("state.overrides");
    }

    private static OperatorOverride order(String route, String why) {
        return new OperatorOverride(
                OperatorOverride.Kind.DRAIN_ROUTE, RouteUri.parse(route), null, "bob", why, NOW, NOW + HOUR);
    }

    /** A node's overrides with what keeps them. */
    private final class Keeping implements AutoCloseable {
        final PrometheusRegistry metrics = new PrometheusRegistry();
        final OverrideStore store;
        final OverrideKeeper keeper;

        Keeping(long node, SiteId site, long nowMillis) {
            this.store = new OverrideStore(node, metrics);
            this.keeper = new OverrideKeeper(file, site, store, metrics);
            keeper.restore(nowMillis, 0);
            keeper.start();
        }

        @Override
        public void close() {
            keeper.close();
        }
    }

    private void write() throws OverrideRefused {
        try (Keeping first = new Keeping(1, DC1, NOW)) {
            OperatorOverride gone = order("gone.test", "a mistake");
            first.store.add(order("shop.test/v1", "m\u00fcssen"), NOW, 0);
            first.store.add(gone, NOW, 0);
            first.store.remove(gone, "ann", NOW, 0);
            first.store.add(
                    new OperatorOverride(
                            OperatorOverride.Kind.FORCE_ROUTE,
                            RouteUri.parse("pay.test"),
                            new SiteId("dc2"),
                            "bob",
                            "x",
                            NOW,
                            NOW + 1),
                    NOW,
                    0);
            first.store.add(
                    new OperatorOverride(OperatorOverride.Kind.DRAIN_SITE, null, null, "bob", "x", NOW, NOW + 2 * HOUR),
                    NOW,
                    0);
        }
    }

    @Test
    void aNodeThatStartsAgainKnowsWhatWasOrdered() throws OverrideRefused {
        write();
        assertThat(folder.resolve("state.overrides.tmp")).doesNotExist();
        try (Keeping second = new Keeping(2, DC1, NOW + 10)) {
            assertThat(second.store.current().all())
                    .extracting(each -> String.valueOf(each.route()))
                    .containsExactly("null", "shop.test/v1");
            assertThat(second.store.entries())
                    .as("with what ended and was removed")
                    .hasSize(4);
            assertThat(second.store.highest()).isEqualTo(5);
            second.store.add(order("shop.test/v1", "later"), NOW, 0);
            assertThat(second.store.entries().get(0).version()).isEqualTo(6);
        }
    }

    @Test
    void everyChangeIsWrittenAtOnce() throws OverrideRefused {
        try (Keeping first = new Keeping(1, DC1, NOW)) {
            first.store.add(order("shop.test/v1", "x"), NOW, 0);
            await().until(() -> new OverrideFile(file, DC1).read().entries().size() == 1);
            first.store.add(order("other.test", "x"), NOW, 0);
            await().until(() -> new OverrideFile(file, DC1).read().entries().size() == 2);
        }
    }

    @Test
    void aFileThatIsNotPerfectIsIgnored() throws IOException, OverrideRefused {
        write();
        byte[] good = Files.readAllBytes(file);
        for (int length = 0; length < good.length; length++) {
            Files.write(file, Arrays.copyOf(good, length));
            ignored();
        }
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 1;
            Files.write(file, bad);
            ignored();
        }
        Files.write(file, good);
        try (Keeping other = new Keeping(1, new SiteId("dc2"), NOW)) {
            assertThat(other.store.entries()).isEmpty();
        }
    }

    private void ignored() {
        OverrideStore store = new OverrideStore(1, new PrometheusRegistry());
        new OverrideKeeper(file, DC1, store, new PrometheusRegistry()).restore(NOW, 0);
        assertThat(store.entries()).isEmpty();
    }

    @Test
    void aDiskThatCannotBeWrittenHarmsNothing() throws OverrideRefused {
        file = folder.resolve("nowhere").resolve("state.overrides");
        try (Keeping first = new Keeping(1, DC1, NOW)) {
            first.store.add(order("shop.test/v1", "x"), NOW, 0);
            assertThat(first.store.current().all()).hasSize(1);
            await().until(() -> first.metrics.scrape().stream()
                    .flatMap(each -> each.getDataPoints().stream()
                            .filter(point -> each.getMetadata().getName().equals("grouter_overrides_write_failures")))
                    .anyMatch(point -> point.toString() != null));
        }
        assertThat(List.of(file)).noneMatch(Files::exists);
    }
}
