package io.grouter.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.rib.GuardConfig;
import io.grouter.rib.Rib;
import io.grouter.rib.RibConfig;
import io.grouter.route.FeedState;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import io.grouter.testing.Seed;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TranslatorTest {
    private static final int LIFETIME = 120;
    private static final int KEPT_EMPTY = 30;

    private final Rib rib = new Rib(
            new RibConfig(
                    Duration.ofSeconds(LIFETIME),
                    Duration.ofSeconds(KEPT_EMPTY),
                    new GuardConfig(100, 1000, Duration.ofSeconds(20), Duration.ofMinutes(10)),
                    1000,
                    1000,
                    1000,
                    1000,
                    1000,
                    1000),
            new SiteId("dc1"),
            new PrometheusRegistry());
    private final Translator translator = new Translator(new Sharding("all", List.of()));

    private static byte[] message(int address, String app, int stale, String... uris) {
        return ("{\"host\":\"10.0.0." + address + "\",\"port\":80,\"uris\":[\"" + String.join("\",\"", uris)
                        + "\"],\"app\":\"" + app + "\",\"stale_threshold_in_seconds\":" + stale
                        + ",\"tags\":{\"space_name\":\"s" + app + "\"}}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private void apply(byte[] body, boolean register, int second) {
        assertThat(translator.apply(
                        body, register, rib, Duration.ofSeconds(second).toNanos()))
                .isEqualTo(Translator.Outcome.TAKEN);
    }

    /** One endpoint as the model sees it. */
    private record Held(String app, int stale, int seen) {
        int over() {
            return seen + (stale == 0 ? LIFETIME : Math.min(LIFETIME, stale));
        }
    }

    /**
     * Random messages, many of them word for word as before, against maps: after every step the table has the same
     * routes with the same endpoints in the same order, and the same empty ones.
     */
    @Test
    void agreesWithANaiveModel() {
        Random random = Seed.random("TranslatorTest.agreesWithANaiveModel");
        Map<String, Map<String, Held>> model = new LinkedHashMap<>();
        Map<String, Integer> empty = new LinkedHashMap<>();
        String[] uris = {"a.test", "b.test", "b.test/v1", "*.test", "c.test"};
        rib.feed(FeedState.LIVE, "test", 0);
        int now = 1;
        for (int step = 0; step < 20_000; step++) {
            int address = random.nextInt(3);
            String app = random.nextInt(4) == 0 ? "other" : "app";
            int stale = random.nextInt(6) == 0 ? new int[] {5, -1, 1000}[random.nextInt(3)] : 0;
            String uri = uris[random.nextInt(uris.length)];
            String[] named = random.nextInt(5) == 0 ? new String[] {uri, "a.test"} : new String[] {uri};
            int action = random.nextInt(10);
            if (action < 6) {
                apply(message(address, app, stale, named), true, now);
                for (String each : named) {
                    model.computeIfAbsent(each, key -> new LinkedHashMap<>())
                            .put("10.0.0." + address + ":80", new Held(app, stale, now));
                    empty.remove(each);
                }
            } else if (action < 8) {
                apply(message(address, app, stale, named), false, now);
                for (String each : named) {
                    Map<String, Held> pool = model.get(each);
                    if (pool != null && pool.remove("10.0.0." + address + ":80") != null && pool.isEmpty()) {
                        model.remove(each);
                        empty.put(each, now + KEPT_EMPTY);
                    }
                }
            } else if (action == 8) {
                now += random.nextInt(40);
            } else {
                rib.expire(Duration.ofSeconds(now).toNanos());
                expire(model, empty, now);
            }
            rib.publish((fib, own, events) -> {});
            compare(uris, model, empty);
        }
    }

    private static void expire(Map<String, Map<String, Held>> model, Map<String, Integer> empty, int now) {
        empty.values().removeIf(until -> now >= until);
        model.entrySet().removeIf(route -> {
            route.getValue().values().removeIf(held -> now > held.over());
            if (route.getValue().isEmpty()) {
                empty.put(route.getKey(), now + KEPT_EMPTY);
            }
            return route.getValue().isEmpty();
        });
    }

    private void compare(String[] uris, Map<String, Map<String, Held>> model, Map<String, Integer> empty) {
        for (String uri : uris) {
            List<String> expected = new ArrayList<>();
            model.getOrDefault(uri, Map.of()).forEach((address, held) -> expected.add(address + " " + held.app()));
            List<String> found = rib.endpoints(RouteUri.parse(uri)).stream()
                    .map(endpoint -> endpoint.address() + " " + endpoint.appId())
                    .toList();
            assertThat(found).as(uri).isEqualTo(expected);
        }
        assertThat(rib.fib().localRoutes()).isEqualTo(model.size());
        assertThat(rib.fib().knownEmpty()).isEqualTo(empty.size());
        assertThat(rib.ownOffers().size()).isEqualTo(model.size());
    }

    @Test
    void aHeartbeatIsKnownByItsBytes() {
        byte[] body = message(1, "app", 0, "a.test");
        apply(body, true, 1);
        rib.publish((fib, own, events) -> {});
        long version = rib.fib().version();
        apply(body, true, 100);
        apply(message(1, "app", 0, "A.test/"), true, 110);
        rib.publish((fib, own, events) -> {});
        assertThat(rib.fib().version()).isEqualTo(version);
        rib.feed(FeedState.LIVE, "test", 0);
        rib.expire(Duration.ofSeconds(225).toNanos());
        assertThat(rib.endpoints(RouteUri.parse("a.test"))).hasSize(1);
        rib.expire(Duration.ofSeconds(231).toNanos());
        assertThat(rib.endpoints(RouteUri.parse("a.test"))).isEmpty();
    }

    @Test
    void anOldMessageDoesNotHideANewerOne() {
        byte[] before = message(1, "app", 0, "a.test");
        byte[] after = message(1, "other", 0, "a.test");
        apply(before, true, 1);
        apply(after, true, 2);
        apply(before, true, 3);
        assertThat(rib.endpoints(RouteUri.parse("a.test")).get(0).appId()).isEqualTo("app");
        apply(after, true, 4);
        assertThat(rib.endpoints(RouteUri.parse("a.test")).get(0).appId()).isEqualTo("other");
    }

    @Test
    void theLastOfSeveralListsOfUrisCounts() {
        byte[] body = "{\"host\":\"10.0.0.1\",\"port\":80,\"uris\":[\"a.test\"],\"uris\":[\"b.test\"]}"
                .getBytes(StandardCharsets.UTF_8);
        apply(message(1, "", 0, "a.test"), true, 1);
        for (int i = 0; i < 3; i++) {
            apply(body, true, 2 + i);
        }
        apply(message(1, "", 0, "a.test"), false, 9);
        assertThat(rib.endpoints(RouteUri.parse("a.test"))).isEmpty();
        assertThat(rib.endpoints(RouteUri.parse("b.test"))).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "all, '', x, true",
        "all, '', '', true",
        "segments, a b, a, true",
        "segments, a b, b, true",
        "segments, a b, c, false",
        "segments, a b, '', false",
        "shared-and-segments, a b, b, true",
        "shared-and-segments, a b, '', true",
        "shared-and-segments, a b, c, false",
        "shared-and-segments, a b, A, false",
    })
    void isolationSegmentsAreFilteredAsGoRouterDoes(String mode, String segments, String segment, boolean taken) {
        Translator filtering =
                new Translator(new Sharding(mode, segments.isEmpty() ? List.of() : List.of(segments.split(" "))));
        byte[] body =
                ("{\"uris\":[\"a.test\"],\"isolation_segment\":\"" + segment + "\"}").getBytes(StandardCharsets.UTF_8);
        Translator.Outcome expected = taken ? Translator.Outcome.TAKEN : Translator.Outcome.OTHER_SEGMENT;
        assertThat(filtering.apply(body, true, rib, 0)).isEqualTo(expected);
        assertThat(rib.endpoints(RouteUri.parse("a.test"))).hasSize(taken ? 1 : 0);
        assertThat(filtering.apply(body, false, rib, 0)).isEqualTo(expected);
        assertThat(rib.endpoints(RouteUri.parse("a.test"))).isEmpty();
    }
}
