package io.grouter.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
import io.grouter.route.RedirectMode;
import io.grouter.route.SiteId;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Holds every answer of a running server against the document that it serves. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdminContractIT {
    private static final String BASE = "https://grouter.test/openapi.json";
    private static final String ME = "\"who\": \"ann\", \"why\": \"a test\"";

    private final HttpClient client = HttpClient.newHttpClient();
    private final ApiWorld world = new ApiWorld(100);
    private AdminServer server;
    private JsonNode document;
    private SchemaRegistry schemas;

    @BeforeAll
    void start() throws IOException {
        world.here("both.apps.test", "acme");
        world.here("here.apps.test/v1", "");
        world.here("*.wild.apps.test", "");
        world.there(ApiWorld.DC2, "both.apps.test", new Offer(3, ApiWorld.GUID));
        world.there(
                ApiWorld.DC2,
                "there.apps.test",
                new Offer(1, "no-guid").labelled(true, RedirectMode.NEVER, List.of("us"), new int[0]));
        world.heard(new SiteId("dc3"), Freshness.STALE);
        world.there(new SiteId("dc3"), "there.apps.test", new Offer(2, ""));
        world.publish();
        world.thread.start();
        server = new AdminServer(AdminConfig.at(new InetSocketAddress("127.0.0.1", 0)), world.api, world.sources);
        server.start();
        try (InputStream in = AdminApi.class.getResourceAsStream("/openapi.yaml")) {
            document = YAMLMapper.builder().build().readTree(in);
        }
        String text = document.toString();
        schemas = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Map.of(BASE, text)));
    }

    @AfterAll
    void stop() throws IOException {
        server.close();
        world.close();
    }

    /** What is asked, in order: method, path with query, body; and the status expected. */
    static List<String[]> requests() {
        List<String[]> all = new ArrayList<>();
        for (String line : """
                GET /health 200
                GET /ready 503
                GET /metrics 200
                GET /openapi.yaml 200
                GET /v1/threads 200
                GET /v1/routes 200
                HEAD /v1/routes 200
                OPTIONS /v1/routes 204
                GET /v1/routes?limit=1 200
                GET /v1/routes?limit=all 200
                GET /v1/routes?host=BOTH&path=&site=dc2&state=everywhere&app=5ad1e2b4-3c1f-4d8e-9b1a-0c2d3e4f5a6b 200
                GET /v1/routes?org=acme&space=dev 200
                GET /v1/routes?pin=us&state=drained 200
                GET /v1/routes?sort=route&limit=1 200
                GET /v1/routes?sort=instances&limit=1 200
                GET /v1/routes?sort=sites 200
                GET /v1/routes?after=~00000000-x0000000000000000 410
                GET /v1/routes?sort=route&limit=all 400
                GET /v1/routes?limit=0 400
                GET /v1/routes?state=odd 400
                GET /v1/routes?site=DC%202 400
                GET /v1/routes?unknown=1 400
                GET /v1/routes?host=a&host=b 400
                GET /v1/routes/both.apps.test 200
                GET /v1/routes/here.apps.test/v1 200
                GET /v1/routes/there.apps.test 200
                GET /v1/routes/*.wild.apps.test 200
                GET /v1/routes/nobody.test 404
                GET /v1/sites 200
                GET /v1/sites/dc1 200
                GET /v1/sites/dc2 200
                GET /v1/sites/dc9 404
                GET /v1/sites/D 400
                GET /v1/nodes 200
                GET /v1/gorouters 200
                GET /v1/feed 200
                GET /v1/journal 200
                GET /v1/journal?limit=1 200
                GET /v1/journal?since=1h&kind=route-added,site-changed&site=dc2&host=there 200
                GET /v1/journal?since=0&before=5 200
                GET /v1/journal?since=2026-01-01T00:00:00Z 200
                GET /v1/journal?since=yesterday 400
                GET /v1/journal?kind=odd 400
                GET /v1/journal?before=x 400
                GET /v1/events?types=odd 400
                GET /v1/events?lastEventId=odd 400
                GET /v1/explain?url=http://there.apps.test/x 200
                GET /v1/explain?url=both.apps.test&client=192.0.2.7&method=POST&session=i&credentials=true&relayed=true 200
                GET /v1/explain?url=http://nobody.apps.test/ 200
                GET /v1/explain?name=both.apps.test&type=A&client=192.0.2.7 200
                GET /v1/explain?name=both.apps.test&type=MX 400
                GET /v1/explain?name=both.apps.test&method=GET 400
                GET /v1/explain?url=http://a/&type=A 400
                GET /v1/explain?url=ftp://a/ 400
                GET /v1/explain?url=a&relayed=maybe 400
                GET /v1/explain 400
                GET /v1/config 200
                POST /v1/reload 200
                POST /v1/guard/release 409
                POST /v1/guard/release?site=dc2 409
                POST /v1/sites/dc2/forget 409
                POST /v1/sites/dc9/forget 404
                POST /v1/drain?dryRun=true 200 {"route": "both.apps.test", ME}
                POST /v1/drain?dryRun=true 200 {ME}
                POST /v1/drain?dryRun=perhaps 400 {ME}
                POST /v1/drain 404 {"route": "nobody.apps.test", ME}
                POST /v1/drain 409 {ME}
                POST /v1/drain 200 {"route": "both.apps.test", ME}
                GET /v1/routes/both.apps.test 200
                GET /v1/drain 200
                POST /v1/force?dryRun=true 200 {"route": "here.apps.test/v1", "site": "dc2", ME}
                POST /v1/force 409 {"route": "here.apps.test/v1", "site": "dc2", ME}
                POST /v1/force 200 {"route": "here.apps.test/v1", "site": "dc2", "force": true, ME}
                GET /v1/overrides 200
                DELETE /v1/force?route=here.apps.test/v1&dryRun=true 200
                DELETE /v1/force?route=here.apps.test/v1&who=bob 200
                DELETE /v1/force?route=here.apps.test/v1 404
                DELETE /v1/drain?route=both.apps.test&who=bob 200
                DELETE /v1/drain 404
                POST /v1/force 400 {}
                POST /v1/force 400 no
                PUT /v1/loglevels 200 {"logger": "io.grouter", "level": "DEBUG", "for": "1m", "who": "ann"}
                GET /v1/loglevels 200
                PUT /v1/loglevels 200 {"logger": "io.grouter", "level": null}
                PUT /v1/loglevels 400 {"logger": "io.grouter", "level": "LOUD"}
                PUT /v1/loglevels 400 {"logger": "io.grouter", "level": "INFO", "for": "25h"}
                PUT /v1/loglevels 400 {"logger": "../x", "level": "INFO"}
                POST /v1/routes 405
                PUT /v1/drain 405
                DELETE /v1/routes/both.apps.test 405
                GET /v2 404
                """.split("\n", -1)) {
            String[] parts = line.split(" ", 4);
            if (parts.length >= 3) {
                all.add(new String[] {parts[0], parts[1], parts[2], parts.length > 3 ? parts[3].replace("ME", ME) : ""
                });
            }
        }
        return all;
    }

    private HttpResponse<String> send(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        URI url = URI.create("http://127.0.0.1:" + server.address().getPort() + path.replace(" ", "%20"));
        HttpRequest.Builder request = HttpRequest.newBuilder(url).timeout(Duration.ofSeconds(20));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(
                request.method(
                                method,
                                body.isEmpty()
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    @Test
    void everyAnswerIsAsTheDocumentSays() throws IOException, InterruptedException {
        Set<String> asked = new TreeSet<>();
        for (String[] each : requests()) {
            String what = each[0] + " " + each[1] + " " + each[3];
            HttpResponse<String> answer = send(each[0], each[1], each[3]);
            assertThat(answer.statusCode()).as(what + "\n" + answer.body()).isEqualTo(Integer.parseInt(each[2]));
            String path = each[1].split("\\?", 2)[0];
            Operation operation = world.api.operations().find(each[0], path);
            if (operation != null) {
                asked.add(operation.method() + " " + documented(operation));
                check(what, operation, answer, each[0].equals("HEAD"));
            } else if (answer.statusCode() >= 400) {
                assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
                validate(what, pointer("components", "schemas", "Problem"), answer.body());
            }
            if (answer.statusCode() == 405 || answer.statusCode() == 204) {
                assertThat(answer.headers().firstValue("Allow")).hasValue(world.api.allowed(path));
            }
        }
        Set<String> all = inDocument();
        all.remove("GET /v1/events"); // has no end: EventsIT reads it
        assertThat(asked).containsAll(all);
    }

    private void check(String what, Operation operation, HttpResponse<String> answer, boolean head) {
        String path = documented(operation);
        String method = operation.method().toLowerCase(Locale.ROOT);
        JsonNode responses = document.path("paths").path(path).path(method).path("responses");
        String status = String.valueOf(answer.statusCode());
        String key = responses.has(status) ? status : "default";
        assertThat(responses.has(key)).as(what + ": " + status).isTrue();
        JsonNode response = responses.get(key);
        String at = response.has("$ref")
                ? response.get("$ref").asString()
                : pointer("paths", path, method, "responses", key);
        JsonNode content = resolve(response).path("content");
        String type = answer.headers().firstValue("Content-Type").orElse("").split(";", 2)[0];
        if (content.isMissingNode()) {
            assertThat(answer.body()).as(what).isEmpty();
            return;
        }
        assertThat(content.has(type)).as(what + ": " + type).isTrue();
        if (type.endsWith("json") && !head) {
            validate(what, at + pointer("content", type, "schema").substring(1), answer.body());
        }
    }

    private JsonNode resolve(JsonNode node) {
        return node.has("$ref") ? document.at(node.get("$ref").asString().substring(1)) : node;
    }

    private static String pointer(String... parts) {
        StringBuilder pointer = new StringBuilder("#");
        Arrays.stream(parts)
                .forEach(part ->
                        pointer.append('/').append(part.replace("~", "~0").replace("/", "~1")));
        return pointer.toString();
    }

    private void validate(String what, String pointer, String body) {
        assertThat(errors(pointer, body)).as(what + "\n" + body).isEmpty();
    }

    private List<Error> errors(String pointer, String body) {
        String fragment = pointer.replace("{", "%7B").replace("}", "%7D");
        return schemas.getSchema(SchemaLocation.of(BASE + fragment)).validate(body, InputFormat.JSON);
    }

    @Test
    void whatTheDocumentDoesNotSayIsFound() throws IOException, InterruptedException {
        String at = pointer("paths", "/v1/sites", "get", "responses", "200", "content", "application/json", "schema");
        String sites = send("GET", "/v1/sites", "").body();
        assertThat(errors(at, sites)).isEmpty();
        assertThat(errors(at, sites.replace("\"headroom\"", "\"headrom\""))).isNotEmpty();
        assertThat(errors(at, sites.replace("\"FRESH\"", "\"fresh\""))).isNotEmpty();
        assertThat(errors(pointer("components", "schemas", "RouteDetail"), "{}"))
                .isNotEmpty();
    }

    private static String documented(Operation operation) {
        return operation.path().replace("*}", "}");
    }

    private Set<String> inDocument() {
        Set<String> all = new TreeSet<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .propertyNames()
                        .forEach(method -> all.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
        return all;
    }

    @Test
    void everyOperationIsInTheDocumentAndTheOtherWayRound() {
        Set<String> routed = new TreeSet<>();
        for (Operation each : world.api.operations().all()) {
            routed.add(each.method() + " " + documented(each));
            JsonNode operation = document.path("paths")
                    .path(documented(each))
                    .path(each.method().toLowerCase(Locale.ROOT));
            assertThat(operation.path("x-grouter-role").asString(""))
                    .as(each.path())
                    .isEqualTo(each.role().name().toLowerCase(Locale.ROOT));
            Set<String> parameters = new TreeSet<>();
            operation.path("parameters").forEach(parameter -> {
                if (resolve(parameter).path("in").asString("").equals("query")) {
                    parameters.add(resolve(parameter).path("name").asString(""));
                }
            });
            assertThat(new TreeSet<>(each.parameters())).as(each.path()).isEqualTo(parameters);
            boolean tagged = operation.path("responses").has("304");
            assertThat(each.tag() != null).as(each.path()).isEqualTo(tagged);
        }
        assertThat(routed).isEqualTo(inDocument());
    }

    @Test
    void everyExampleIsAsItsSchemaSays() {
        int[] checked = {0};
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(method -> method.getValue()
                                .path("responses")
                                .properties()
                                .forEach(response -> response.getValue()
                                        .path("content")
                                        .properties()
                                        .forEach(content -> {
                                            JsonNode example =
                                                    content.getValue().path("example");
                                            if (example.isObject()) {
                                                checked[0]++;
                                                validate(
                                                        path.getKey() + " example",
                                                        pointer(
                                                                "paths",
                                                                path.getKey(),
                                                                method.getKey(),
                                                                "responses",
                                                                response.getKey(),
                                                                "content",
                                                                content.getKey(),
                                                                "schema"),
                                                        example.toString());
                                            }
                                        }))));
        assertThat(checked[0]).isGreaterThan(4);
    }

    static List<String> tagged() {
        return List.of("/v1/routes", "/v1/routes?limit=all", "/v1/journal", "/openapi.yaml");
    }

    @ParameterizedTest
    @MethodSource("tagged")
    void whatHasNotChangedIsNotSentAgain(String path) throws IOException, InterruptedException {
        HttpResponse<String> first = send("GET", path, "");
        String tag = first.headers().firstValue("ETag").orElseThrow();
        HttpResponse<String> again = send("GET", path, "", "If-None-Match", "\"other\", " + tag);
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        assertThat(again.headers().firstValue("ETag")).hasValue(tag);
        assertThat(send("GET", path, "", "If-None-Match", "\"other\"").statusCode())
                .isEqualTo(200);
    }

    @Test
    void aStreamOfLinesEndsWithItsTotal() throws IOException, InterruptedException {
        HttpResponse<String> answer = send("GET", "/v1/routes", "", "Accept", "application/x-ndjson");
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/x-ndjson");
        List<String> lines = answer.body().lines().toList();
        assertThat(lines).hasSize(5).last().isEqualTo("{\"total\":4}");
        String at =
                pointer("paths", "/v1/routes", "get", "responses", "200", "content", "application/x-ndjson", "schema");
        lines.forEach(line -> validate("line", at, line));
        HttpResponse<String> whole = send("GET", "/v1/routes?limit=all&host=nobody", "");
        assertThat(whole.body()).isEqualTo("{\"routes\":[\n],\"total\":0,\"next\":null}\n");
    }

    @Test
    void aNodeThatAnswersNoDnsSaysSo() throws IOException, InterruptedException {
        try (ApiWorld other = new ApiWorld(10);
                AdminServer without = new AdminServer(
                        AdminConfig.at(new InetSocketAddress("127.0.0.1", 0)), other.api, other.sources)) {
            other.withoutDns();
            without.start();
            URI url = URI.create("http://127.0.0.1:" + without.address().getPort() + "/v1/explain?name=a.test");
            HttpResponse<String> answer =
                    client.send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("urn:grouter:problem:unavailable");
        }
    }
}
