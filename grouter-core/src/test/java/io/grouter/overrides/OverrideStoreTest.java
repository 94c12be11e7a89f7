package io.grouter.overrides;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import io.grouter.testing.Seed;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OverrideStoreTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final RouteUri SHOP = RouteUri.parse("shop.test/v1");

    /** A store with its clocks. */
    private static final class Node {
        final PrometheusRegistry metrics = new PrometheusRegistry();
        final OverrideStore store;
        final List<String> told = new ArrayList<>();
        long millis = NOW;
        long nanos = -5;

        Node(long number) {
            this.store = new OverrideStore(number, metrics);
            store.audit(change ->
                    told.add(change.what() + " " + change.override().kind() + " " + change.by() + " " + change.here()));
        }

        OperatorOverride drain(String route, long forMillis) throws OverrideRefused {
            RouteUri uri = route.isEmpty() ? null : RouteUri.parse(route);
            OperatorOverride order = order(uri, null, millis, forMillis);
            store.add(order, millis, nanos);
            return order;
        }

        boolean remove(OperatorOverride order) {
            return store.remove(order, "ann", millis, nanos);
        }

        void hear(Node other) {
            store.merge(other.store.entries(), millis, nanos);
        }

        void pass(long passed) {
            millis += passed;
            nanos += passed * 1_000_000;
            store.tick(millis, nanos);
        }

        List<String> inEffect() {
            return store.current().all().stream()
                    .map(each -> String.valueOf(each.route()))
                    .toList();
        }

        double refused() {
            return metrics.scrape(name -> name.equals("grouter_overrides_refused")).stream()
                    .flatMap(snapshot -> snapshot.getDataPoints().stream())
                    .mapToDouble(point -> ((CounterSnapshot.CounterDataPointSnapshot) point).getValue())
                    .sum();
        }
    }

    private static OperatorOverride order(@Nullable RouteUri route, @Nullable String to, long since, long millis) {
        OperatorOverride.Kind kind = to != null
                ? OperatorOverride.Kind.FORCE_ROUTE
                : route == null ? OperatorOverride.Kind.DRAIN_SITE : OperatorOverride.Kind.DRAIN_ROUTE;
        return new OperatorOverride(
                kind, route, to == null ? null : new SiteId(to), "bob", "a test", since, since + millis);
    }

    @Test
    void anOrderIsInEffectUntilItsEnd() throws OverrideRefused {
        Node node = new Node(1);
        assertThat(node.store.digest()).isZero();
        node.drain("shop.test/v1", HOUR);
        node.drain("", 2 * HOUR);
        Overrides now = node.store.current();
        assertThat(Objects.requireNonNull(now.of(SHOP)).kind()).isEqualTo(OperatorOverride.Kind.DRAIN_ROUTE);
        assertThat(now.ofSite()).isNotNull();
        assertThat(node.inEffect()).containsExactly("null", "shop.test/v1");
        node.pass(HOUR - 1);
        assertThat(node.store.current().of(SHOP)).isNotNull();
        node.pass(1);
        assertThat(node.inEffect()).containsExactly("null");
        node.pass(HOUR);
        assertThat(node.store.current().ofSite()).isNull();
        node.pass(HOUR);
        assertThat(node.store.entries()).isEmpty();
        assertThat(node.store.digest()).isZero();
        assertThat(node.told)
                .containsExactly(
                        "ADDED DRAIN_ROUTE  true",
                        "ADDED DRAIN_SITE  true",
                        "EXPIRED DRAIN_ROUTE  false",
                        "EXPIRED DRAIN_SITE  false");
    }

    @Test
    void theLastOrderForARouteCounts() throws OverrideRefused {
        Node node = new Node(1);
        OperatorOverride drain = node.drain("shop.test/v1", HOUR);
        node.store.add(order(SHOP, "dc2", NOW, HOUR), NOW, 0);
        assertThat(Objects.requireNonNull(node.store.current().of(SHOP)).to()).isEqualTo(new SiteId("dc2"));
        assertThat(node.remove(drain)).as("replaced").isFalse();
        assertThat(node.remove(Objects.requireNonNull(node.store.current().of(SHOP))))
                .isTrue();
        assertThat(node.inEffect()).isEmpty();
        assertThat(node.told)
                .containsExactly(
                        "ADDED DRAIN_ROUTE  true", "REPLACED FORCE_ROUTE  true", "REMOVED FORCE_ROUTE ann true");
    }

    @Test
    void whatIsRemovedStaysRemovedWhoeverComesBackWithIt() throws OverrideRefused {
        Node here = new Node(1);
        Node away = new Node(2);
        OperatorOverride order = here.drain("shop.test/v1", 3 * HOUR);
        away.hear(here);
        here.remove(order);
        here.pass(3 * HOUR + HOUR / 2);
        here.hear(away);
        assertThat(here.inEffect()).isEmpty();
        away.hear(here);
        assertThat(away.inEffect()).isEmpty();
        assertThat(away.told).containsExactly("ADDED DRAIN_ROUTE  false", "REMOVED DRAIN_ROUTE ann false");
    }

    @Test
    void aClockThatJumpsBringsNothingBack() throws OverrideRefused {
        Node here = new Node(1);
        Node away = new Node(2);
        OperatorOverride order = here.drain("shop.test/v1", 3 * HOUR);
        away.hear(here);
        here.remove(order);
        here.millis += Duration.ofDays(3650).toMillis();
        here.pass(0);
        here.pass(2 * HOUR);
        assertThat(here.store.entries()).as("nobody is told what is long over").isEmpty();
        here.millis = NOW;
        here.pass(0);
        here.hear(away);
        assertThat(here.inEffect()).isEmpty();
        here.millis -= Duration.ofDays(3650).toMillis();
        here.pass(0);
        here.hear(away);
        assertThat(here.inEffect()).isEmpty();
    }

    @Test
    void whatIsForgottenIsNotTakenInAgain() throws OverrideRefused {
        Node here = new Node(1);
        Node away = new Node(2);
        here.drain("shop.test/v1", HOUR);
        away.hear(here);
        here.pass(3 * HOUR);
        here.hear(away);
        assertThat(here.store.entries()).isEmpty();
        assertThat(here.store.digest()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "two\nlines", "\u2028", "\ud800", "LONG"})
    void textsThatAreNoneAreRefused(String text) {
        String who = text.equals("LONG") ? "x".repeat(201) : text;
        OperatorOverride order =
                new OperatorOverride(OperatorOverride.Kind.DRAIN_ROUTE, SHOP, null, who, "why", NOW, NOW + 1);
        assertThatThrownBy(() -> new Node(1).store.add(order, NOW, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("who: ")
                .hasMessageContaining("200");
    }

    @Test
    void timesThatAreNoneAreRefused() {
        for (long millis : new long[] {0, -1, Duration.ofDays(30).toMillis() + 1}) {
            assertThatThrownBy(() -> new Node(1).drain("shop.test", millis))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("for: ")
                    .hasMessageContaining("30d");
        }
        assertThatThrownBy(() -> new OverrideEntry(1, 1, order(new RouteUri("", ""), null, NOW, 1), false, ""))
                .hasMessageStartingWith("route: ");
        assertThatThrownBy(() -> new OverrideEntry(0, 1, order(SHOP, null, NOW, 1), false, ""))
                .hasMessageStartingWith("version: ");
        assertThatThrownBy(() -> new OverrideEntry(1, 1, order(null, "dc2", NOW, 1), false, ""))
                .hasMessageStartingWith("kind: ");
    }

    @Test
    void thereAreOnlySoMany() throws OverrideRefused {
        Node node = new Node(1);
        for (int i = 0; i < OverrideStore.MOST; i++) {
            node.drain("app-" + i + ".test", HOUR);
        }
        assertThatThrownBy(() -> node.drain("more.test", HOUR))
                .isInstanceOf(OverrideRefused.class)
                .hasMessageContaining("256");
        assertThat(node.refused()).isEqualTo(1);
        node.drain("app-0.test", 2 * HOUR);
        assertThat(node.inEffect())
                .as("another order for the same route needs no room")
                .hasSize(256);
    }

    @Test
    void soManyAreRememberedAndRemovingIsAlwaysPossible() throws OverrideRefused {
        Node node = new Node(1);
        for (int i = 0; i < OverrideStore.MOST_REMEMBERED; i++) {
            OperatorOverride order = node.drain("app-" + i + ".test", HOUR);
            assertThat(node.remove(order)).isTrue();
        }
        assertThatThrownBy(() -> node.drain("more.test", HOUR))
                .isInstanceOf(OverrideRefused.class)
                .hasMessageContaining("1024");
        node.drain("app-7.test", HOUR);
        assertThat(node.inEffect()).containsExactly("app-7.test");
        node.pass(2 * HOUR);
        node.drain("more.test", HOUR);
    }

    @Test
    void nodesThatWereApartHaveTheSameNewestOnesWhenThereAreTooMany() throws OverrideRefused {
        List<Node> nodes = new ArrayList<>();
        for (int n = 0; n < 8; n++) {
            Node node = new Node(n + 1);
            for (int i = 0; i < OverrideStore.MOST; i++) {
                node.drain("app-" + n + "-" + i + ".test", HOUR);
            }
            nodes.add(node);
        }
        for (int round = 0; round < 3; round++) {
            for (Node to : nodes) {
                nodes.forEach(to::hear);
            }
        }
        for (Node each : nodes) {
            assertThat(each.store.entries()).hasSize(OverrideStore.MOST + OverrideStore.MOST_REMEMBERED);
            assertThat(each.inEffect())
                    .hasSize(OverrideStore.MOST)
                    .isEqualTo(nodes.get(0).inEffect());
            assertThat(each.store.digest()).isEqualTo(nodes.get(0).store.digest());
        }
    }

    /** Whatever was said where, and however often and in whatever order it was heard, in the end all hold the same. */
    @Test
    void storesBecomeEqual() throws OverrideRefused {
        Random random = Seed.random("OverrideStoreTest.storesBecomeEqual");
        for (int round = 0; round < 300; round++) {
            List<Node> nodes = List.of(new Node(-3), new Node(1), new Node(2), new Node(Long.MIN_VALUE));
            for (int step = 0; step < 60; step++) {
                Node node = nodes.get(random.nextInt(nodes.size()));
                switch (random.nextInt(6)) {
                    case 0, 1 -> {
                        int route = random.nextInt(5);
                        node.drain(route == 0 ? "" : "app-" + route + ".test", HOUR + random.nextInt(1000));
                    }
                    case 2 -> {
                        List<OperatorOverride> all = node.store.current().all();
                        if (!all.isEmpty()) {
                            node.remove(all.get(random.nextInt(all.size())));
                        }
                    }
                    case 3 -> node.pass(random.nextInt((int) HOUR / 20));
                    default -> {
                        List<OverrideEntry> heard = new ArrayList<>(
                                nodes.get(random.nextInt(nodes.size())).store.entries());
                        Collections.shuffle(heard, random);
                        node.store.merge(heard.subList(0, random.nextInt(heard.size() + 1)), node.millis, node.nanos);
                    }
                }
            }
            long latest = nodes.stream().mapToLong(each -> each.millis).max().orElseThrow();
            nodes.forEach(each -> each.pass(latest - each.millis));
            for (Node to : nodes) {
                nodes.forEach(to::hear);
            }
            nodes.get(0).hear(nodes.get(3));
            nodes.get(1).hear(nodes.get(3));
            nodes.get(2).hear(nodes.get(3));
            for (Node each : nodes) {
                assertThat(each.store.entries()).isEqualTo(nodes.get(0).store.entries());
                assertThat(each.store.digest()).isEqualTo(nodes.get(0).store.digest());
                assertThat(each.inEffect()).isEqualTo(nodes.get(0).inEffect());
            }
        }
    }

    @Test
    void listenersHearOfEveryChangeAndOnlyOfChanges() throws OverrideRefused {
        Node node = new Node(1);
        List<Overrides> heard = new ArrayList<>();
        node.store.onChange(heard::add);
        OperatorOverride order = node.drain("shop.test/v1", HOUR);
        node.pass(1);
        node.hear(node);
        assertThat(heard).hasSize(1);
        node.remove(order);
        assertThat(heard).hasSize(2);
        node.pass(3 * HOUR);
        assertThat(heard).as("the removal was forgotten").hasSize(3);
        assertThat(node.store.orders()).isEqualTo(2);
    }

    @Test
    void whatArrivesIsCountedForAsLongAsTheOverrideStays() throws OverrideRefused {
        Node node = new Node(1);
        OperatorOverride site = node.drain("", HOUR);
        OperatorOverride route = node.drain("shop.test/v1", HOUR);
        Overrides first = node.store.current();
        long second = 1_000_000_000L;
        for (int i = 0; i < 20; i++) {
            first.arrived(SHOP, i * second);
        }
        first.arrived(RouteUri.parse("other.test"), 20 * second);
        first.arrived(null, 20 * second);
        node.drain("third.test", HOUR);
        Overrides later = node.store.current();
        later.arrived(SHOP, 20 * second);
        Arrivals ofRoute = Objects.requireNonNull(later.arrivals(route));
        assertThat(ofRoute.total()).isEqualTo(21);
        assertThat(Objects.requireNonNull(later.arrivals(site)).total()).isEqualTo(23);
        assertThat(ofRoute.perSecond(10, 20 * second)).isEqualTo(1.0);
        assertThat(ofRoute.perSecond(60, 20 * second)).isEqualTo(20 / 60.0);
        assertThat(ofRoute.perSecond(10, 31 * second)).isZero();
        assertThat(ofRoute.perSecond(60, 1_000 * second)).isZero();
        OperatorOverride longer = node.drain("shop.test/v1", 2 * HOUR);
        assertThat(Objects.requireNonNull(node.store.current().arrivals(longer)).total())
                .as("another override begins anew")
                .isZero();
        assertThat(node.store.current().arrivals(route)).isNull();
        Overrides.NONE.arrived(SHOP, 0);
    }

    @Test
    void manyThreadsCountWithoutLosingAny() throws InterruptedException, OverrideRefused {
        Node node = new Node(1);
        OperatorOverride route = node.drain("shop.test/v1", HOUR);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 100_000; i++) {
                    node.store.current().arrived(SHOP, -3);
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Arrivals arrivals = Objects.requireNonNull(node.store.current().arrivals(route));
        assertThat(arrivals.total()).isEqualTo(400_000);
        assertThat(arrivals.perSecond(1, 5)).isEqualTo(400_000.0);
    }
}
