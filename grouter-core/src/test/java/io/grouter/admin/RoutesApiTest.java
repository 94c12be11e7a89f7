package io.grouter.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.rib.Rib;
import io.grouter.route.FeedState;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
import io.grouter.route.OfferChange;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class RoutesApiTest {
    private static final SiteId DC3 = new SiteId("dc3");

    private final ApiWorld world = new ApiWorld(1000);

    @AfterEach
    void stop() {
        world.close();
    }

    private void fill() {
        world.heard(DC3, Freshness.STALE);
        world.here("both.apps.test", "acme");
        world.here("here.apps.test/v1/x", "other");
        world.there(ApiWorld.DC2, "both.apps.test", new Offer(3, ApiWorld.GUID));
        world.there(DC3, "both.apps.test", new Offer(1, ApiWorld.GUID));
        world.there(
                ApiWorld.DC2, "pinned.apps.test", new Offer(9, "b").labelled(true, null, List.of("us"), new int[0]));
        world.there(DC3, "old.apps.test", new Offer(1, "c"));
        world.publish();
        world.thread.start();
    }

    private static List<String> names(JsonNode page) {
        List<String> names = new ArrayList<>();
        page.path("routes").forEach(route -> names.add(route.path("route").asString()));
        return names;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "host=APPS | both.apps.test here.apps.test/v1/x old.apps.test pinned.apps.test",
                "host=old. | old.apps.test",
                "path=/ | here.apps.test/v1/x",
                "path=/V1 | here.apps.test/v1/x",
                "path=/v2 | ''",
                "site=dc1 | both.apps.test here.apps.test/v1/x",
                "site=dc2 | both.apps.test pinned.apps.test",
                "site=dc9 | ''",
                "state=local | both.apps.test here.apps.test/v1/x",
                "state=remote | old.apps.test pinned.apps.test",
                "state=everywhere | both.apps.test",
                "state=stale | both.apps.test old.apps.test",
                "state=drained | pinned.apps.test",
                "state=conflict | ''",
                "state=empty | ''",
                "app=5ad1e2b4-3c1f-4d8e-9b1a-0c2d3e4f5a6b | both.apps.test here.apps.test/v1/x",
                "app=b | pinned.apps.test",
                "pin=us | pinned.apps.test",
                "pin=* | pinned.apps.test",
                "pin=eu | ''",
                "org=acme | both.apps.test",
                "org=id-of-acme&space=dev | both.apps.test",
                "space=dev | both.apps.test here.apps.test/v1/x",
                "org=acme&space=prod | ''",
                "site=dc2&state=drained&host=pin | pinned.apps.test",
                "sort=instances | pinned.apps.test both.apps.test here.apps.test/v1/x old.apps.test",
                "sort=sites | here.apps.test/v1/x old.apps.test pinned.apps.test both.apps.test",
                "sort=route&state=remote | old.apps.test pinned.apps.test",
                "sort=instances&org=acme | both.apps.test",
            })
    void filters(String query, String expected) {
        fill();
        List<String> wanted = expected.isEmpty() ? List.of() : List.of(expected.split(" "));
        JsonNode page = world.json("/v1/routes", query);
        assertThat(names(page)).isEqualTo(wanted);
        assertThat(page.path("total").asInt()).isEqualTo(wanted.size());
        assertThat(page.path("next").isNull()).isTrue();
        for (String limit : List.of("1", "2", "3")) {
            assertThat(pages(query + "&limit=" + limit)).containsExactlyInAnyOrderElementsOf(wanted);
        }
    }

    private List<String> pages(String query) {
        List<String> all = new ArrayList<>();
        String after = "";
        do {
            JsonNode page = world.json("/v1/routes", query + after);
            all.addAll(names(page));
            String next = page.path("next").asString(null);
            after = next == null ? "" : "&after=" + next.replace(" ", "%20");
        } while (!after.isEmpty());
        return all;
    }

    @Test
    void aRouteSaysHowItIs() {
        fill();
        JsonNode both = world.json("/v1/routes", "host=both").path("routes").path(0);
        assertThat(both.path("state").asString()).isEqualTo("everywhere");
        assertThat(both.path("stale").asBoolean()).isTrue();
        assertThat(both.has("regions")).isFalse();
        JsonNode pinned = world.json("/v1/routes", "host=pinned").path("routes").path(0);
        assertThat(pinned.path("state").asString()).isEqualTo("remote");
        assertThat(pinned.path("regions").path(0).asString()).isEqualTo("us");
        assertThat(pinned.path("drained").asBoolean()).isTrue();
    }

    @Test
    void oneRouteShowsEveryOfferAndWhoWins() {
        fill();
        JsonNode route = world.json("/v1/routes/both.apps.test", null).path("route");
        assertThat(route.path("offers").size()).isEqualTo(3);
        assertThat(route.path("offers").path(0).path("origin").asString()).isEqualTo("nats");
        assertThat(route.path("offers").path(0).path("winner").asBoolean()).isTrue();
        assertThat(route.path("offers").path(0).path("ageSeconds").asDouble()).isBetween(0.0, 60.0);
        assertThat(route.path("offers").path(2).path("freshness").asString()).isEqualTo("STALE");
        assertThat(route.path("winner").path("reason").asString()).isEqualTo("local");
        assertThat(route.path("endpoints")
                        .path(0)
                        .path("tags")
                        .path("organization_name")
                        .asString())
                .isEqualTo("acme");
        JsonNode pinned = world.json("/v1/routes/pinned.apps.test", null).path("route");
        assertThat(pinned.path("winner").path("decision").asString()).isEqualTo("redirect");
        assertThat(pinned.path("winner").path("site").asString()).isEqualTo("dc2");
        assertThat(pinned.path("offers").path(0).path("winner").asBoolean()).isTrue();
    }

    @Test
    void theTotalIsGivenWhereItIsCheap() {
        fill();
        assertThat(world.json("/v1/routes", "limit=1").path("total").asInt()).isEqualTo(4);
        assertThat(world.json("/v1/routes", "limit=1&host=apps").path("total").isNull())
                .isTrue();
        assertThat(world.json("/v1/routes", "limit=1&sort=route&host=apps")
                        .path("total")
                        .asInt())
                .isEqualTo(4);
    }

    @Test
    void aRouteThatStaysIsOnOnePageWhileTheTableChanges()
            throws InterruptedException, ExecutionException, TimeoutException {
        world.thread.start();
        world.change(tables -> {
            for (int i = 0; i < 400; i++) {
                ApiWorld.here(tables, "stays-" + i + ".test", "acme");
            }
        });
        for (String query : List.of("limit=7", "limit=7&sort=route", "limit=7&sort=instances", "limit=7&org=acme")) {
            List<String> seen = new ArrayList<>();
            String after = "";
            int round = 0;
            do {
                JsonNode page = world.json("/v1/routes", query + after);
                seen.addAll(names(page).stream()
                        .filter(name -> name.startsWith("stays"))
                        .toList());
                String next = page.path("next").asString(null);
                after = next == null ? "" : "&after=" + next.replace(" ", "%20");
                int now = round++;
                world.change(tables -> move(tables, now));
            } while (!after.isEmpty());
            assertThat(seen).as(query).hasSize(400).doesNotHaveDuplicates();
        }
    }

    private static void move(Rib tables, int round) {
        for (int i = 0; i < 20; i++) {
            RouteUri uri = RouteUri.parse((i % 2 == 0 ? "a" : "z") + "-moves-" + i + "-" + round % 5 + ".test");
            Offer offer = round % 2 == 0 ? new Offer(1, "") : null;
            tables.learn(ApiWorld.DC2, new OfferChange(uri, offer), System.nanoTime());
        }
    }

    @Test
    void aTagChangesWithRoutesAndWithTrust() throws InterruptedException, ExecutionException, TimeoutException {
        fill();
        String first = tag("");
        world.change(tables -> tables.feed(FeedState.SILENT, "test", System.nanoTime()));
        assertThat(tag("")).isEqualTo(first);
        world.change(tables -> tables.freshness(ApiWorld.DC2, Freshness.SUSPECT, System.nanoTime()));
        String second = tag("");
        assertThat(second).isNotEqualTo(first);
        world.change(tables -> ApiWorld.here(tables, "new.test", ""));
        assertThat(tag("")).isNotEqualTo(second);
        assertThat(tag("org=acme")).isEmpty();
    }

    private String tag(@Nullable String query) {
        return world.get("/v1/routes", query).headers().getOrDefault("ETag", "");
    }

    /** What was written before is not there any more when the rest is: a stream holds one block of routes. */
    @Test
    void aStreamIsWrittenWhileTheTableIsWalked() throws IOException {
        for (int i = 0; i < 20_000; i++) {
            world.here("app-" + i + ".test", "");
        }
        world.publish();
        world.thread.start();
        AdminApi.Answer answer = world.get("/v1/routes", "limit=all&host=app-1");
        assertThat(answer.contentType()).isEqualTo("application/json");
        int[] largest = {0};
        long[] written = {0};
        ((StreamedBody) answer.body()).write(new OutputStream() {
            @Override
            public void write(int b) {
                written[0]++;
            }

            @Override
            public void write(byte[] bytes, int from, int length) {
                largest[0] = Math.max(largest[0], length);
                written[0] += length;
            }
        });
        assertThat(written[0]).isGreaterThan(2_000_000);
        assertThat(largest[0]).isLessThanOrEqualTo(64 << 10);
    }
}
