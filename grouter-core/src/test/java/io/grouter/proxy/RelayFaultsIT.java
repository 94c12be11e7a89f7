package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grouter.testing.Configs;
import io.grouter.testing.KeyFiles;
import io.grouter.testing.ProxySettings;
import io.grouter.testing.QuietPipelines;
import io.grouter.testing.RawHttp;
import io.grouter.testing.TestBackend;
import io.grouter.testing.TlsContexts;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Relaying when certificates are wrong, entries die or freeze, and bounds are reached. */
@Timeout(60)
class RelayFaultsIT extends RelayWorld {
    private static final String GET = "GET / HTTP/1.1\nHost: there.apps.test\n\n";
    private static final String POST = "POST / HTTP/1.1\nHost: there.apps.test\nContent-Length: 1\n\nx";

    @TempDir
    private Path folder;

    @BeforeEach
    void watchPipelines() {
        closing(new QuietPipelines());
    }

    private static String reason(String answer) {
        int at = answer.indexOf("X-Grouter-Reason: ");
        return answer.substring(9, 12) + " " + answer.substring(at + 18, answer.indexOf('\r', at));
    }

    private String ask(int port, String request) throws IOException {
        try (RawHttp client = new RawHttp(port)) {
            return client.send(request).readAnswer();
        }
    }

    private TestBackend app(String name) throws IOException {
        return backend(socket -> {
            InputStream in = socket.getInputStream();
            for (String head = readHead(in); !head.isEmpty(); head = readHead(in)) {
                skipBody(in, head);
                write(socket, "HTTP/1.1 200 OK\nContent-Length: " + name.length() + "\n\n", name);
            }
        });
    }

    private ProxyServer other(KeyFiles files, PrometheusRegistry registry, int goRouterPort) throws IOException {
        return start(new ProxySettings(), relay(files), DC2, this::forward, registry, Configs.goRouters(goRouterPort));
    }

    private double failures(String cause) {
        return metric("grouter_relay_failures", "site", "dc2", "cause", cause);
    }

    // ---- who is at the other end

    private SSLSocket knock(KeyFiles own, String version) throws IOException {
        int port = second(echoHeads().port()).relayAddresses().get(0).getPort();
        SSLSocket socket = closing(TlsContexts.connect(TlsContexts.of(ca, own), port));
        socket.setEnabledProtocols(new String[] {version});
        return socket;
    }

    private void assertRefused(SSLSocket socket) {
        // With TLS 1.3 the client's certificate is looked at after the client thinks that all is well.
        assertThatThrownBy(() -> {
                    socket.startHandshake();
                    socket.getOutputStream().write(GET.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
                    if (socket.getInputStream().read() < 0) {
                        throw new IOException("closed");
                    }
                })
                .isInstanceOf(IOException.class);
        await().untilAsserted(() ->
                assertThat(metric(second, "grouter_relay_handshake_failures")).isEqualTo(1));
        assertThat(metric(second, "grouter_relay_incoming_requests", "site", "dc3"))
                .isZero();
    }

    @Test
    void aSiteThatIsAllowedGetsIn() throws Exception {
        SSLSocket socket = knock(dc1, "TLSv1.3");
        RawHttp client = closing(new RawHttp(socket));
        assertThat(client.send(GET).readAnswer()).startsWith("HTTP/1.1 200 OK\r\n");
    }

    @Test
    void aSiteThatIsNotConfiguredIsRefused() throws Exception {
        assertRefused(knock(dc3, "TLSv1.3"));
        assertThat(metric(second, "grouter_relay_peers_refused")).isEqualTo(1);
    }

    @Test
    void aCertificateOfNoSiteIsRefused() throws Exception {
        assertRefused(knock(nobody, "TLSv1.3"));
    }

    @Test
    void nobodyGetsInWithoutACertificate() throws Exception {
        int port = second(echoHeads().port()).relayAddresses().get(0).getPort();
        assertRefused(closing(TlsContexts.connect(TlsContexts.of(ca, null), port)));
    }

    @Test
    void tls12IsNotSpoken() throws Exception {
        assertRefused(knock(dc1, "TLSv1.2"));
    }

    @Test
    void aSiteThatIsNoLongerAllowedIsCutOff() throws Exception {
        int port = both(app("x").port());
        assertThat(ask(port, GET)).endsWith("x");
        allowed = List.of();
        await().untilAsserted(() -> assertThat(ask(port, GET)).contains("relay-unreachable"));
        assertThat(metric(second, "grouter_relay_incoming_connections")).isZero();
    }

    @Test
    void nothingIsSentToAnotherSiteThanTheOneMeant() throws Exception {
        AtomicInteger seen = new AtomicInteger();
        TestBackend app = backend(socket -> seen.incrementAndGet());
        announced = other(dc1, second, app.port()).announcedRelays();
        int port = port(first(app.port()));
        await().until(() -> failures("connect") > 0);
        assertThat(reason(ask(port, GET))).isEqualTo("503 relay-unreachable");
        assertThat(seen).hasValue(0);
        assertThat(metric(second, "grouter_relay_incoming_requests", "site", "dc1"))
                .isZero();
    }

    @Test
    void nothingIsSentToACertificateOfAnUnknownCa() throws Exception {
        KeyFiles stranger = KeyFiles.make(folder, "stranger", "EC", "uri:spiffe://grouter/site/dc2");
        announced = other(stranger, second, echoHeads().port()).announcedRelays();
        int port = port(first(1));
        await().until(() -> failures("connect") > 0);
        assertThat(reason(ask(port, GET))).isEqualTo("503 relay-unreachable");
    }

    @Test
    void aReplacedCertificateIsUsed() throws Exception {
        Path certificate = folder.resolve("own.crt");
        Path key = folder.resolve("own.key");
        Files.copy(Path.of(dc3.certificate()), certificate);
        Files.copy(Path.of(dc3.key()), key);
        RelayConfig like = relay(dc2);
        RelayConfig changing = new RelayConfig(
                like.listen(),
                List.of(),
                new RelayConfig.FilesConfig(ca, certificate.toString(), key.toString()),
                like.connectTimeout(),
                like.pingInterval(),
                like.connections(),
                like.maxRequests(),
                like.maxBlocked(),
                like.maxIncoming());
        announced = start(
                        new ProxySettings(),
                        changing,
                        DC2,
                        this::forward,
                        second,
                        Configs.goRouters(echoHeads().port()))
                .announcedRelays();
        int port = port(first(1));
        await().until(() -> failures("connect") > 0);
        Files.copy(Path.of(dc2.certificate()), certificate, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(Path.of(dc2.key()), key, StandardCopyOption.REPLACE_EXISTING);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(ask(port, GET)).startsWith("HTTP/1.1 200 OK"));
    }

    // ---- entries

    @Test
    void aConnectionIsReadyBeforeTheFirstRequestAndStays() throws Exception {
        settings.upstreamIdleTimeout = Duration.ofMillis(300);
        secondSettings.idleTimeout = Duration.ofSeconds(3);
        pingInterval = Duration.ofSeconds(1);
        int port = both(app("x").port());
        long start = System.nanoTime();
        assertThat(ask(port, GET)).endsWith("x");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
        Thread.sleep(5000);
        assertThat(ask(port, GET)).endsWith("x");
        assertThat(metric("grouter_relay_connections_made")).isEqualTo(1);
        assertThat(metric("grouter_relay_pings_missed", "site", "dc2")).isZero();
    }

    @Test
    void nothingIsRelayedToASiteThatAnnouncesNothing() throws Exception {
        int port = port(first(1));
        assertThat(reason(ask(port, GET))).isEqualTo("503 relay-unreachable");
    }

    @Test
    void malformedEntriesAreCountedAndTheRestIsUsed() throws Exception {
        String good = second(app("x").port()).announcedRelays().get(0);
        announced = List.of("there.apps.test:443", "127.0.0.1", "127.0.0.1:0", "[127.0.0.1]:5", "::1:5", good);
        int port = port(first(1));
        awaitWarm();
        assertThat(ask(port, GET)).endsWith("x");
        assertThat(metric("grouter_relay_malformed_entries", "site", "dc2")).isEqualTo(5);
        assertThat(metric("grouter_relay_entries", "site", "dc2")).isEqualTo(1);
    }

    @Test
    void anEntryThatDiesIsReplacedByAnotherWithoutAnError() throws Exception {
        PrometheusRegistry third = new PrometheusRegistry();
        ProxyServer one = second(app("one").port());
        ProxyServer two = other(dc2, third, app("two").port());
        announced = List.of(one.announcedRelays().get(0), two.announcedRelays().get(0));
        int port = port(first(1));
        await().until(() -> metric("grouter_relay_connections", "site", "dc2") >= 1);
        AtomicBoolean going = new AtomicBoolean(true);
        List<String> wrong = new CopyOnWriteArrayList<>();
        AtomicInteger fine = new AtomicInteger();
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                try (RawHttp client = new RawHttp(port)) {
                    while (going.get()) {
                        String answer = client.send(GET).readAnswer();
                        if (answer.startsWith("HTTP/1.1 200")) {
                            fine.incrementAndGet();
                        } else {
                            wrong.add(answer);
                        }
                    }
                } catch (IOException e) {
                    wrong.add(e.toString());
                }
            });
            clients.add(thread);
            thread.start();
        }
        Thread.sleep(500);
        boolean atOne = metric(second, "grouter_relay_incoming_connections") > 0;
        (atOne ? one : two).close();
        Thread.sleep(1500);
        int before = fine.get();
        Thread.sleep(500);
        going.set(false);
        for (Thread thread : clients) {
            thread.join();
        }
        assertThat(wrong).isEmpty();
        assertThat(fine.get()).isGreaterThan(before);
        assertThat(ask(port, GET)).endsWith(atOne ? "two" : "one");
    }

    @Test
    void anEntryThatRefusesConnectionsIsPassedOverAndOneThatIsBackIsUsed() throws Exception {
        String good = second(app("x").port()).announcedRelays().get(0);
        announced = List.of("127.0.0.1:" + closedPort(), good);
        int port = port(first(1));
        for (int i = 0; i < 20; i++) {
            assertThat(ask(port, GET)).endsWith("x");
            assertThat(ask(port, POST)).endsWith("x");
        }
    }

    @Test
    void noEntryThatTakesConnectionsIsAnError() throws Exception {
        announced = List.of("127.0.0.1:" + closedPort(), "127.0.0.1:" + closedPort());
        int port = port(first(1));
        await().until(() -> metric("grouter_relay_entries", "site", "dc2") == 2);
        assertThat(reason(ask(port, GET))).isEqualTo("503 relay-unreachable");
        assertThat(reason(ask(port, POST))).isEqualTo("503 relay-unreachable");
        assertThat(metric("grouter_relay_in_flight", "site", "dc2")).isZero();
    }

    @Test
    void entriesThatAreNoLongerAnnouncedAreLeftAfterTheirRequests() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        TestBackend slow = backend(socket -> {
            readHead(socket.getInputStream());
            received.add("there");
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            write(socket, "HTTP/1.1 200 OK\nContent-Length: 3\n\n", "one");
        });
        PrometheusRegistry third = new PrometheusRegistry();
        announced = second(slow.port()).announcedRelays();
        int port = port(first(1));
        awaitWarm();
        RawHttp waiting = connect(port).send(GET);
        nextReceived();
        announced = other(dc2, third, app("two").port()).announcedRelays();
        await().until(() -> metric(third, "grouter_relay_incoming_connections") == 1);
        assertThat(ask(port, GET)).endsWith("two");
        assertThat(metric(second, "grouter_relay_incoming_connections")).isEqualTo(1);
        go.countDown();
        assertThat(waiting.readAnswer()).endsWith("one");
        await().untilAsserted(() ->
                assertThat(metric(second, "grouter_relay_incoming_connections")).isZero());
        announced = List.of();
        await().untilAsserted(() ->
                assertThat(metric(third, "grouter_relay_incoming_connections")).isZero());
        assertThat(reason(ask(port, GET))).isEqualTo("503 relay-unreachable");
    }

    /** Stands between the sites, and can stop passing anything on. */
    private final class Wire {
        final AtomicBoolean frozen = new AtomicBoolean();
        final TestBackend backend;

        Wire(InetSocketAddress to) throws IOException {
            backend = backend(socket -> {
                try (Socket on = new Socket("127.0.0.1", to.getPort())) {
                    Thread back = new Thread(() -> pass(on, socket));
                    back.setDaemon(true);
                    back.start();
                    pass(socket, on);
                }
            });
        }

        private void pass(Socket from, Socket to) {
            byte[] buffer = new byte[65_536];
            try {
                for (int n = from.getInputStream().read(buffer);
                        n > 0;
                        n = from.getInputStream().read(buffer)) {
                    while (frozen.get()) {
                        Thread.sleep(20);
                    }
                    to.getOutputStream().write(buffer, 0, n);
                }
                to.close();
            } catch (IOException | InterruptedException e) {
                assertThat(e).isNotNull(); // the other side ended
            }
        }

        String name() {
            return "127.0.0.1:" + backend.port();
        }
    }

    @Test
    void aPeerThatFreezesIsGivenUpAndItsRequestsGoElsewhere() throws Exception {
        pingInterval = Duration.ofMillis(500);
        AtomicInteger held = new AtomicInteger();
        TestBackend slow = backend(socket -> {
            String head = readHead(socket.getInputStream());
            if (head.startsWith("GET /slow") || head.startsWith("POST")) {
                held.incrementAndGet();
                socket.getInputStream().readAllBytes();
                return;
            }
            write(socket, "HTTP/1.1 200 OK\nContent-Length: 3\n\n", "one");
        });
        Wire wire = new Wire(second(slow.port()).relayAddresses().get(0));
        PrometheusRegistry third = new PrometheusRegistry();
        announced = List.of(wire.name());
        int port = port(first(1));
        awaitWarm();
        assertThat(ask(port, GET)).endsWith("one");
        RawHttp waiting = connect(port).send("GET /slow HTTP/1.1\nHost: there.apps.test\n\n");
        RawHttp posting = connect(port).send("POST /x HTTP/1.1\nHost: there.apps.test\nContent-Length: 9\n\nx");
        await().until(() -> held.get() == 2);
        wire.frozen.set(true);
        announced = List.of(
                wire.name(),
                other(dc2, third, app("two").port()).announcedRelays().get(0));
        long start = System.nanoTime();
        assertThat(waiting.readAnswer()).endsWith("two");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
        assertThat(reason(posting.readAnswer())).isEqualTo("502 relay-failed");
        assertThat(metric("grouter_relay_pings_missed", "site", "dc2")).isEqualTo(1);
        for (int i = 0; i < 10; i++) {
            assertThat(ask(port, GET)).endsWith("two");
        }
        wire.frozen.set(false);
    }

    @Test
    void aPeerThatAcceptsAndSaysNothingIsPassedOver() throws Exception {
        TestBackend mute = backend(socket -> {
            while (socket.getInputStream().read() >= 0) {
                received.add("something");
                received.clear();
            }
        });
        String good = second(app("x").port()).announcedRelays().get(0);
        announced = List.of("127.0.0.1:" + mute.port(), good);
        int port = port(first(1));
        for (int i = 0; i < 10; i++) {
            assertThat(ask(port, GET)).endsWith("x");
        }
    }

    // ---- answers that do not come

    @Test
    void anAnswerThatNeverComesIsATimeout() throws Exception {
        TestBackend mute = backend(socket -> socket.getInputStream().readAllBytes());
        settings.timeouts(Duration.ofSeconds(1));
        int port = both(mute.port());
        assertThat(reason(ask(port, GET))).isEqualTo("504 relay-timeout");
        await().untilAsserted(() ->
                assertThat(metric(second, "grouter_gorouter_in_flight")).isZero());
        assertThat(metric("grouter_relay_in_flight", "site", "dc2")).isZero();
        assertThat(failures("timeout")).isEqualTo(1);
    }

    @Test
    void anAnswerThatBreaksOffBreaksOffHereToo() throws Exception {
        TestBackend app = backend(socket -> {
            readHead(socket.getInputStream());
            write(socket, "HTTP/1.1 200 OK\nContent-Length: 10\n\n", "12345");
        });
        RawHttp client = connect(both(app.port())).send(GET);
        assertThat(client.readAll()).endsWith("12345");
    }

    @Test
    void aRefusalOfTheOtherSitePasses() throws Exception {
        int port = both(closedPort());
        assertThat(ask(port, GET))
                .startsWith("HTTP/1.1 503 Service Unavailable\r\n")
                .contains("x-grouter-site: dc2\r\n", "x-grouter-reason: no-gorouter\r\n");
    }

    @Test
    void aClientThatLeavesTakesItsRequestAlong() throws Exception {
        TestBackend app = backend(socket -> {
            readHead(socket.getInputStream());
            received.add("there");
            received.add("end " + socket.getInputStream().read());
        });
        int port = both(app.port());
        RawHttp client = connect(port).send(GET);
        assertThat(nextReceived()).isEqualTo("there");
        client.close();
        assertThat(nextReceived()).isEqualTo("end -1");
        await().untilAsserted(() ->
                assertThat(metric("grouter_relay_in_flight", "site", "dc2")).isZero());
        assertThat(metric("grouter_relay_connections", "site", "dc2")).isEqualTo(1);
    }

    // ---- bounds

    @Test
    void requestsAreBounded() throws Exception {
        maxRequests = 3;
        TestBackend app = backend(socket -> {
            readHead(socket.getInputStream());
            received.add("there");
            socket.getInputStream().read();
        });
        int port = both(app.port());
        List<RawHttp> waiting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            waiting.add(connect(port).send(GET));
            nextReceived();
        }
        assertThat(reason(ask(port, GET))).isEqualTo("503 relay-unreachable");
        assertThat(failures("limit")).isEqualTo(1);
        assertThat(metric("grouter_relay_in_flight", "site", "dc2")).isEqualTo(3);
        for (RawHttp client : waiting) {
            client.close();
        }
        await().untilAsserted(() ->
                assertThat(metric("grouter_relay_in_flight", "site", "dc2")).isZero());
    }

    @Test
    void incomingConnectionsAreBounded() throws Exception {
        ProxyServer server = start(
                new ProxySettings(),
                relay(dc2, List.of(InetSocketAddress.createUnresolved("127.0.0.1", 0)), 1),
                DC2,
                this::forward,
                second,
                Configs.goRouters(echoHeads().port()));
        int port = server.relayAddresses().get(0).getPort();
        SSLSocket one = closing(TlsContexts.connect(TlsContexts.of(ca, dc1), port));
        one.startHandshake();
        SSLSocket two = closing(TlsContexts.connect(TlsContexts.of(ca, dc1), port));
        assertThatThrownBy(two::startHandshake).isInstanceOf(IOException.class);
        assertThat(metric(second, "grouter_relay_incoming_connections_refused")).isEqualTo(1);
    }

    @Test
    void answersThatWaitForSlowClientsAreBounded() throws Exception {
        maxBlocked = 2;
        int size = 20 << 20;
        TestBackend app = backend(socket -> {
            readHead(socket.getInputStream());
            write(socket, "HTTP/1.1 200 OK\nContent-Length: " + size + "\n\n", "");
            byte[] piece = new byte[65_536];
            for (int sent = 0; sent < size; sent += piece.length) {
                socket.getOutputStream().write(piece);
            }
        });
        int port = both(app.port());
        List<RawHttp> slow = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            RawHttp client = connect(port).send("GET / HTTP/1.1\nHost: there.apps.test\nConnection: close\n\n");
            client.readHead();
            slow.add(client);
        }
        await().until(() -> metric("grouter_relay_blocked_cut_off") == 1 && metric("grouter_relay_blocked") == 2);
        long whole = 0;
        for (RawHttp client : slow) {
            try {
                whole += client.drain() == size ? 1 : 0;
            } catch (IOException e) {
                assertThat(e).isNotNull(); // reset
            }
        }
        assertThat(whole).isEqualTo(2);
        await().untilAsserted(() -> assertThat(metric("grouter_relay_blocked")).isZero());
    }

    @Test
    void bodiesThatWaitForSlowAppsAreBounded() throws Exception {
        maxBlocked = 2;
        CountDownLatch go = new CountDownLatch(1);
        int size = 20 << 20;
        TestBackend app = backend(socket -> {
            InputStream in = socket.getInputStream();
            String head = readHead(in);
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            skipBody(in, head);
            write(socket, "HTTP/1.1 200 OK\nContent-Length: 2\n\n", "ok");
        });
        int port = both(app.port());
        List<RawHttp> clients = new ArrayList<>();
        List<Thread> senders = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            RawHttp client = connect(port);
            client.send("POST / HTTP/1.1\nHost: there.apps.test\nContent-Length: " + size + "\n\n");
            Thread sender = new Thread(() -> {
                try {
                    client.send(new byte[size]);
                } catch (IOException e) {
                    assertThat(e).isNotNull(); // refused in the middle
                }
            });
            sender.start();
            clients.add(client);
            senders.add(sender);
        }
        await().until(() ->
                metric(second, "grouter_relay_blocked_cut_off") == 1 && metric(second, "grouter_relay_blocked") == 2);
        go.countDown();
        List<String> answers = new ArrayList<>();
        for (RawHttp client : clients) {
            answers.add(client.readAnswer().substring(9, 12));
        }
        for (Thread sender : senders) {
            sender.join();
        }
        assertThat(answers).containsExactlyInAnyOrder("200", "200", "503");
        await().untilAsserted(() ->
                assertThat(metric(second, "grouter_relay_blocked")).isZero());
    }

    // ---- the end of a node

    @Test
    void aSiteThatDrainsBreaksNothingOff() throws Exception {
        PrometheusRegistry third = new PrometheusRegistry();
        CountDownLatch go = new CountDownLatch(1);
        TestBackend slow = backend(socket -> {
            InputStream in = socket.getInputStream();
            for (String head = readHead(in); !head.isEmpty(); head = readHead(in)) {
                skipBody(in, head);
                if (head.startsWith("GET /slow")) {
                    received.add("there");
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                }
                write(socket, "HTTP/1.1 200 OK\nContent-Length: 3\n\n", "one");
            }
        });
        ProxySettings gentle = new ProxySettings();
        gentle.drain = new ProxyConfig.DrainConfig(Duration.ofMillis(500), Duration.ofSeconds(10));
        ProxyServer draining = start(gentle, relay(dc2), DC2, this::forward, second, Configs.goRouters(slow.port()));
        announced = draining.announcedRelays();
        int port = port(first(1));
        awaitWarm();
        RawHttp waiting = connect(port).send("GET /slow HTTP/1.1\nHost: there.apps.test\n\n");
        nextReceived();
        announced = List.of(
                announced.get(0),
                other(dc2, third, app("two").port()).announcedRelays().get(0));
        await().until(() -> metric("grouter_relay_entries", "site", "dc2") == 2);
        AtomicInteger left = new AtomicInteger(-1);
        Thread end = new Thread(() -> {
            try {
                left.set(draining.drain());
                draining.close();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        end.start();
        for (int i = 0; i < 100; i++) {
            assertThat(ask(port, POST)).startsWith("HTTP/1.1 200 OK");
            Thread.sleep(10);
        }
        go.countDown();
        assertThat(waiting.readAnswer()).endsWith("one");
        end.join();
        assertThat(left).hasValue(0);
        assertThat(ask(port, POST)).endsWith("two");
    }
}
