package io.grouter.fib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grouter.route.FeedState;
import io.grouter.route.Offer;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import io.grouter.testing.Seed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FibTest {
    private static final SiteId SITE = new SiteId("dc1");

    private static RouteEntry local(String uri) {
        return new RouteEntry(RouteUri.parse(uri), new Offer(1, ""), List.of());
    }

    private static RouteEntry learned(RouteUri uri) {
        return new RouteEntry(uri, null, List.of(new LearnedOffer(new SiteId("dc2"), new Offer(1, ""))));
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
                "a.test, /, '\0\0\0\0\0\0\0a.test', -",
                "under_score.apps.test, /, under_score.apps.test, under_score.apps.test",
                "localhost, /, *.apps.test, -",
                "'', /, '*', -",
            })
    void matchesAsGoRouterDoes(String host, String path, String routes, @Nullable String expected) {
        RouteEntry found = of(routes.split(" ")).lookup(host, path.isEmpty() ? "/" : path);
        assertThat(found == null ? null : found.uri().toString()).isEqualTo(expected);
    }

    /** Routes in brackets are known to be empty: they shadow wildcards, but not shorter paths of the same host. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "bar.apps.test, /, (bar.apps.test) *.apps.test, bar.apps.test",
                "bar.apps.test, /x, (bar.apps.test) *.apps.test, bar.apps.test",
                "bar.apps.test, /x, (bar.apps.test/x) bar.apps.test *.apps.test, bar.apps.test",
                "bar.apps.test, /x/y, (bar.apps.test/x) *.apps.test, bar.apps.test/x",
                "bar.apps.test, /, (bar.apps.test/x) *.apps.test, *.apps.test",
                "bar.apps.test, /x/y, (bar.apps.test) (bar.apps.test/x), bar.apps.test/x",
                // GoRouter gives up on a node of its trie that never was a route: so do we.
                "bar.apps.test, /x, (bar.apps.test) bar.apps.test/x/y *.apps.test, *.apps.test",
                "bar.apps.test, /x, bar.apps.test bar.apps.test/x/y *.apps.test, bar.apps.test",
                "a.b.apps.test, /, (*.b.apps.test) *.apps.test, *.b.apps.test",
                "a.b.apps.test, /v, (*.b.apps.test/v) *.apps.test, *.b.apps.test/v",
            })
    void knownEmptyRoutesShadowWildcards(String host, String path, String routes, String expected) {
        Fib.Builder next = Fib.empty(SITE).next();
        for (String route : routes.split(" ")) {
            boolean empty = route.startsWith("(");
            RouteUri uri = RouteUri.parse(empty ? route.substring(1, route.length() - 1) : route);
            next.put(new RouteEntry(uri, empty ? null : new Offer(1, ""), List.of()));
        }
        RouteEntry found = next.build().lookup(host, path);
        assertThat(found == null ? null : found.uri().toString()).isEqualTo(expected);
    }

    @Test
    void oldSnapshotsStayAsTheyWere() {
        Fib before = of("a.test", "b.test/x");
        Fib after = before.next()
                .remove(RouteUri.parse("a.test"))
                .put(local("c.test"))
                .put(new RouteEntry(RouteUri.parse("b.test/x"), new Offer(2, ""), List.of()))
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
        Fib more = fib.next().put(learned(uri)).build();
        assertThat(more.size()).isEqualTo(2);
        assertThat(more.localRoutes()).isEqualTo(1);
        assertThat(more.next().put(local("b.test")).build().localRoutes()).isEqualTo(2);
        assertThat(more.next().remove(uri).remove(uri).build().size()).isEqualTo(1);
    }

    private static List<String> read(Fib fib, int limit) {
        List<String> all = new ArrayList<>();
        for (RoutePosition at = RoutePosition.START; at != null; ) {
            Fib.Page page = fib.read(at, limit, route -> true);
            assertThat(page.routes()).hasSizeBetween(1, limit);
            page.routes().forEach(route -> all.add(route.uri().toString()));
            at = page.next();
        }
        return all;
    }

    @Test
    void isReadPageByPage() {
        Fib fib = of("c.test", "a.test", "b.test/x", "b.test", "*.test");
        for (int limit = 1; limit <= 6; limit++) {
            assertThat(read(fib, limit))
                    .containsExactlyInAnyOrder("*.test", "a.test", "b.test", "b.test/x", "c.test")
                    .last()
                    .isEqualTo("*.test");
        }
        assertThat(fib.read(RoutePosition.START, 10, route -> route.uri().path().isEmpty())
                        .routes())
                .hasSize(4);
        assertThat(fib.read(RoutePosition.START, 4, route -> route.uri().path().isEmpty())
                        .next())
                .isNull();
        assertThat(Fib.empty(SITE).read(RoutePosition.START, 1, route -> true).routes())
                .isEmpty();
    }

    @Test
    void everyPageOfALargeTableIsFullAndHasEachRouteOnce() {
        Fib.Builder next = Fib.empty(SITE).next();
        for (int i = 0; i < 20_000; i++) {
            next.put(local("app-" + i + ".test" + (i % 7 == 0 ? "/v" + i % 3 : "")));
            next.put(local("*.space-" + i % 500 + ".test"));
        }
        Fib fib = next.build();
        for (int limit : new int[] {1, 3, 255, 256, 1000, 100_000}) {
            List<String> all = new ArrayList<>();
            for (RoutePosition at = RoutePosition.START; at != null; ) {
                Fib.Page page = fib.read(at, limit, route -> true);
                assertThat(page.next() == null || page.routes().size() == limit).isTrue();
                page.routes().forEach(route -> all.add(route.uri().toString()));
                at = page.next() == null
                        ? null
                        : RoutePosition.parse(page.next().toString());
            }
            assertThat(all).hasSize(20_500).doesNotHaveDuplicates();
        }
    }

    /** Whatever comes and goes meanwhile, a route that is there all the time is read exactly once. */
    @Test
    void whatStaysIsReadOnceWhileTheTableChanges() {
        Random random = Seed.random("FibTest.whatStaysIsReadOnceWhileTheTableChanges");
        Fib.Builder next = Fib.empty(SITE).next();
        for (int i = 0; i < 3_000; i++) {
            next.put(local("stays-" + i + ".test"));
            next.put(local("*.stays-" + i % 100 + ".test"));
        }
        Fib fib = next.build();
        List<String> stayed = new ArrayList<>();
        for (RoutePosition at = RoutePosition.START; at != null; ) {
            Fib.Page page = fib.read(at, 1 + random.nextInt(50), route -> true);
            page.routes().stream()
                    .map(route -> route.uri().toString())
                    .filter(name -> name.contains("stays"))
                    .forEach(stayed::add);
            at = page.next();
            Fib.Builder changed = fib.next();
            for (int i = 0; i < 300; i++) {
                RouteUri uri = RouteUri.parse((i % 3 == 0 ? "*." : "") + "moves-" + random.nextInt(5_000) + ".test");
                if (random.nextBoolean()) {
                    changed.put(learned(uri));
                } else {
                    changed.remove(uri);
                }
            }
            fib = changed.build();
        }
        assertThat(stayed).hasSize(3_100).doesNotHaveDuplicates();
    }

    @Test
    void aPlaceOfAnotherProcessIsNoPlaceHere() {
        String here = new RoutePosition(true, -5).toString();
        assertThat(RoutePosition.parse(here)).isEqualTo(new RoutePosition(true, -5));
        String there = "~" + (here.charAt(1) == '0' ? '1' : '0') + here.substring(2);
        assertThat(RoutePosition.is(there)).isTrue();
        assertThatThrownBy(() -> RoutePosition.parse(there))
                .isInstanceOf(RoutePosition.OfAnotherProcess.class)
                .hasMessageContaining("another process");
        assertThatThrownBy(() -> RoutePosition.parse("a.test"))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a.test");
    }

    @Test
    void onlyRoutesChangeTheVersionOfTheRoutes() {
        Fib fib = of("a.test");
        Fib sites = fib.next().feed(FeedState.LIVE).build();
        assertThat(sites.version()).isGreaterThan(fib.version());
        assertThat(sites.routesVersion()).isEqualTo(fib.routesVersion());
        Fib routes = sites.next().put(local("b.test")).build();
        assertThat(routes.routesVersion()).isEqualTo(routes.version());
    }

    @Test
    void tellsWhoHasAHostWhateverThePath() {
        Fib fib = of("h.test", "h.test/x", "*.test");
        SiteId dc2 = new SiteId("dc2");
        assertThat(fib.ownersOf("H.test")).isEqualTo(new Fib.Owners(true, Set.of()));
        assertThat(fib.ownersOf("other.test")).isEqualTo(new Fib.Owners(true, Set.of()));
        assertThat(fib.ownersOf("nowhere")).isNull();
        Fib more = fib.next()
                .put(learned(RouteUri.parse("h.test/y/z")))
                .remove(RouteUri.parse("h.test"))
                .build();
        assertThat(more.ownersOf("h.test")).isEqualTo(new Fib.Owners(true, Set.of(dc2)));
        Fib fewer = more.next().remove(RouteUri.parse("h.test/x")).build();
        assertThat(fewer.ownersOf("h.test")).isEqualTo(new Fib.Owners(false, Set.of(dc2)));
        Fib none = fewer.next().remove(RouteUri.parse("h.test/y/z")).build();
        assertThat(none.ownersOf("h.test")).isEqualTo(new Fib.Owners(true, Set.of()));
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

    /** As many paths on one host as others have hosts. */
    @Test
    void holdsManyPathsOfOneHostAndForgetsThemAgain() {
        int count = 100_000;
        Fib.Builder next = Fib.empty(SITE).next();
        for (int i = 0; i < count; i++) {
            next.put(local("h.test/p" + i + "/x"));
        }
        Fib full = next.build();
        assertThat(full.size()).isEqualTo(count);
        assertThat(full.lookup("h.test", "/p77/x/y")).isEqualTo(local("h.test/p77/x"));
        assertThat(full.lookup("h.test", "/p77/y")).isNull();
        Fib.Builder fewer = full.next();
        for (int i = 0; i < count; i++) {
            fewer.remove(RouteUri.parse("h.test/p" + i + "/x"));
        }
        Fib none = fewer.build();
        assertThat(none.size()).isZero();
        assertThat(none.ownersOf("h.test")).isNull();
        assertThat(full.ownersOf("h.test")).isNotNull();
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
                    RouteEntry entry = random.nextInt(4) == 0
                            ? new RouteEntry(uri, null, List.of())
                            : new RouteEntry(uri, new Offer(1 + random.nextInt(5), ""), List.of());
                    next.put(entry);
                    model.put(uri.toString(), entry);
                } else {
                    next.remove(uri);
                    model.remove(uri.toString());
                }
            }
            fib = next.build();
            assertThat(fib.size() + fib.knownEmpty()).isEqualTo(model.size());
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

    /**
     * Each rule spelled out with strings: walk down the path as long as any route goes on that way, prefer the deepest
     * route somebody has, then put a star for one label after the other.
     */
    private static @Nullable RouteEntry naive(Map<String, RouteEntry> routes, String host, String path) {
        String name = host.toLowerCase(Locale.ROOT);
        while (true) {
            RouteEntry found = naiveWalk(routes, name, path.toLowerCase(Locale.ROOT));
            String rest = name.startsWith("*.") ? name.substring(2) : name;
            if (found != null || !rest.contains(".")) {
                return found;
            }
            name = "*" + rest.substring(rest.indexOf('.'));
        }
    }

    private static @Nullable RouteEntry naiveWalk(Map<String, RouteEntry> routes, String host, String path) {
        RouteEntry deepest = null;
        String reached = null;
        for (int end = 0; end >= 0; end = end == path.length() ? -1 : endOfSegment(path, end)) {
            String node = host + path.substring(0, end);
            if (routes.keySet().stream().noneMatch(key -> key.equals(node) || key.startsWith(node + "/"))) {
                break;
            }
            reached = node;
            RouteEntry here = routes.get(node);
            deepest = here != null && !here.knownEmpty() ? here : deepest;
        }
        return deepest != null || reached == null ? deepest : routes.get(reached);
    }

    private static int endOfSegment(String path, int slash) {
        int end = path.indexOf('/', slash + 1);
        return end < 0 ? path.length() : end;
    }
}
