package io.grouter.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.testing.Seed;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Three whole sites: what a user sees, and what happens while things break under load. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SimulationIT {
    private static final int BASE_PORT = 20_000;
    private static final String HELLO = "hello.apps.localhost";

    private final SimOptions options = new SimOptions(3, 2, 2, BASE_PORT, Duration.ofSeconds(2), Brokers.program());
    private Simulation world;

    @BeforeAll
    void start() throws IOException {
        world = new Simulation(options, site -> (fib, ownChanges, events) -> {});
        long begin = System.nanoTime();
        world.start();
        long serving = System.nanoTime();
        awaitConverged();
        System.out.printf(
                "serving after %.1f s, all routes known after %.1f s%n",
                (serving - begin) / 1e9, (System.nanoTime() - begin) / 1e9);
    }

    @AfterAll
    void stop() {
        world.close();
    }

    @AfterEach
    void awaitConverged() {
        assertThat(Simulation.await(30_000, world::converged))
                .as("all sites know each other's routes")
                .isTrue();
    }

    private int proxy(int site, int node) {
        return options.proxyPort(site, node);
    }

    private String metrics(int site, int node) throws IOException {
        return HttpProbe.get(options.adminPort(site, node), "127.0.0.1", "/metrics")
                .body();
    }

    private static boolean within(long millis, IoCondition condition) {
        return Simulation.await(millis, () -> {
            try {
                return condition.holds();
            } catch (IOException e) {
                return false;
            }
        });
    }

    private interface IoCondition {
        boolean holds() throws IOException;
    }

    /** Asks without a pause until it is closed, and remembers everything but a 200. */
    private static final class Load implements AutoCloseable {
        final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
        final AtomicLong requests = new AtomicLong();
        private final List<Thread> threads;
        private volatile boolean running = true;

        Load(String host, int... ports) {
            threads = Arrays.stream(ports)
                    .mapToObj(port -> Threads.start("load-" + port, () -> ask(host, port)))
                    .toList();
        }

        private void ask(String host, int port) {
            while (running) {
                try {
                    HttpProbe.Answer answer = HttpProbe.get(port, host, "/");
                    if (answer.status() != 200) {
                        failures.add(port + ": " + answer.status() + " " + answer.header("X-Grouter-Reason"));
                    }
                } catch (IOException e) {
                    failures.add(port + ": " + e);
                }
                requests.incrementAndGet();
            }
        }

        /** Lets a number of further requests pass. */
        void passes(int count) {
            long until = requests.get() + count;
            assertThat(Simulation.await(20_000, () -> requests.get() >= until))
                    .as("load goes on")
                    .isTrue();
        }

        @Override
        public void close() {
            running = false;
            for (Thread thread : threads) {
                try {
                    thread.join(10_000);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            assertThat(failures).as("failed of %s requests", requests).isEmpty();
        }
    }

    @Test
    void everyNodeAnswersEveryRequestAsItMust() {
        StringWriter report = new StringWriter();
        int differences = new Checker(world).run(new PrintWriter(report, true));
        assertThat(differences).as(report.toString()).isZero();
    }

    @Test
    void aNewRouteIsRedirectedToWithinASecondThenKnownToBeEmptyThenUnknown() throws IOException {
        Deployment app = new Deployment("fresh", "fresh.apps.localhost", Set.of(2), 1);
        assertThat(HttpProbe.get(proxy(1, 1), app.host(), "/").status()).isEqualTo(404);
        world.push(app);
        for (int site : List.of(1, 3)) {
            for (int node = 1; node <= 2; node++) {
                int port = proxy(site, node);
                assertThat(within(
                                1_000,
                                () -> HttpProbe.get(port, app.host(), "/").status() == 307))
                        .as("redirected at dc%s/%s within a second", site, node)
                        .isTrue();
                assertThat(HttpProbe.follow(port, app.host(), "/").body()).startsWith("fresh in dc2,");
            }
        }
        world.delete(app);
        for (int site = 1; site <= 3; site++) {
            int port = proxy(site, 1);
            assertBecomes(503, port, app, 1_000);
            HttpProbe.Answer empty = HttpProbe.get(port, app.host(), "/");
            assertThat(empty.body()).contains("known-empty");
            assertThat(empty.header("Retry-After")).isEqualTo("1");
            assertThat(empty.header("Cache-Control")).contains("no-store");
        }
        for (int site = 1; site <= 3; site++) {
            int port = proxy(site, 1);
            assertBecomes(404, port, app, 8_000);
            assertThat(HttpProbe.get(port, app.host(), "/").header("X-Cf-RouterError"))
                    .isEqualTo("unknown_route");
        }
    }

    private static void assertBecomes(int status, int port, Deployment app, long millis) {
        AtomicReference<String> last = new AtomicReference<>("none");
        assertThat(within(millis, () -> {
                    HttpProbe.Answer answer = HttpProbe.get(port, app.host(), "/");
                    last.set(answer.toString());
                    return answer.status() == status;
                }))
                .as("%s at port %s within %s ms; the last answer was %s", status, port, millis, last.get())
                .isTrue();
    }

    @Test
    void aLostNatsServerFailsNoRequestForALocalApp() throws IOException {
        try (Load load = new Load(HELLO, proxy(1, 1), proxy(1, 2))) {
            load.passes(20);
            world.site(1).nats().close();
            assertThat(within(10_000, () -> metrics(1, 1).contains("grouter_rib_feed_state{state=\"LOST\"} 1.0")))
                    .isTrue();
            load.passes(200);
            world.site(1).nats().start();
            assertThat(within(20_000, () -> metrics(1, 1).contains("grouter_rib_feed_state{state=\"LIVE\"} 1.0")))
                    .isTrue();
            load.passes(50);
        }
    }

    @Test
    void theLossOfAllOtherSitesFailsNoRequestForALocalApp() throws IOException {
        try (Load load = new Load(HELLO, proxy(1, 1), proxy(1, 2))) {
            load.passes(20);
            for (int site : List.of(2, 3)) {
                for (int node = 1; node <= 2; node++) {
                    world.site(site).node(node).kill();
                }
            }
            assertThat(within(
                            15_000,
                            () -> metrics(1, 1)
                                    .contains("grouter_rib_site_freshness{freshness=\"SUSPECT\",site=\"dc2\"} 1.0")))
                    .as("the loss is noticed")
                    .isTrue();
            load.passes(200);
            for (int node = 1; node <= 2; node++) {
                for (int site : List.of(2, 3)) {
                    world.site(site).startNode(node);
                }
            }
            load.passes(50);
            assertThat(Simulation.await(30_000, world::converged)).isTrue();
        }
    }

    @Test
    void rubbishOnEveryPortFailsNoRequestForALocalApp() throws IOException {
        byte[] rubbish = new byte[50_000];
        Seed.random("SimulationIT.rubbishOnEveryPortFailsNoRequestForALocalApp").nextBytes(rubbish);
        try (Load load = new Load(HELLO, proxy(1, 1), proxy(1, 2))) {
            Emitter emitter = world.site(1).emitter();
            for (int i = 0; i < 20; i++) {
                emitter.publishRaw("router.register", Arrays.copyOf(rubbish, 100 * i));
                emitter.publishRaw("router.unregister", "{\"uris\":5}".getBytes(StandardCharsets.UTF_8));
                emitter.publishRaw(
                        "router.register",
                        ("{\"uris\":[\"" + "x".repeat(9_000) + "\"]}").getBytes(StandardCharsets.UTF_8));
            }
            throwAt(options.wanAddress(1, 1), rubbish);
            for (int port : List.of(
                    options.localGossipPort(1, 1), options.dnsPort(1, 1), options.adminPort(1, 1), proxy(1, 1))) {
                throwAt(new InetSocketAddress("127.0.0.1", port), rubbish);
            }
            try (DatagramSocket udp = new DatagramSocket()) {
                for (int i = 0; i < 20; i++) {
                    udp.send(new DatagramPacket(
                            rubbish, 20 * i, InetAddress.getByName("127.0.0.1"), options.dnsPort(1, 1)));
                }
            }
            load.passes(200);
            assertThat(within(5_000, () -> {
                        String metrics = metrics(1, 1);
                        return metrics.contains("grouter_nats_rejected_total{reason=\"type\"} 20.0")
                                && metrics.contains("grouter_nats_rejected_total{reason=\"oversized\"} 20.0")
                                && metrics.contains("grouter_nats_rejected_total{reason=\"json\"} 20.0");
                    }))
                    .as("counted by reason")
                    .isTrue();
            assertThat(metrics(1, 1)).containsPattern("grouter_link_rejected_total\\{reason=\"not-a-peer\"} [1-9]");
        }
    }

    private static void throwAt(InetSocketAddress at, byte[] rubbish) {
        for (int i = 0; i < 5; i++) {
            try (Socket socket = new Socket(at.getAddress(), at.getPort())) {
                socket.getOutputStream().write(rubbish);
            } catch (IOException e) {
                return; // turned away, which is fine
            }
        }
    }

    @Test
    void theSpeakersEndIsTakenOverByItsSibling() throws IOException {
        int speaker = metrics(2, 1).contains("grouter_gossip_speaker 1.0") ? 1 : 2;
        world.site(2).node(speaker).kill();
        Deployment app = new Deployment("after", "after.apps.localhost", Set.of(2), 1);
        world.push(app);
        assertThat(within(
                        10_000,
                        () -> HttpProbe.get(proxy(1, 1), app.host(), "/").status() == 307))
                .as("changes of dc2 flow again")
                .isTrue();
        assertThat(HttpProbe.follow(proxy(1, 1), app.host(), "/").body())
                .as("the site's entry is served by the other node")
                .startsWith("after in dc2,");
        world.site(2).startNode(speaker);
        world.delete(app);
    }

    @Test
    void aStoppedGoRouterFailsNoRequest() throws IOException {
        try (Load load = new Load(HELLO, proxy(3, 1), proxy(3, 2))) {
            load.passes(50);
            world.site(3).goRouter(1).drain();
            for (int node = 1; node <= 2; node++) {
                int each = node;
                assertThat(within(5_000, () -> metrics(3, each).contains("state=\"DRAINING\"} 1.0")))
                        .as("node %s has noticed the drain", node)
                        .isTrue();
            }
            load.passes(50);
            // A GoRouter that was drained for long enough has no requests left when it ends.
            world.site(3).goRouter(1).close();
            load.passes(100);
            world.site(3).goRouter(1).start();
            assertThat(within(
                            5_000,
                            () -> metrics(3, 1)
                                    .contains("grouter_gorouter_health{gorouter=\"127.0.0.1:"
                                            + options.goRouterPort(3, 1) + "\",state=\"HEALTHY\"} 1.0")))
                    .isTrue();
            load.passes(50);
        }
    }
}
