package io.grouter.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.gorouter.GoRouterPool;
import io.grouter.overrides.OperatorOverride;
import io.grouter.overrides.OverrideStore;
import io.grouter.rib.Journal;
import io.grouter.rib.Rib;
import io.grouter.rib.RibThread;
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
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class OverridesApiTest {
    private static final SiteId DC1 = new SiteId("dc1");
    private static final SiteId DC2 = new SiteId("dc2");
    private static final String ME = "\"who\": \"bob\", \"why\": \"new version\"";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final PrometheusRegistry metrics = new PrometheusRegistry();
    private final SiteConfig site = new SiteConfig(DC1, "eu", List.of(), 80, 0, List.of());
    private final Rib rib = new Rib(Configs.rib(), DC1, metrics);
    private final RibThread thread = new RibThread(rib, () -> 0, 10, metrics);
    private final Journal journal = new Journal(100, () -> 1_700_000_000_000L);
    private final OverrideStore store = new OverrideStore(1, metrics);
    private final AdminApi api = new AdminApi(new AdminSources(
            site,
            thread,
            journal,
            () -> OwnSite.idle(1),
            () -> site.info(null, List.of(), SiteHealth.idle(1)),
            new Steering(site, Configs.steering(), false),
            new GoRouterPool(Configs.goRouters(1), () -> 0, metrics),
            new NodeControl() {
                @Override
                public boolean trusts(SiteId site) {
                    return true;
                }

                @Override
                public CompletableFuture<Boolean> forget(SiteId site) {
                    return CompletableFuture.completedFuture(false);
                }

                @Override
                public Reload reload() {
                    return new Reload(List.of(), false);
                }

                @Override
                public Map<String, Object> config() {
                    return Map.of();
                }
            },
            NodeFacts.NONE,
            metrics,
            store,
            () -> 20_000_000_000L,
            () -> 1_700_000_000_000L));

    @BeforeEach
    void fill() {
        Endpoint endpoint = Endpoint.at("10.0.0.1:80", "guid");
        rib.apply(new RouteChange.Register(RouteUri.parse("both.test"), endpoint), 0);
        rib.apply(new RouteChange.Register(RouteUri.parse("here.test/v1"), endpoint), 0);
        rib.learn(DC2, new OfferChange(RouteUri.parse("both.test"), new Offer(3, "other")), 0);
        rib.learn(DC2, new OfferChange(RouteUri.parse("there.test"), new Offer(3, "other")), 0);
        rib.learned(DC2)
                .heard(
                        new SiteInfo("", List.of(), 80, 0, List.of(), List.of(), List.of(), SiteHealth.idle(1)),
                        2,
                        5,
                        null,
                        0);
        rib.freshness(DC2, Freshness.FRESH, 0);
        rib.feed(FeedState.LIVE, "test", 0);
        rib.publish(journal);
        store.audit(rib::overridden);
    }

    private AdminApi.Answer post(String path, String body) {
        return api.answer("POST", path, null, body.getBytes(StandardCharsets.UTF_8));
    }

    private JsonNode get(String path) {
        AdminApi.Answer answer = api.answer("GET", path, null);
        assertThat(answer.status()).isEqualTo(200);
        return json(answer);
    }

    private AdminApi.Answer delete(String path, @Nullable String query) {
        return api.answer("DELETE", path, query);
    }

    private static JsonNode json(AdminApi.Answer answer) {
        return JSON.readTree(JSON.writeValueAsString(answer.body()));
    }

    private static String detail(AdminApi.Answer answer) {
        return json(answer).path("detail").asString();
    }

    @Test
    void aRouteIsDrainedListedAndGivenBack() {
        AdminApi.Answer given = post("/v1/drain", "{\"route\": \"Both.test/\", \"for\": \"2h\", " + ME + "}");
        assertThat(given.status()).as(detail(given)).isEqualTo(200);
        JsonNode order = json(given).path("override");
        assertThat(order.path("kind").asString()).isEqualTo("drain-route");
        assertThat(order.path("route").asString()).isEqualTo("both.test");
        assertThat(order.path("since").asString()).isEqualTo("2023-11-14T22:13:20Z");
        assertThat(order.path("until").asString()).isEqualTo("2023-11-15T00:13:20Z");
        store.current().arrived(RouteUri.parse("both.test"), 15_000_000_000L);
        JsonNode listed = get("/v1/drain").path("drains").path(0);
        assertThat(listed.path("who").asString()).isEqualTo("bob");
        assertThat(listed.path("why").asString()).isEqualTo("new version");
        assertThat(listed.path("arrivals").path("total").asInt()).isEqualTo(1);
        assertThat(listed.path("arrivals").path("last10s").asDouble()).isEqualTo(0.1);
        assertThat(delete("/v1/drain", "route=both.test&who=ann").status()).isEqualTo(200);
        assertThat(delete("/v1/drain", "route=both.test").status()).isEqualTo(404);
        assertThat(get("/v1/drain").path("drains").size()).isZero();
        rib.publish(journal);
        JsonNode changes = get("/v1/journal").path("changes");
        assertThat(changes.path(0).path("what").asString()).isEqualTo("override-removed");
        assertThat(changes.path(0).path("by").asString()).isEqualTo("ann");
        assertThat(changes.path(1).path("what").asString()).isEqualTo("override-added");
        assertThat(changes.path(1).path("who").asString()).isEqualTo("bob");
        assertThat(changes.path(1).path("source").asString()).isEqualTo("operator");
    }

    @Test
    void aRouteIsForced() {
        assertThat(post("/v1/force", "{\"route\": \"both.test\", \"site\": \"dc2\", " + ME + "}")
                        .status())
                .isEqualTo(200);
        assertThat(get("/v1/drain").path("drains").size()).isZero();
        JsonNode listed = get("/v1/overrides").path("overrides").path(0);
        assertThat(listed.path("kind").asString()).isEqualTo("force-route");
        assertThat(listed.path("site").asString()).isEqualTo("dc2");
        assertThat(detail(delete("/v1/drain", "route=both.test"))).contains("is forced, not drained");
        assertThat(delete("/v1/force", "route=both.test").status()).isEqualTo(200);
        assertThat(detail(delete("/v1/force", "route=both.test"))).isEqualTo("both.test is not forced");
        assertThat(detail(delete("/v1/force", null))).startsWith("route: is missing");
    }

    @Test
    void whatWouldLeaveRequestsWithNowhereToGoNeedsForce() {
        AdminApi.Answer alone = post("/v1/drain", "{\"route\": \"here.test/v1\", " + ME + "}");
        assertThat(alone.status()).isEqualTo(409);
        assertThat(detail(alone)).contains("here.test/v1").contains("\"force\": true");
        AdminApi.Answer unknown = post("/v1/drain", "{\"route\": \"there.test\", " + ME + "}");
        assertThat(unknown.status()).isEqualTo(404);
        AdminApi.Answer whole = post("/v1/drain", "{" + ME + "}");
        assertThat(whole.status()).isEqualTo(409);
        assertThat(detail(whole)).contains("1 of the 2 routes").contains("here.test/v1");
        AdminApi.Answer away = post("/v1/force", "{\"route\": \"here.test/v1\", \"site\": \"dc2\", " + ME + "}");
        assertThat(away.status()).isEqualTo(409);
        assertThat(get("/v1/overrides").path("overrides").size()).isZero();
        assertThat(post("/v1/drain", "{\"route\": \"nobody.test\", \"force\": true, " + ME + "}")
                        .status())
                .isEqualTo(200);
        assertThat(post("/v1/drain", "{\"force\": true, " + ME + "}").status()).isEqualTo(200);
        OperatorOverride drain = Objects.requireNonNull(store.current().ofSite());
        assertThat(drain.untilMillis() - drain.sinceMillis()).as("eight hours").isEqualTo(8 * 3_600_000);
        assertThat(delete("/v1/drain", null).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'route': 'both.test', 'who': 'bob'} | why: is missing",
                "{'route': 'both.test', 'why': 'x'} | who: is missing",
                "{'route': 'both.test', 'why': '', 'who': 'bob'} | why: ",
                "{'route': 'both.test', 'why': 7, 'who': 'bob'} | why: 7 (expected: a text)",
                "{'route': '', 'why': 'x', 'who': 'bob'} | route: ",
                "{'route': null, 'why': 'x', 'who': 'bob'} | route: null",
                "{'rout': 'both.test', 'why': 'x', 'who': 'bob'} | \"rout\": unknown key (allowed: route,",
                "{'route': 'both.test', 'why': 'x', 'who': 'bob', 'for': '2 hours'} | for: \"2 hours\"",
                "{'route': 'both.test', 'why': 'x', 'who': 'bob', 'for': '0s'} | for: PT0S",
                "{'route': 'both.test', 'why': 'x', 'who': 'bob', 'for': '31d'} | for: ",
                "{'route': 'both.test', 'why': 'x', 'who': 'bob', 'force': 'yes'} | force: ",
                "{'why': 'x', 'why': 'y', 'who': 'bob'} | body: is no JSON",
                "{'why': 'x', 'who': 'bob'} {} | body: is no JSON",
                "[] | body: is no JSON object",
                "'' | body: is no JSON object",
                "drain | body: is no JSON",
            })
    void ordersThatAreNoneAreRefused(String body, String why) {
        AdminApi.Answer answer = post("/v1/drain", body.replace('\'', '"'));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(detail(answer)).startsWith(why);
        assertThat(store.current().all()).isEmpty();
    }

    @Test
    void anEmptyBodyIsRefused() {
        assertThat(post("/v1/drain", "").status()).isEqualTo(400);
        assertThat(post("/v1/force", "{\"route\": \"both.test\", " + ME + "}").status())
                .isEqualTo(400);
        assertThat(post("/v1/force", "{\"site\": \"DC 2\", \"route\": \"both.test\", " + ME + "}")
                        .status())
                .isEqualTo(400);
    }

    /** A slip in the name of a key must not be taken for the whole site. */
    @Test
    void aQueryThatIsNotUnderstoodIsRefused() {
        post("/v1/drain", "{\"force\": true, " + ME + "}");
        assertThat(delete("/v1/drain", "rout=both.test").status()).isEqualTo(400);
        assertThat(delete("/v1/drain", "route=").status()).isEqualTo(400);
        assertThat(api.answer("POST", "/v1/drain", "force=true", new byte[0]).status())
                .isEqualTo(400);
        assertThat(store.current().ofSite()).isNotNull();
    }

    @Test
    void onlyItsMethodsAreAllowed() {
        assertThat(api.answer("PUT", "/v1/drain", null).status()).isEqualTo(405);
        assertThat(api.answer("GET", "/v1/force", null).status()).isEqualTo(405);
        assertThat(api.answer("POST", "/v1/overrides", null).status()).isEqualTo(405);
        assertThat(api.allowed("/v1/drain")).isEqualTo("GET, HEAD, POST, DELETE");
    }

    @Test
    void tooManyAreRefused() {
        for (int i = 0; i < OverrideStore.MOST; i++) {
            post("/v1/drain", "{\"route\": \"app-" + i + ".test\", \"force\": true, " + ME + "}");
        }
        AdminApi.Answer answer = post("/v1/drain", "{\"route\": \"more.test\", \"force\": true, " + ME + "}");
        assertThat(answer.status()).isEqualTo(409);
        assertThat(detail(answer)).contains("256");
    }

    @Test
    void bodiesOverHttpAreReadAndBounded() throws IOException, InterruptedException {
        try (AdminServer server = new AdminServer(new AdminConfig(new InetSocketAddress("127.0.0.1", 0)), api)) {
            server.start();
            HttpClient client = HttpClient.newHttpClient();
            URI url = URI.create("http://127.0.0.1:" + server.address().getPort() + "/v1/drain");
            HttpRequest.Builder request = HttpRequest.newBuilder(url);
            String body = "{\"route\": \"both.test\", " + ME + "}";
            HttpResponse.BodyHandler<String> text = HttpResponse.BodyHandlers.ofString();
            assertThat(client.send(
                                    request.POST(HttpRequest.BodyPublishers.ofString(body))
                                            .build(),
                                    text)
                            .statusCode())
                    .isEqualTo(200);
            assertThat(store.current().all()).hasSize(1);
            String large = body + " ".repeat(16 << 10);
            assertThat(client.send(
                                    request.POST(HttpRequest.BodyPublishers.ofString(large))
                                            .build(),
                                    text)
                            .statusCode())
                    .isEqualTo(413);
        }
    }
}
