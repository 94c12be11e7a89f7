package io.grouter.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.grouter.fib.RouteEntry;
import io.grouter.rib.Rib;
import io.grouter.rib.RibThread;
import io.grouter.route.FeedState;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import io.grouter.testing.Configs;
import io.grouter.testing.DiegoMessages;
import io.grouter.testing.KeyFiles;
import io.grouter.testing.NatsPublisher;
import io.grouter.testing.NatsServerProcess;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The feed against what only a real nats-server does: freezing, credentials, TLS, floods. */
@Timeout(90)
class NatsServerIT {
    private static final Duration CAP = Duration.ofSeconds(15);

    @TempDir
    private Path folder;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final PrometheusRegistry metrics = new PrometheusRegistry();
    private final RibThread rib =
            new RibThread(new Rib(Configs.rib(), new SiteId("dc1"), metrics), System::nanoTime, 10_000, metrics);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(NatsFeed.class);

    @BeforeEach
    void listen() {
        log.start();
        logger.setLevel(Level.INFO);
        logger.setAdditive(false);
        logger.addAppender(log);
    }

    @AfterEach
    void stop() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
        logger.detachAppender(log);
        logger.setLevel(null);
        logger.setAdditive(true);
    }

    private <T extends AutoCloseable> T opened(T part) {
        open.push(part);
        return part;
    }

    private NatsServerProcess server(String... options) {
        String program = NatsServerProcess.find();
        assumeThat(program).as("nats-server on the PATH").isNotNull();
        return opened(new NatsServerProcess(program == null ? "" : program, List.of(options)));
    }

    private void feed(NatsConfig config) {
        opened(rib).start();
        opened(new NatsFeed(config, rib, System::nanoTime, metrics)).start();
    }

    /** Keeps saying that a route is there, as emitters do, as long as anybody listens. */
    private void emitter(NatsServerProcess to, String uri) {
        ScheduledExecutorService speaking = java.util.concurrent.Executors.newSingleThreadScheduledExecutor();
        opened(speaking::shutdownNow);
        byte[] body = DiegoMessages.register(1, uri, 0);
        speaking.scheduleWithFixedDelay(
                () -> {
                    try (NatsPublisher publisher = new NatsPublisher(to.port())) {
                        publisher.publish("router.register", body);
                        publisher.flush();
                    } catch (IOException | RuntimeException e) {
                        return; // not there at the moment
                    }
                },
                0,
                100,
                TimeUnit.MILLISECONDS);
    }

    private void awaitFeed(FeedState state) {
        await("feed is " + state).atMost(CAP).until(() -> rib.fib().feed() == state);
    }

    private boolean has(String uri) {
        RouteEntry route = rib.fib().get(RouteUri.parse(uri));
        return route != null && route.local();
    }

    private void awaitLog(String part) {
        await("log has " + part)
                .atMost(CAP)
                .until(() -> List.copyOf(log.list).stream()
                        .anyMatch(event -> event.getFormattedMessage().contains(part)));
    }

    private String metricsText() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrometheusTextFormatWriter.create().write(out, metrics.scrape());
        return out.toString(StandardCharsets.UTF_8);
    }

    private double metric(String name) throws IOException {
        return metricsText()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aFrozenServerIsNoticedAndItsReturnToo() {
        NatsServerProcess server = server().start();
        feed(Configs.nats(List.of(server.url())));
        emitter(server, "a.test");
        awaitFeed(FeedState.LIVE);
        server.freeze();
        awaitFeed(FeedState.LOST);
        assertThat(has("a.test")).isTrue();
        server.thaw();
        awaitFeed(FeedState.LIVE);
        assertThat(has("a.test")).isTrue();
    }

    @Test
    void aFrozenServerIsLeftForAnother() {
        NatsServerProcess first = server().start();
        NatsServerProcess second = server().start();
        feed(Configs.nats(List.of(first.url(), second.url())));
        emitter(first, "a.test");
        emitter(second, "a.test");
        awaitFeed(FeedState.LIVE);
        boolean onFirst = List.copyOf(log.list).stream()
                .anyMatch(event -> event.getFormattedMessage().endsWith(":" + first.port()));
        (onFirst ? first : second).freeze();
        awaitLog("NATS connected: " + (onFirst ? second : first).url());
        awaitFeed(FeedState.LIVE);
        emitter(onFirst ? second : first, "b.test");
        await().atMost(CAP).until(() -> has("b.test"));
        (onFirst ? first : second).thaw();
    }

    @Test
    void refusedCredentialsAreSaidAndTriedAgain() throws IOException {
        NatsServerProcess server = server("--user", "nats", "--pass", "right").start();
        feed(Configs.nats(List.of(server.url()), "nats", "wrong", NatsTlsConfig.OFF));
        awaitLog("refuses user or password");
        await().atMost(CAP).until(() -> metric("grouter_nats_connect_failures_total") >= 2);
        assertThat(rib.fib().feed()).isEqualTo(FeedState.WARMING);
        assertThat(log.list).noneMatch(event -> event.getFormattedMessage().contains("wrong"));
    }

    @Test
    void rightCredentialsAreTaken() {
        NatsServerProcess server = server("--user", "nats", "--pass", "right").start();
        feed(Configs.nats(List.of(server.url()), "nats", "right", NatsTlsConfig.OFF));
        awaitLog("NATS connected");
    }

    private NatsServerProcess tlsServer(KeyFiles own, KeyFiles client) {
        return server(
                        "--tls",
                        "--tlscert",
                        own.certificate(),
                        "--tlskey",
                        own.key(),
                        "--tlscacert",
                        client.certificate(),
                        "--tlsverify")
                .start();
    }

    @Test
    void mutualTlsWorksAndChangedFilesAreReadAgain() throws IOException {
        KeyFiles own = KeyFiles.make(folder, "server", "EC", "ip:127.0.0.1");
        KeyFiles client = KeyFiles.make(folder, "client", "RSA", "dns:grouter");
        KeyFiles other = KeyFiles.make(folder, "other", "EC", "ip:127.0.0.1");
        NatsServerProcess server = tlsServer(own, client);
        Path ca = Files.copy(Path.of(other.certificate()), folder.resolve("ca.pem"));
        feed(Configs.nats(
                List.of(server.url()),
                "",
                "",
                new NatsTlsConfig(true, ca.toString(), client.certificate(), client.key())));
        awaitLog("TLS failed");
        assertThat(rib.fib().feed()).isEqualTo(FeedState.WARMING);
        Files.copy(Path.of(own.certificate()), ca, StandardCopyOption.REPLACE_EXISTING);
        awaitLog("NATS connected");
    }

    @Test
    void aCertificateForAnotherNameIsRefused() {
        KeyFiles own = KeyFiles.make(folder, "server", "EC", "dns:elsewhere.test");
        KeyFiles client = KeyFiles.make(folder, "client", "EC", "dns:grouter");
        NatsServerProcess server = tlsServer(own, client);
        feed(Configs.nats(
                List.of(server.url()),
                "",
                "",
                new NatsTlsConfig(true, own.certificate(), client.certificate(), client.key())));
        awaitLog("TLS failed");
        assertThat(log.list).noneMatch(event -> event.getFormattedMessage().contains("NATS connected"));
    }

    @Test
    void missingFilesAreNamed() {
        NatsServerProcess server = server().start();
        String missing = folder.resolve("missing.pem").toString();
        feed(Configs.nats(List.of(server.url()), "", "", new NatsTlsConfig(true, missing, "", "")));
        awaitLog(missing + ": no such file");
    }

    /** More than can be read: the bound holds, what is lost is counted, and the table is not trusted for a while. */
    @Test
    void aFloodIsBoundedAndMakesTheTableSuspect() throws Exception {
        NatsServerProcess server = server().start();
        NatsConfig usual = Configs.nats(List.of(server.url()));
        feed(new NatsConfig(
                usual.servers(),
                "",
                "",
                NatsTlsConfig.OFF,
                "all",
                List.of(),
                usual.registrationInterval(),
                usual.pingInterval(),
                usual.reconnectWait(),
                2_000,
                2 << 20));
        emitter(server, "a.test");
        awaitFeed(FeedState.LIVE);
        ByteArrayOutputStream flood = new ByteArrayOutputStream();
        for (int i = 0; i < 50_000; i++) {
            NatsPublisher.add(flood, "router.register", DiegoMessages.register(i));
        }
        List<Double> pending = new ArrayList<>();
        // The tables are kept from reading for a moment, as a long pause would.
        rib.post((tables, now) -> pauseThread());
        try (NatsPublisher publisher = new NatsPublisher(server.port())) {
            publisher.send(flood.toByteArray());
            pending.add(metric("grouter_nats_pending_messages"));
            publisher.flush();
            // It may be warm again by the time the server has taken everything.
            await("feed became suspect")
                    .atMost(CAP)
                    .until(() -> metric("grouter_rib_feed_transitions_total{state=\"WARMING\"}") >= 1);
            assertThat(metric("grouter_nats_dropped_total")).isPositive();
            assertThat(pending).allMatch(count -> count <= 2_000);
            awaitFeed(FeedState.LIVE);
            ByteArrayOutputStream again = new ByteArrayOutputStream();
            for (int i = 0; i < 500; i++) {
                NatsPublisher.add(again, "router.register", DiegoMessages.register(i));
            }
            publisher.send(again.toByteArray());
        }
        await().atMost(CAP).until(() -> has(DiegoMessages.host(499)));
    }

    private static void pauseThread() {
        try {
            Thread.sleep(1_000); // stands for a garbage collection, or a machine that was stopped
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aFloodWithinTheBoundsLosesNothing() throws Exception {
        NatsServerProcess server = server().start();
        feed(Configs.nats(List.of(server.url())));
        emitter(server, "a.test");
        awaitFeed(FeedState.LIVE);
        ByteArrayOutputStream flood = new ByteArrayOutputStream();
        for (int i = 0; i < 50_000; i++) {
            NatsPublisher.add(flood, "router.register", DiegoMessages.register(i));
        }
        try (NatsPublisher publisher = new NatsPublisher(server.port())) {
            publisher.send(flood.toByteArray());
            publisher.send(flood.toByteArray());
        }
        await().atMost(CAP)
                .until(() -> metricsText().contains("grouter_nats_pending_messages 0")
                        && rib.fib().localRoutes() == 50_001);
        assertThat(metric("grouter_nats_dropped_total")).isZero();
    }
}
