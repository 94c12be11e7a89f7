package io.grouter.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.fib.Fib;
import io.grouter.fib.RouteEntry;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import io.grouter.steering.Decision;
import io.grouter.steering.OwnSite;
import io.grouter.steering.RequestFacts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class DryRunTest {
    private static final String ME = "\"who\": \"ann\", \"why\": \"a test\"";
    private static final SiteId DC3 = new SiteId("dc3");

    private final ApiWorld world = new ApiWorld(1000);

    @BeforeEach
    void fill() {
        world.heard(DC3, Freshness.SUSPECT);
        for (int i = 0; i < 30; i++) {
            world.here("both-" + i + ".apps.test", "");
            world.there(ApiWorld.DC2, "both-" + i + ".apps.test", new Offer(1, ""));
        }
        for (int i = 0; i < 150; i++) {
            world.here("here-" + i + ".apps.test/v1", "");
        }
        world.here("suspect.apps.test", "");
        world.there(DC3, "suspect.apps.test", new Offer(1, ""));
        world.there(ApiWorld.DC2, "there.apps.test", new Offer(1, ""));
        world.publish();
        world.thread.start();
    }

    @AfterEach
    void stop() {
        world.close();
    }

    private JsonNode send(String method, String path, String query, String body) {
        AdminApi.Answer answer = world.api.answer(method, path, query, body.getBytes(StandardCharsets.UTF_8));
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
        return ApiWorld.json(answer);
    }

    /** Returns which site each route's requests go to now. */
    private Map<String, String> where() {
        Fib fib = world.fib();
        OwnSite own = world.own();
        Map<String, String> where = new TreeMap<>();
        List<RouteEntry> all = new ArrayList<>();
        fib.forEach(all::add);
        for (RouteEntry route : all) {
            RouteUri uri = route.uri();
            String path = uri.path().isEmpty() ? "/" : uri.path();
            Decision decision = world.steering.decide(fib, own, new RequestFacts(false, uri.host(), path, "127.0.0.1"));
            where.put(uri.toString(), String.valueOf(Decisions.site(decision, fib.ownSite())));
        }
        return where;
    }

    private static void isWhatHappened(JsonNode dry, Map<String, String> before, Map<String, String> after) {
        Map<String, Integer> moves = new TreeMap<>();
        before.forEach((route, from) -> {
            String to = String.valueOf(after.get(route));
            if (!from.equals(to)) {
                moves.merge(from + " " + to, 1, Integer::sum);
            }
        });
        Map<String, Integer> said = new TreeMap<>();
        dry.path("moves")
                .forEach(move -> said.put(
                        move.path("from").asString() + " " + move.path("to").asString(),
                        move.path("routes").asInt()));
        assertThat(said).isEqualTo(moves);
        assertThat(dry.path("moved").asInt())
                .isEqualTo(moves.values().stream().mapToInt(Integer::intValue).sum());
        dry.path("routes")
                .forEach(route -> assertThat(route.path("to").asString("null"))
                        .isEqualTo(after.get(route.path("route").asString())));
    }

    @Test
    void drainingTheSiteDoesWhatWasSaid() {
        Map<String, String> before = where();
        JsonNode dry = send("POST", "/v1/drain", "dryRun=true", "{" + ME + "}");
        assertThat(where()).isEqualTo(before);
        assertThat(world.store.current().isEmpty()).isTrue();
        assertThat(dry.path("considered").asInt()).isEqualTo(181);
        assertThat(dry.path("moved").asInt()).isEqualTo(30);
        assertThat(dry.path("withoutSite").asInt()).isEqualTo(151);
        assertThat(dry.path("refused").asString()).contains("151 of the 181 routes");
        assertThat(dry.path("routes").size()).isEqualTo(100);
        assertThat(dry.path("routes").path(0).path("route").asString()).isEqualTo("both-0.apps.test");

        send("POST", "/v1/drain", "", "{\"force\": true, " + ME + "}");
        Map<String, String> drained = where();
        isWhatHappened(dry, before, drained);

        JsonNode back = send("DELETE", "/v1/drain", "dryRun=true", "");
        assertThat(world.store.current().ofSite()).isNotNull();
        send("DELETE", "/v1/drain", "", "");
        assertThat(where()).isEqualTo(before);
        isWhatHappened(back, drained, before);
    }

    @Test
    void drainingARouteDoesWhatWasSaid() {
        Map<String, String> before = where();
        String order = "{\"route\": \"both-3.apps.test\", " + ME + "}";
        JsonNode dry = send("POST", "/v1/drain", "dryRun=true", order);
        assertThat(dry.path("refused").isNull()).isTrue();
        assertThat(dry.path("considered").asInt()).isEqualTo(1);
        assertThat(dry.path("withoutSite").asInt()).isZero();
        send("POST", "/v1/drain", "", order);
        isWhatHappened(dry, before, where());
    }

    @Test
    void whatWouldBeRefusedIsSaid() {
        JsonNode unknown = send("POST", "/v1/drain", "dryRun=true", "{\"route\": \"no.test\", " + ME + "}");
        assertThat(unknown.path("refused").asString()).contains("does not have the route no.test");
        assertThat(unknown.path("considered").asInt()).isZero();
        JsonNode forced = send(
                "POST",
                "/v1/force",
                "dryRun=true",
                "{\"route\": \"suspect.apps.test\", \"site\": \"dc2\", " + ME + "}");
        assertThat(forced.path("refused").asString()).contains("does not offer suspect.apps.test");
    }

    @Test
    void forcingARouteDoesWhatWasSaid() {
        Map<String, String> before = where();
        String order = "{\"route\": \"both-7.apps.test\", \"site\": \"dc2\", " + ME + "}";
        JsonNode dry = send("POST", "/v1/force", "dryRun=true", order);
        assertThat(dry.path("moves").path(0).path("how").asString()).isEqualTo("redirect");
        send("POST", "/v1/force", "", order);
        isWhatHappened(dry, before, where());
    }
}
