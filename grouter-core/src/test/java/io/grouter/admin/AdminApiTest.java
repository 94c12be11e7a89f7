package io.grouter.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.gorouter.GoRouterConfig;
import io.grouter.gorouter.GoRouterPool;
import io.grouter.rib.Rib;
import io.grouter.rib.RibConfig;
import io.grouter.rib.RibThread;
import io.grouter.route.Alias;
import io.grouter.route.Endpoint;
import io.grouter.route.FeedState;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
import io.grouter.route.OfferChange;
import io.grouter.route.RouteChange;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteConfig;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.steering.Steering;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AdminApiTest {
    private static final SiteId DC1 = new SiteId("dc1");
    private static final SiteId DC2 = new SiteId("dc2");

    private final PrometheusRegistry metrics = new PrometheusRegistry();
    private final Alias alias = new Alias("apps.test", "dc1.apps.test");
    private final SiteConfig site = new SiteConfig(DC1, "eu", List.of(alias), 80, 0, List.of("192.0.2.1"));
    private final Rib rib = new Rib(new RibConfig(Duration.ofSeconds(120), 100, 10, 100, 10), DC1, metrics);
    private final RibThread thread = new RibThread(rib, () -> 0, 10, metrics);
    private final AdminApi api = new AdminApi(
            site,
            thread,
            new Steering(site),
            new GoRouterPool(
                    new GoRouterConfig(
                            List.of(new GoRouterConfig.Member(
                                    InetSocketAddress.createUnresolved("127.0.0.1", 1),
                                    InetSocketAddress.createUnresolved("127.0.0.1", 2))),
                            Duration.ofSeconds(1),
                            Duration.ofSeconds(1),
                            Duration.ofSeconds(1)),
                    () -> 0,
                    metrics),
            metrics,
            () -> Duration.ofSeconds(3).toNanos());

    @BeforeEach
    void fill() {
        Endpoint endpoint = new Endpoint("10.0.0.1:80", false, "guid", "i", "0", "", 0);
        rib.apply(new RouteChange.Register(RouteUri.parse("a.apps.test"), endpoint), 0);
        rib.apply(new RouteChange.Register(RouteUri.parse("a.apps.test/v2"), endpoint), 0);
        rib.learn(DC2, new OfferChange(RouteUri.parse("b.apps.test"), new Offer(3, "other")));
        Alias theirs = new Alias("apps.test", "dc2.apps.test");
        rib.learned(DC2).heard(new SiteInfo("us", List.of(theirs), 80, 0, List.of(), 1, false), 1, true, 0);
        rib.freshness(DC2, Freshness.FRESH);
        rib.feed(FeedState.LIVE, 0);
        rib.publish((fib, own, events) -> {});
        thread.start();
    }

    @AfterEach
    void stop() {
        thread.close();
    }

    private AdminApi.Answer get(String path, @Nullable String query) {
        return api.answer("GET", path, query);
    }

    private static JsonNode json(AdminApi.Answer answer) {
        JsonMapper mapper = JsonMapper.builder().build();
        return mapper.readTree(mapper.writeValueAsString(answer.body()));
    }

    private List<String> routes(@Nullable String query) {
        List<String> names = new ArrayList<>();
        json(get("/v1/routes", query))
                .path("routes")
                .forEach(route -> names.add(route.path("route").asString()));
        return names;
    }

    @Test
    void listsRoutesByNameInPages() {
        assertThat(routes(null)).containsExactly("a.apps.test", "a.apps.test/v2", "b.apps.test");
        JsonNode first = json(get("/v1/routes", "limit=2"));
        assertThat(first.path("next").asString()).isEqualTo("a.apps.test/v2");
        assertThat(routes("limit=2&after=a.apps.test%2Fv2")).containsExactly("b.apps.test");
        assertThat(json(get("/v1/routes", "limit=3")).path("next").isNull()).isTrue();
        assertThat(routes("site=dc2")).containsExactly("b.apps.test");
        assertThat(routes("host=A.apps")).containsExactly("a.apps.test", "a.apps.test/v2");
    }

    @Test
    void showsOneRouteWithItsEndpoints() {
        JsonNode route = json(get("/v1/routes/a.apps.test/v2", null)).path("route");
        assertThat(route.path("endpoints").path(0).path("address").asString()).isEqualTo("10.0.0.1:80");
        assertThat(json(get("/v1/routes/b.apps.test", null))
                        .path("route")
                        .path("sites")
                        .path(0)
                        .path("site")
                        .asString())
                .isEqualTo("dc2");
        assertThat(get("/v1/routes/nobody.test", null).status()).isEqualTo(404);
    }

    @Test
    void showsTheSites() {
        JsonNode sites = json(get("/v1/sites", null)).path("sites");
        assertThat(sites.size()).isEqualTo(2);
        assertThat(sites.path(0).path("own").asBoolean()).isTrue();
        assertThat(sites.path(1).path("freshness").asString()).isEqualTo("FRESH");
        assertThat(sites.path(1).path("heardSecondsAgo").asDouble()).isEqualTo(3.0);
    }

    @Test
    void explainsADecision() {
        JsonNode there =
                json(get("/v1/explain", "url=http://b.apps.test/x%3Fq=1")).path("explain");
        assertThat(there.path("decision").asString()).isEqualTo("redirect");
        assertThat(there.path("location").asString()).isEqualTo("http://b.dc2.apps.test/x?q=1");
        JsonNode here = json(get("/v1/explain", "url=a.apps.test:8080")).path("explain");
        assertThat(here.path("reason").asString()).isEqualTo("local");
        assertThat(get("/v1/explain", null).status()).isEqualTo(400);
        assertThat(get("/v1/explain", "url=ftp://x/").status()).isEqualTo(400);
        assertThat(get("/v1/explain", "url=http://a%20b/").status()).isEqualTo(400);
    }

    @Test
    void isReadyOnceItServes() {
        assertThat(get("/health", null).status()).isEqualTo(200);
        assertThat(get("/ready", null).status()).isEqualTo(503);
        api.serving(true);
        assertThat(get("/ready", null).status()).isEqualTo(200);
    }

    @Test
    void writesMetrics() {
        assertThat((String) get("/metrics", null).body()).contains("grouter_rib_routes{site=\"dc1\"} 2.0");
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThat(get("/v2", null).status()).isEqualTo(404);
        assertThat(api.answer("POST", "/v1/routes", null).status()).isEqualTo(405);
        assertThat(get("/v1/routes", "limit=0").status()).isEqualTo(400);
        assertThat(get("/v1/routes", "limit=x").contentType()).isEqualTo("application/problem+json");
    }
}
