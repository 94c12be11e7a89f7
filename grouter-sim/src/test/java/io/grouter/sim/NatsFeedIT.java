package io.grouter.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grouter.fib.Fib;
import io.grouter.fib.RouteEntry;
import io.grouter.nats.NatsFeed;
import io.grouter.rib.Rib;
import io.grouter.rib.RibThread;
import io.grouter.route.FeedState;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import io.grouter.testing.Configs;
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The feed against a NATS server, a real one where there is one. */
@Timeout(60)
class NatsFeedIT {
    private static final Duration CAP = Duration.ofSeconds(10);

    private final PrometheusRegistry metrics = new PrometheusRegistry();
    private final int port = freePort();
    private final int otherPort = freePort();
    private final NatsBroker broker = Brokers.on(port);
    private final NatsBroker other = Brokers.on(otherPort);
    private final RibThread rib =
            new RibThread(new Rib(Configs.rib(), new SiteId("dc1"), metrics), System::nanoTime, 10_000, metrics);
    private final NatsFeed feed = new NatsFeed(
            Configs.nats(List.of("nats://127.0.0.1:" + port, "nats://127.0.0.1:" + otherPort)),
            rib,
            System::nanoTime,
            metrics);

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void start() throws IOException {
        broker.start();
        rib.start();
        feed.start();
    }

    @AfterEach
    void stop() {
        feed.close();
        rib.close();
        broker.close();
        other.close();
    }

    private Connection client(int to) throws IOException, InterruptedException {
        return Nats.connect("nats://127.0.0.1:" + to);
    }

    private static byte[] register(String uri, int at) {
        return ("{\"host\":\"10.0.0.1\",\"port\":" + at + ",\"uris\":[\"" + uri + "\"]}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private void awaitFeed(FeedState state) {
        await("feed is " + state).atMost(CAP).until(() -> rib.fib().feed() == state);
    }

    private boolean has(String uri) {
        RouteEntry route = rib.fib().get(RouteUri.parse(uri));
        return route != null && route.local();
    }

    /** Publishes until the route is there: a message sent before the subscription stands is nobody's. */
    private void registerUntilSeen(Connection client, String uri) {
        await(uri + " is in the table")
                .atMost(CAP)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    client.publish("router.register", register(uri, 1));
                    return has(uri);
                });
    }

    @Test
    void learnsWarmsUpAndForgets() throws Exception {
        try (Connection client = client(port)) {
            registerUntilSeen(client, "a.test");
            assertThat(rib.fib().feed()).isIn(FeedState.WARMING, FeedState.LIVE);
            await("feed is live").atMost(CAP).until(() -> {
                client.publish("router.register", register("b.test/v1", 1));
                return rib.fib().feed() == FeedState.LIVE;
            });
            client.publish("router.unregister", register("b.test/v1", 1));
            await().atMost(CAP).until(() -> !has("b.test/v1"));
        }
    }

    @Test
    void badMessagesAreCountedAndHarmNoOthers() throws Exception {
        try (Connection client = client(port)) {
            registerUntilSeen(client, "a.test");
            client.publish("router.register", "rubbish".getBytes(StandardCharsets.UTF_8));
            client.publish("router.register", "{\"port\":\"80\"}".getBytes(StandardCharsets.UTF_8));
            client.publish("router.register", register("x".repeat(3000), 1));
            client.publish("router.register", register("b.test", 1));
            await().atMost(CAP).until(() -> has("b.test"));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrometheusTextFormatWriter.create().write(out, metrics.scrape());
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("grouter_nats_rejected_total{reason=\"json\"} 1.0")
                .contains("grouter_nats_rejected_total{reason=\"type\"} 1.0")
                .contains("grouter_nats_rejected_total{reason=\"oversized\"} 1.0");
    }

    @Test
    void routesOutliveTheServerAndItsReturnIsNoticed() throws Exception {
        try (Connection client = client(port)) {
            registerUntilSeen(client, "a.test");
            awaitFeed(FeedState.LIVE);
        }
        broker.close();
        awaitFeed(FeedState.LOST);
        assertThat(has("a.test")).isTrue();
        broker.start();
        awaitFeed(FeedState.WARMING);
        try (Connection client = client(port)) {
            registerUntilSeen(client, "b.test");
        }
        awaitFeed(FeedState.LIVE);
        assertThat(has("a.test")).isTrue();
    }

    @Test
    void goesToTheOtherServerWhenOneIsLost() throws Exception {
        await().atMost(CAP).until(() -> rib.fib().feed() == FeedState.WARMING);
        broker.close();
        other.start();
        try (Connection client = client(otherPort)) {
            registerUntilSeen(client, "a.test");
        }
    }

    /** An answer to a greeting, or a start message, would change how often emitters speak. */
    @Test
    void saysNothingEver() throws Exception {
        AtomicInteger heard = new AtomicInteger();
        try (Connection client = client(port)) {
            var dispatcher = client.createDispatcher(message -> {
                if (!message.getSubject().equals("router.register")
                        && !message.getSubject().equals("router.greet")) {
                    heard.incrementAndGet();
                }
            });
            dispatcher.subscribe(">");
            client.flush(Duration.ofSeconds(2));
            registerUntilSeen(client, "a.test");
            client.publish("router.greet", "inbox.for.nobody", new byte[0]);
            // Emitters go on registering; a feed that falls silent before it is warm would not become live.
            await("feed is live").atMost(CAP).until(() -> {
                client.publish("router.register", register("a.test", 1));
                return rib.fib().feed() == FeedState.LIVE;
            });
            client.flush(Duration.ofSeconds(2));
        }
        Fib fib = rib.fib();
        assertThat(fib.size()).isEqualTo(1);
        assertThat(heard).hasValue(0);
    }
}
