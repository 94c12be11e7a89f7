package io.grouter.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grouter.gorouter.GoRouterPool;
import io.grouter.overrides.OverrideStore;
import io.grouter.rib.Journal;
import io.grouter.rib.Rib;
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
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.steering.OwnSite;
import io.grouter.steering.Steering;
import io.grouter.testing.Configs;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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
    private final Rib rib = new Rib(Configs.rib(), DC1, metrics);
    private final RibThread thread = new RibThread(rib, () -> 0, 10, metrics);
    private final Journal journal = new Journal(100, () -> 1_700_000_000_000L);
    private final GoRouterPool goRouters = new GoRouterPool(Configs.goRouters(1), () -> 0, metrics);
    private final AdminApi api = new AdminApi(new AdminSources(
            site,
            thread,
            journal,
            () -> OwnSite.idle(1),
            () -> site.info(null, List.of(), SiteHealth.idle(1)),
            new Steering(site, Configs.steering(), false),
            goRouters,
            new NodeControl() {
                @Override
                public boolean trusts(SiteId site) {
                    return site.equals(trusted);
                }

                @Override
                public CompletableFuture<Boolean> forget(SiteId site) {
                    return thread.ask(tables -> tables.forget(site, 0));
                }

                @Override
                public Reload reload() {
                    return new Reload(problems, true);
                }

                @Override
                public Map<String, Object> config() {
                    return Map.of("site", Map.of("name", "dc1"));
                }
            },
            NodeFacts.NONE,
            metrics,
            new OverrideStore(1, metrics),
            () -> Duration.ofSeconds(3).toNanos(),
            () -> 0));

    private @Nullable SiteId trusted = DC2;
    private List<String> problems = List.of();

    @BeforeEach
    void fill() {
        Endpoint endpoint = new Endpoint("10.0.0.1:80", false, "guid", "i", "0", "", "", "", 0, Map.of());
        rib.apply(new RouteChange.Register(RouteUri.parse("a.apps.test"), endpoint), 0);
        rib.apply(new RouteChange.Register(RouteUri.parse("a.apps.test/v2"), endpoint), 0);
        rib.learn(DC2, new OfferChange(RouteUri.parse("b.apps.test"), new Offer(3, "other")), 0);
        Alias theirs = new Alias("apps.test", "dc2.apps.test");
        rib.learned(DC2)
                .heard(
                        new SiteInfo("us", List.of(theirs), 80, 0, List.of(), List.of(), List.of(), SiteHealth.idle(1)),
                        1,
                        5,
                        null,
                        0);
        rib.freshness(DC2, Freshness.FRESH, 0);
        rib.feed(FeedState.LIVE, "test", 0);
        rib.publish(journal);
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
        JsonNode first = json(get("/v1/routes", "limit=2&sort=route"));
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

    @Test
    void theJournalTellsWhatHappenedNewestFirst() {
        JsonNode page = json(get("/v1/journal", null));
        assertThat(page.get("total").asInt()).isEqualTo(5);
        JsonNode added =
                json(get("/v1/journal", "host=A.apps&limit=1")).get("changes").get(0);
        assertThat(added.get("what").asString()).isEqualTo("route-added");
        assertThat(added.get("site").asString()).isEqualTo("dc1");
        assertThat(added.get("route").asString()).isEqualTo("a.apps.test/v2");
        assertThat(added.get("instances").asInt()).isEqualTo(1);
        assertThat(added.get("source").asString()).isEqualTo("nats");
        assertThat(added.get("reason").asString()).isEqualTo("registered");
        assertThat(added.get("time").asString()).isEqualTo("2023-11-14T22:13:20Z");
        List<String> kinds = new ArrayList<>();
        page.get("changes").forEach(change -> kinds.add(change.get("what").asString()));
        assertThat(kinds).contains("feed-changed", "site-changed", "route-added");
    }

    @Test
    void theJournalIsReadPageByPage() {
        List<Long> ids = new ArrayList<>();
        String before = "";
        for (int i = 0; i < 10; i++) {
            JsonNode page = json(get("/v1/journal", "limit=2" + before));
            page.get("changes").forEach(change -> ids.add(change.get("id").asLong()));
            if (page.get("next").isNull()) {
                break;
            }
            before = "&before=" + page.get("next").asLong();
        }
        assertThat(ids).containsExactly(4L, 3L, 2L, 1L, 0L);
        assertThat(get("/v1/journal", "before=x").status()).isEqualTo(400);
        assertThat(get("/v1/journal", "limit=0").status()).isEqualTo(400);
    }

    @Test
    void theGuardIsReleasedByPostAlone() {
        assertThat(get("/v1/guard/release", null).status()).isEqualTo(405);
        assertThat(api.allowed("/v1/guard/release")).isEqualTo("POST");
        AdminApi.Answer answer = api.answer("POST", "/v1/guard/release", null);
        assertThat(answer.status()).isEqualTo(409);
        assertThat(json(answer).get("detail").asString()).contains("does not hold");
    }

    @Test
    void aSiteIsForgottenOnlyWhenItIsNotConfigured() {
        assertThat(api.answer("GET", "/v1/sites/dc2/forget", null).status()).isEqualTo(405);
        assertThat(api.answer("POST", "/v1/sites/dc2/forget", null).status()).isEqualTo(409);
        trusted = null;
        assertThat(api.answer("POST", "/v1/sites/DC2/forget", null).status()).isEqualTo(400);
        assertThat(api.answer("POST", "/v1/sites/dc3/forget", null).status()).isEqualTo(404);
        assertThat(api.answer("POST", "/v1/sites/dc2/forget", null).status()).isEqualTo(200);
        await().until(() -> routes("site=dc2").isEmpty());
        assertThat(json(get("/v1/sites", null)).path("sites").size()).isEqualTo(1);
    }

    @Test
    void theConfigurationIsReadAgain() {
        assertThat(json(api.answer("POST", "/v1/reload", null))
                        .path("needsRestart")
                        .asBoolean())
                .isTrue();
        problems = List.of("f.yaml:1:1: what");
        assertThat(api.answer("POST", "/v1/reload", null).status()).isEqualTo(422);
        assertThat(json(api.answer("POST", "/v1/reload", null)).path("detail").asString())
                .contains("f.yaml:1:1");
    }

    @Test
    void theLagOfASiteIsShown() {
        JsonNode site = json(get("/v1/sites", null)).path("sites").path(1);
        assertThat(site.path("sequenceGap").asInt()).isEqualTo(5);
        assertThat(site.path("heardSecondsAgo").asDouble()).isEqualTo(3);
        assertThat(site.path("configured").asBoolean()).isTrue();
        assertThat(api.answer("POST", "/v1/guard/release", "site=dc2").status()).isEqualTo(409);
    }
}
