package io.grouter.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grouter.route.Freshness;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Watchers of a running server. */
@Timeout(60)
class EventsIT {
    private static final int CAPACITY = 50;

    private final ApiWorld world = new ApiWorld(CAPACITY);
    private final List<Watcher> watchers = new ArrayList<>();
    private AdminServer server;

    @BeforeEach
    void start() throws IOException {
        AdminLimits limits = new AdminLimits(3, 1, Duration.ofMinutes(1));
        server = new AdminServer(new AdminConfig(new InetSocketAddress("127.0.0.1", 0), limits), world.api);
        world.thread.start();
        server.start();
    }

    @AfterEach
    void stop() throws IOException {
        for (Watcher each : watchers) {
            each.close();
        }
        server.close();
        world.close();
    }

    private record Event(String type, String id, JsonNode data) {}

    /** Reads events over a plain socket; by HTTP/1.0, so that no chunk begins in the middle of a line. */
    private final class Watcher implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader in;
        private final String status;

        Watcher(String query, String lastEventId) throws IOException {
            socket = new Socket("127.0.0.1", server.address().getPort());
            socket.setSoTimeout(20_000);
            String header = lastEventId.isEmpty() ? "" : "Last-Event-ID: " + lastEventId + "\r\n";
            socket.getOutputStream()
                    .write(("GET /v1/events" + query + " HTTP/1.0\r\nHost: localhost\r\n" + header + "\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            status = in.readLine();
            watchers.add(this);
        }

        /** Returns the next event of a type; comments are passed over. */
        Event next(String wanted) throws IOException {
            String id = "";
            String type = "";
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("event: ")) {
                    type = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    Event event =
                            new Event(type, id, JsonMapper.builder().build().readTree(line.substring(6)));
                    if (type.equals(wanted)) {
                        return event;
                    }
                    id = "";
                }
            }
            throw new IOException("the stream ended before " + wanted);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void tellsWhatHappensAsItHappens() throws Exception {
        Watcher watcher = new Watcher("", "");
        assertThat(watcher.status).contains("200");
        assertThat(watcher.next("site").data().path("site").asString()).isEqualTo("dc1");
        assertThat(watcher.next("site").data().path("freshness").asString()).isEqualTo("FRESH");
        world.change(tables -> ApiWorld.here(tables, "new.apps.test", ""));
        Event added = watcher.next("journal");
        assertThat(added.data().path("what").asString()).isEqualTo("route-added");
        assertThat(added.data().path("route").asString()).isEqualTo("new.apps.test");
        assertThat(added.id()).endsWith("-" + added.data().path("id").asLong());
        watcher.next("stats");
        world.change(tables -> tables.freshness(ApiWorld.DC2, Freshness.SUSPECT, System.nanoTime()));
        Event changed = watcher.next("site");
        while (!changed.data().path("site").asString().equals("dc2")) {
            changed = watcher.next("site");
        }
        assertThat(changed.data().path("freshness").asString()).isEqualTo("SUSPECT");
    }

    @Test
    void figuresComeEverySecond() throws Exception {
        Watcher watcher = new Watcher("?types=stats", "");
        watcher.next("stats");
        world.counted.addAndGet(1_000_000);
        Event busy = watcher.next("stats");
        while (busy.data().path("traffic").path("forwarded").asDouble() == 0) {
            busy = watcher.next("stats");
        }
        assertThat(busy.data()
                        .path("sites")
                        .path(1)
                        .path("traffic")
                        .path("redirected")
                        .asDouble())
                .isPositive();
        assertThat(busy.data().path("site").asString()).isEqualTo("dc1");
    }

    @Test
    void goesOnWhereAWatcherLeftOff() throws Exception {
        Watcher first = new Watcher("?types=journal", "");
        world.change(tables -> ApiWorld.here(tables, "a.apps.test", ""));
        String seen = first.next("journal").id();
        first.close();
        world.change(tables -> ApiWorld.here(tables, "b.apps.test", ""));
        world.change(tables -> ApiWorld.here(tables, "c.apps.test", ""));
        Watcher again = new Watcher("?types=journal", seen);
        assertThat(again.next("journal").data().path("route").asString()).isEqualTo("b.apps.test");
        assertThat(again.next("journal").data().path("route").asString()).isEqualTo("c.apps.test");
    }

    @Test
    void saysWhatWasMissed() throws Exception {
        Watcher first = new Watcher("?types=journal", "");
        world.change(tables -> ApiWorld.here(tables, "a.apps.test", ""));
        String seen = first.next("journal").id();
        first.close();
        for (int i = 0; i < CAPACITY + 7; i++) {
            String name = "b-" + i + ".apps.test";
            world.change(tables -> ApiWorld.here(tables, name, ""));
        }
        Watcher again = new Watcher("?types=journal", seen);
        assertThat(again.next("lost").data().path("missed").asInt()).isEqualTo(7);
        assertThat(again.next("journal").data().path("route").asString()).isEqualTo("b-7.apps.test");
        Watcher stranger = new Watcher("?types=journal&lastEventId=00000000-5", "");
        assertThat(stranger.next("lost").data().path("missed").isNull()).isTrue();
    }

    @Test
    void thereIsRoomForSoManyOnly() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(new Watcher("?types=stats", "").status).contains("200");
        }
        Watcher tooMany = new Watcher("?types=stats", "");
        assertThat(tooMany.status).contains("503");
        assertThat((String) world.get("/metrics", null).body())
                .contains("grouter_admin_streams_refused_total{kind=\"events\"} 1.0")
                .contains("grouter_admin_streams{kind=\"events\"} 3.0");
        assertThat(world.get("/health", null).status()).isEqualTo(200);
        watchers.get(0).close();
        await().atMost(Duration.ofSeconds(20)).until(() -> new Watcher("?types=stats", "").status.contains("200"));
    }

    /** Its socket takes nothing any more after a while; then it is cut off, and others go on. */
    @Test
    void whoDoesNotReadIsCutOff() throws Exception {
        Watcher slow = new Watcher("?types=journal", "");
        Watcher quick = new Watcher("?types=journal", "");
        String filler = "x".repeat(900);
        int[] round = {0};
        await().atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> {
                    for (int i = 0; i < 40; i++) {
                        String name = filler + round[0]++ + ".apps.test";
                        world.change(tables -> ApiWorld.here(tables, name, ""));
                    }
                    while (quick.in.ready()) {
                        quick.in.readLine();
                    }
                    return ((String) world.get("/metrics", null).body())
                            .contains("grouter_admin_streams_cut_off_total{kind=\"events\"} 1.0");
                });
        assertThat(slow.socket.isConnected()).isTrue();
        world.change(tables -> ApiWorld.here(tables, "last.apps.test", ""));
        Event event = quick.next("journal");
        while (!event.data().path("route").asString("").equals("last.apps.test")) {
            event = quick.next("journal");
        }
    }

    /** What a table takes to be read must not keep others from the API. */
    @Test
    void aReaderThatStopsHoldsUpNobody() throws Exception {
        String filler = "x".repeat(800);
        world.change(tables -> {
            for (int i = 0; i < 20_000; i++) {
                ApiWorld.here(tables, i + filler + ".apps.test", "");
            }
        });
        try (Socket reader = new Socket("127.0.0.1", server.address().getPort())) {
            reader.getOutputStream()
                    .write("GET /v1/routes?limit=all HTTP/1.1\r\nHost: localhost\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> ((String) world.get("/metrics", null).body())
                            .contains("grouter_admin_streams{kind=\"tables\"} 1.0"));
            for (int i = 0; i < 5; i++) {
                try (Socket other = new Socket("127.0.0.1", server.address().getPort())) {
                    other.setSoTimeout(5_000);
                    other.getOutputStream()
                            .write("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
                    assertThat(other.getInputStream().read()).isEqualTo('H');
                }
            }
            await().atMost(Duration.ofSeconds(40))
                    .until(() -> ((String) world.get("/metrics", null).body())
                            .contains("grouter_admin_streams_cut_off_total{kind=\"tables\"} 1.0"));
        }
    }
}
