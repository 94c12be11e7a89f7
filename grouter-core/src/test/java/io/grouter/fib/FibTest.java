package io.grouter.fib;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import io.grouter.testing.Seed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FibTest {
    private static final SiteId SITE = new SiteId("dc1");

    private static RouteEntry local(String uri) {
        return new RouteEntry(RouteUri.parse(uri), 1, "", List.of());
    }

    private static Fib of(String... uris) {
        Fib.Builder next = Fib.empty(SITE).next();
        for (String uri : uris) {
            next.put(local(uri));
        }
        return next.build();
    }

    /** The rows of GoRouter's measured behaviour, as far as a table without empty pools can show them. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "ORDERS.Apps.TEST, '', orders.apps.test, orders.apps.test",
                "orders.apps.test., '', orders.apps.test, -",
                "h, /v1, h/v1, h/v1",
                "h, /v1/x, h/v1, h/v1",
                "h, /V1/x, h/v1, h/v1",
                "h, /v1//y, h/v1, h/v1",
                "h, /v1x, h/v1, -",
                "h, /, h/v1, -",
                "h, /%76%31, h/v1, -",
                "h, //v1, h/v1, -",
                "h, /x/../v1, h/v1, -",
                "h, /v1/v2/v3, h/v1 h h/v1/v2, h/v1/v2",
                "h, /v1/v3, h/v1 h h/v1/v2, h/v1",
                "h, /v, h/v1 h h/v1/v2, h",
                "foo.apps.test, /other, foo.apps.test/v1 *.apps.test, *.apps.test",
                "bar.apps.test, /x/y, bar.apps.test *.apps.test/x/y, bar.apps.test",
                "a.b.apps.test, /, *.apps.test, *.apps.test",
                "a.b.apps.test, /, *.apps.test *.b.apps.test, *.b.apps.test",
                "apps.test, /, *.apps.test *.test, *.test",
                "apps.test, /, *.apps.test, -",
                "*.wild.apps.test, /, *.wild.apps.test, *.wild.apps.test",
                "under_score.apps.test, /, under_score.apps.test, under_score.apps.test",
                "localhost, /, *.apps.test, -",
                "'', /, '*', -",
            })
    void matchesAsGoRouterDoes(String host, String path, String routes, @Nullable String expected) {
        RouteEntry found = of(routes.split(" ")).lookup(host, path.isEmpty() ? "/" : path);
        assertThat(found == null ? null : found.uri().toString()).isEqualTo(expected);
    }

    @Test
    void oldSnapshotsStayAsTheyWere() {
        Fib before = of("a.test", "b.test/x");
        Fib after = before.next()
                .remove(RouteUri.parse("a.test"))
                .put(local("c.test"))
                .put(new RouteEntry(RouteUri.parse("b.test/x"), 2, "", List.of()))
                .build();
        assertThat(before.lookup("a.test", "/")).isNotNull();
        assertThat(before.lookup("c.test", "/")).isNull();
        assertThat(before.get(RouteUri.parse("b.test/x"))).isEqualTo(local("b.test/x"));
        assertThat(after.lookup("a.test", "/")).isNull();
        assertThat(after.size()).isEqualTo(2);
        assertThat(after.version()).isEqualTo(before.version() + 1);
    }

    @Test
    void countsLocalRoutesApart() {
        Fib fib = of("a.test");
        RouteUri uri = RouteUri.parse("b.test");
        Fib more = fib.next().put(new RouteEntry(uri, 0, "", List.of())).build();
        assertThat(more.size()).isEqualTo(2);
        assertThat(more.localRoutes()).isEqualTo(1);
        assertThat(more.next().put(local("b.test")).build().localRoutes()).isEqualTo(2);
        assertThat(more.next().remove(uri).remove(uri).build().size()).isEqualTo(1);
    }

    @Test
    void listsInOrderPageByPage() {
        Fib fib = of("c.test", "a.test", "b.test/x", "b.test", "*.test");
        List<String> all = new ArrayList<>();
        RouteUri after = null;
        for (List<RouteEntry> page = fib.list(after, 2, r -> true);
                !page.isEmpty();
                page = fib.list(after, 2, r -> true)) {
            page.forEach(route -> all.add(route.uri().toString()));
            after = page.get(page.size() - 1).uri();
        }
        assertThat(all).containsExactly("*.test", "a.test", "b.test", "b.test/x", "c.test");
        assertThat(fib.list(null, 10, route -> route.uri().path().isEmpty())).hasSize(4);
    }

    @Test
    void listsAllPathsOfAHost() {
        Fib fib = of("h.test", "h.test/x", "*.test");
        assertThat(fib.lookupHost("H.test")).hasSize(2);
        assertThat(fib.lookupHost("other.test")).hasSize(1);
        assertThat(fib.lookupHost("nowhere")).isEmpty();
    }

    /** A table large enough that some hosts share all bits of their hash. */
    @Test
    void holdsManyHostsAndForgetsThemAgain() {
        int count = 200_000;
        Fib.Builder next = Fib.empty(SITE).next();
        for (int i = 0; i < count; i++) {
            next.put(local("app-" + i + ".apps.test"));
        }
        Fib full = next.build();
        assertThat(full.size()).isEqualTo(count);
        for (int i = 0; i < count; i++) {
            RouteEntry found = full.lookup("APP-" + i + ".apps.test", "/");
            assertThat(found == null ? "" : found.uri().host()).isEqualTo("app-" + i + ".apps.test");
        }
        Fib.Builder fewer = full.next();
        for (int i = 0; i < count; i += 2) {
            fewer.remove(RouteUri.parse("app-" + i + ".apps.test"));
        }
        Fib half = fewer.build();
        assertThat(half.size()).isEqualTo(count / 2);
        for (int i = 0; i < count; i++) {
            assertThat(half.lookup("app-" + i + ".apps.test", "/") != null).isEqualTo(i % 2 == 1);
        }
    }

    @Test
    void agreesWithANaiveModelOfTheRules() {
        Random random = Seed.random("FibTest.agreesWithANaiveModelOfTheRules");
        Map<String, RouteEntry> model = new HashMap<>();
        Fib fib = Fib.empty(SITE);
        for (int round = 0; round < 3_000; round++) {
            Fib.Builder next = fib.next();
            for (int i = 0; i < 3; i++) {
                RouteUri uri = RouteUri.parse(randomHost(random, true) + randomPath(random));
                if (random.nextInt(3) > 0) {
                    RouteEntry entry = new RouteEntry(uri, 1 + random.nextInt(5), "", List.of());
                    next.put(entry);
                    model.put(uri.toString(), entry);
                } else {
                    next.remove(uri);
                    model.remove(uri.toString());
                }
            }
            fib = next.build();
            assertThat(fib.size()).isEqualTo(model.size());
            for (int i = 0; i < 10; i++) {
                String host = randomHost(random, false);
                String path = "/" + randomPath(random).replaceFirst("^/", "");
                assertThat(fib.lookup(host, path)).as(host + path).isEqualTo(naive(model, host, path));
            }
        }
    }

    private static String randomHost(Random random, boolean wildcards) {
        String[] labels = {"a", "b", "C", "test"};
        StringBuilder host = new StringBuilder(wildcards && random.nextInt(3) == 0 ? "*." : "");
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            host.append(i == 0 ? "" : ".").append(labels[random.nextInt(labels.length)]);
        }
        return host.toString();
    }

    private static String randomPath(Random random) {
        String[] segments = {"x", "Y", "xx", ""};
        StringBuilder path = new StringBuilder();
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            path.append('/').append(segments[random.nextInt(segments.length)]);
        }
        return path.toString();
    }

    /** Each rule spelled out with strings: walk up the path, then put a star for one label after the other. */
    private static @Nullable RouteEntry naive(Map<String, RouteEntry> routes, String host, String path) {
        String name = host.toLowerCase(Locale.ROOT);
        while (true) {
            for (String key = path.toLowerCase(Locale.ROOT); ; key = key.substring(0, key.lastIndexOf('/'))) {
                RouteEntry found = routes.get(name + key);
                if (found != null) {
                    return found;
                }
                if (key.isEmpty()) {
                    break;
                }
            }
            String rest = name.startsWith("*.") ? name.substring(2) : name;
            if (!rest.contains(".")) {
                return null;
            }
            name = "*" + rest.substring(rest.indexOf('.'));
        }
    }
}
