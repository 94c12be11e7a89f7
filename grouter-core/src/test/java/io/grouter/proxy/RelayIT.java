package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grouter.gorouter.GoRouterConfig;
import io.grouter.proxy.ProxyTlsConfig.ClientCertificates;
import io.grouter.steering.RequestFacts;
import io.grouter.testing.Configs;
import io.grouter.testing.KeyFiles;
import io.grouter.testing.QuietPipelines;
import io.grouter.testing.RawHttp;
import io.grouter.testing.RecordingBackend;
import io.grouter.testing.TestBackend;
import io.grouter.testing.TlsContexts;
import io.grouter.testing.WireMessage;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests through two sites' proxies, as clients and apps see them. */
@Timeout(60)
class RelayIT extends RelayWorld {
    private static final String GET = "GET / HTTP/1.1\nHost: there.apps.test\n\n";

    @TempDir
    private Path folder;

    @BeforeEach
    void watchPipelines() {
        closing(new QuietPipelines());
    }

    private RecordingBackend recording(String answer) throws IOException {
        return closing(new RecordingBackend(request -> answer.replace("\n", "\r\n")));
    }

    private static WireMessage next(RecordingBackend backend) throws Exception {
        RecordingBackend.Arrived arrived = backend.next();
        return arrived.request();
    }

    private static Set<String> headers(WireMessage request, String... but) {
        Set<String> all = new TreeSet<>();
        for (String line : request.lines()) {
            String name = WireMessage.name(line);
            if (!List.of(but).contains(name)) {
                all.add(name + ": " + WireMessage.valueOf(line));
            }
        }
        return all;
    }

    // ---- what arrives

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /a//b/%2F?x=1&y HTTP/1.1\nHost: there.apps.test\n",
                "GET /\u00e4?\u00ff HTTP/1.1\nHost: There.Apps.Test:8080\nX-Odd: \u00e4\u00ff\nCookie: a=1; b=2\nDNT:\n",
                "GET http://other.apps.test/abs?q HTTP/1.1\nHost: there.apps.test\n",
                "OPTIONS * HTTP/1.1\nHost: there.apps.test\n",
                "GET / HTTP/1.0\nHost: there.apps.test\n",
                "DELETE / HTTP/1.1\nHost: there.apps.test\nAuthorization: Basic eA==\nOrigin: null\nB3: 1\n",
                "GET / HTTP/1.1\nHost: there.apps.test\nX-Forwarded-For: 192.0.2.1\nX-Forwarded-For: 192.0.2.2\n"
                        + "X-Forwarded-Proto: https\nX-Forwarded-Host: a\nX-Forwarded-Port: 7\nX-Request-Start: 5\n"
                        + "X-Forwarded-Client-Cert: abc\nForwarded: for=x\nVia: 1.0 me\n",
                "GET / HTTP/1.1\nHost: there.apps.test\nConnection: close, X-Mine, CDN-Loop\nX-Mine: 1\n"
                        + "Proxy-Authorization: x\nKeep-Alive: 1\nTE: trailers, deflate\n",
                "POST / HTTP/1.1\nHost: there.apps.test\nContent-Length: 0\n",
            })
    void theAppSeesWhatItWouldHaveSeen(String request) throws Exception {
        RecordingBackend app = recording("HTTP/1.1 200 OK\nX-Vcap-Request-Id: 1\nContent-Length: 0\n\n");
        int port = both(app.port());
        List<WireMessage> seen = new ArrayList<>();
        for (boolean relayed : new boolean[] {false, true}) {
            relaying = relayed;
            RawHttp client = connect(port).send(request + "\n");
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK\r\n");
            seen.add(next(app));
        }
        WireMessage straight = seen.get(0);
        WireMessage relayed = seen.get(1);
        boolean absolute = request.startsWith("GET http:");
        assertThat(relayed.startLine()).isEqualTo(absolute ? "GET /abs?q HTTP/1.1\r\n" : straight.startLine());
        String[] own = {"cdn-loop", "x-request-start"};
        assertThat(headers(relayed, own)).isEqualTo(headers(straight, own));
        assertThat(relayed.value("cdn-loop")).isEqualTo("grouter-dc1");
        assertThat(straight.value("cdn-loop")).isNull();
        if (request.contains("X-Request-Start")) {
            assertThat(relayed.value("x-request-start")).isEqualTo("5");
        } else {
            assertThat(relayed.value("x-request-start")).matches("\\d{13}");
        }
    }

    /** A site believes another one, whomever else it believes, and passes on what it says of certificates. */
    @ParameterizedTest
    @EnumSource(XfccMode.class)
    void whatTheFirstSiteSaysOfItsClientCounts(XfccMode there) throws Exception {
        KeyFiles server = KeyFiles.make(folder, "localhost", "EC", "dns:localhost,ip:127.0.0.1");
        settings.tls = new ProxyTlsConfig(
                List.of(InetSocketAddress.createUnresolved("127.0.0.1", 0)),
                folder.toString(),
                "",
                true,
                true,
                ClientCertificates.REQUIRE,
                dc3.certificate(),
                XfccMode.SANITIZE_SET);
        secondSettings.trustedNetworks = List.of();
        secondSettings.tls = new ProxyTlsConfig(List.of(), "", "", true, true, ClientCertificates.NONE, "", there);
        RecordingBackend app = recording("HTTP/1.1 200 OK\nContent-Length: 0\n\n");
        announced = second(app.port()).announcedRelays();
        ProxyServer first = first(app.port());
        awaitWarm();
        List<WireMessage> seen = new ArrayList<>();
        for (boolean relayed : new boolean[] {false, true}) {
            relaying = relayed;
            Socket socket = TlsContexts.connect(
                    TlsContexts.of(server.certificate(), dc3),
                    first.addresses().get(1).getPort());
            RawHttp client = closing(new RawHttp(socket));
            client.send("GET / HTTP/1.1\nHost: there.apps.test\nX-Forwarded-Client-Cert: forged\n"
                            + "X-Forwarded-For: 192.0.2.1\n\n")
                    .readAnswer();
            seen.add(next(app));
        }
        String[] own = {"cdn-loop", "x-request-start"};
        assertThat(headers(seen.get(1), own)).isEqualTo(headers(seen.get(0), own));
        assertThat(seen.get(1).value("x-forwarded-client-cert")).startsWith("MII");
        assertThat(seen.get(1).value("x-forwarded-proto")).isEqualTo("https");
    }

    @Test
    void goRoutersBehindTheProxyProtocolLearnTheClientsAddress() throws Exception {
        TestBackend app = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            received.add(readHead(in));
            write(socket, "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "");
            in.read();
        });
        GoRouterConfig like = Configs.goRouters(app.port());
        announced = second(new GoRouterConfig(
                        like.members(),
                        like.probeInterval(),
                        like.probeTimeout(),
                        like.probeSlow(),
                        like.failurePause(),
                        like.slowStart(),
                        like.inFlightLeast(),
                        like.inFlightMost(),
                        true,
                        like.tls()))
                .announcedRelays();
        settings.proxyProtocolFrom = List.of("127.0.0.0/8");
        int port = port(first(app.port()));
        awaitWarm();
        connect(port).send("PROXY TCP4 198.51.100.7 127.0.0.1 4711 80\n" + GET).readAnswer();
        assertThat(nextReceived())
                .matches("(?s)PROXY TCP4 198\\.51\\.100\\.7 127\\.0\\.0\\.1 0 \\d+\r\n.*")
                .contains("x-forwarded-for: 198.51.100.7\r\n");
    }

    @Test
    void aSiteKnowsWhereARequestComesFrom() throws Exception {
        RecordingBackend app = recording("HTTP/1.1 200 OK\nContent-Length: 0\n\n");
        int port = both(app.port());
        connect(port)
                .send("GET / HTTP/1.1\nHost: there.apps.test\nX-Forwarded-For: 192.0.2.9\n\n")
                .readAnswer();
        RequestFacts here = decided.remove();
        RequestFacts there = decided.remove();
        assertThat(here.arrival()).isEqualTo(RequestFacts.Arrival.CLIENT);
        assertThat(here.redirectable()).isTrue();
        assertThat(there.arrival()).isEqualTo(RequestFacts.Arrival.SITE);
        assertThat(there.client()).isEqualTo("127.0.0.1");
        assertThat(next(app).value("x-forwarded-for")).isEqualTo("192.0.2.9, 127.0.0.1");
        connect(port)
                .send("POST / HTTP/1.1\nHost: there.apps.test\nCDN-Loop: Grouter-dc7\nContent-Length: 0\n\n")
                .readAnswer();
        assertThat(decided.peek()).isNotNull();
        assertThat(decided.remove().arrival()).isEqualTo(RequestFacts.Arrival.AGAIN);
        assertThat(next(app).value("cdn-loop")).isEqualTo("Grouter-dc7, grouter-dc1");
        assertThat(metric("grouter_relay_requests", "site", "dc2")).isEqualTo(2);
        assertThat(metric(second, "grouter_relay_incoming_requests", "site", "dc1"))
                .isEqualTo(2);
        assertThat(metric("grouter_relay_in_flight", "site", "dc2")).isZero();
    }

    @Test
    void whatHasBeenInASiteIsNotTakenThereAgain() throws Exception {
        TestBackend app = echoHeads();
        int port = both(app.port());
        RawHttp client = connect(port);
        client.send("GET / HTTP/1.1\nHost: there.apps.test\nCDN-Loop: x; y=\"a,b\", GROUTER-DC2 ;v=1\n\n");
        assertThat(client.readAnswer())
                .startsWith("HTTP/1.1 508 Loop Detected\r\n")
                .contains("x-grouter-site: dc2\r\n")
                .contains("x-grouter-reason: loop\r\n");
        client.send("GET / HTTP/1.1\nHost: there.apps.test\nCDN-Loop: grouter-dc22, grouter-dc2/x\n\n");
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK\r\n");
        assertThat(metric(second, "grouter_proxy_refusals", "reason", "loop")).isEqualTo(1);
    }

    @Test
    void theAccessLogNamesTheOtherSite() throws Exception {
        accessLogFile = folder.resolve("access.log").toString();
        int port = both(echoHeads().port());
        connect(port).send(GET).readAnswer();
        await().untilAsserted(() -> assertThat(Files.readString(Path.of(accessLogFile)))
                .contains("\"" + announced.get(0) + "\"")
                .contains("grouter_site:\"dc2\""));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bodiesPassBothWays(boolean overNio) throws Exception {
        nio = overNio;
        RecordingBackend app = closing(new RecordingBackend(request -> "HTTP/1.1 200 OK\r\nX-Way: "
                + (request.contains("transfer-encoding", "chunked") ? "chunks" : request.value("content-length"))
                + "\r\nTransfer-Encoding: chunked\r\nTrailer: X-End\r\n\r\n"
                + Integer.toHexString(request.body().length()) + "\r\n" + request.body()
                + "\r\n0\r\nX-End: " + String.join("", request.trailers()).trim() + "\r\n\r\n"));
        int port = both(app.port());
        RawHttp client = connect(port);
        client.send("POST / HTTP/1.1\nHost: there.apps.test\nContent-Length: 5\n\nhello");
        assertThat(client.readHead())
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("x-way: 5\r\n")
                .containsIgnoringCase("Transfer-Encoding: chunked\r\n");
        assertThat(client.read(10)).isEqualTo("5\r\nhello\r\n");
        assertThat(client.readHead()).isEqualTo("0\r\nx-end: \r\n\r\n");
        client.send(
                "POST / HTTP/1.1\nHost: there.apps.test\nTransfer-Encoding: chunked\n\n2\nhe\n3\nllo\n0\nX-T: t\n\n");
        assertThat(client.readHead()).contains("x-way: chunks\r\n");
        assertThat(client.read(10)).isEqualTo("5\r\nhello\r\n");
        assertThat(client.readHead()).isEqualTo("0\r\nx-end: x-t: t\r\n\r\n");
    }

    @Test
    void answersWithoutBodyKeepTheConnection() throws Exception {
        RecordingBackend app = closing(new RecordingBackend(request -> {
            String status = request.startLine().split(" ")[1].substring(1);
            return "HTTP/1.1 " + status + " X\r\n"
                    + (status.equals("204") ? "" : "Content-Length: 7\r\n") + "\r\n"
                    + (status.equals("200") && request.startLine().startsWith("GET") ? "1234567" : "");
        }));
        RawHttp client = connect(both(app.port()));
        client.send("HEAD /200 HTTP/1.1\nHost: there.apps.test\n\n");
        assertThat(client.readHead()).startsWith("HTTP/1.1 200 OK\r\n").contains("content-length: 7\r\n");
        client.send("GET /204 HTTP/1.1\nHost: there.apps.test\n\n");
        assertThat(client.readHead()).startsWith("HTTP/1.1 204 No Content\r\n").doesNotContain("ontent-length");
        client.send("GET /304 HTTP/1.1\nHost: there.apps.test\n\n");
        assertThat(client.readHead()).startsWith("HTTP/1.1 304 Not Modified\r\n");
        client.send("GET /200 HTTP/1.1\nHost: there.apps.test\n\n");
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK\r\n").endsWith("1234567");
    }

    @Test
    void oldClientsGetWhatTheyUnderstand() throws Exception {
        RecordingBackend app = recording("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nhello\n0\n\n");
        RawHttp client = connect(both(app.port()));
        client.send("GET / HTTP/1.0\nHost: there.apps.test\n\n");
        assertThat(client.readAll()).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nhello");
    }

    @Test
    void interimAnswersPass() throws Exception {
        TestBackend app = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            received.add(readHead(in));
            write(socket, "HTTP/1.1 100 Continue\n\n", "");
            received.add(new String(in.readNBytes(5), StandardCharsets.US_ASCII));
            write(socket, "HTTP/1.1 103 Early Hints\nLink: </x>\n\n", "");
            write(socket, "HTTP/1.1 200 OK\nContent-Length: 2\n\n", "ok");
            in.read();
        });
        RawHttp client = connect(both(app.port()));
        client.send("POST / HTTP/1.1\nHost: there.apps.test\nExpect: 100-continue\nContent-Length: 5\n\n");
        assertThat(nextReceived()).containsIgnoringCase("Expect: 100-continue\r\n");
        assertThat(client.readHead()).startsWith("HTTP/1.1 100 Continue\r\n");
        client.send("hello");
        assertThat(nextReceived()).isEqualTo("hello");
        assertThat(client.readHead()).startsWith("HTTP/1.1 103 Early Hints\r\n").contains("link: </x>\r\n");
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK\r\n").endsWith("ok");
    }

    @Test
    void tunnelsGoThroughBothSites() throws Exception {
        TestBackend app = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            received.add(readHead(in));
            write(
                    socket,
                    "HTTP/1.1 101 Switching Protocols\nConnection: Upgrade\nUpgrade: websocket\nX-A: 1\n\n",
                    "hi");
            in.transferTo(socket.getOutputStream());
        });
        int port = both(app.port());
        RawHttp client = connect(port);
        client.send("GET /ws HTTP/1.1\nHost: there.apps.test\nConnection: keep-alive, Upgrade\nUpgrade: websocket\n"
                + "Sec-WebSocket-Key: x\n\n");
        assertThat(client.readHead())
                .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
                .contains("X-A: 1\r\n")
                .contains("Upgrade: websocket\r\n");
        assertThat(client.read(2)).isEqualTo("hi");
        assertThat(nextReceived())
                .contains("Upgrade: websocket\r\n", "Connection: Upgrade\r\n", "CDN-Loop: grouter-dc1\r\n")
                .contains("X-Forwarded-For: 127.0.0.1\r\n");
        byte[] piece = new byte[1 << 20];
        for (int i = 0; i < 8; i++) {
            client.send(piece);
            assertThat(client.read(piece.length)).hasSize(piece.length);
        }
        assertThat(metric("grouter_proxy_websockets")).isEqualTo(1);
        assertThat(metric(second, "grouter_proxy_websockets")).isEqualTo(1);
        client.close();
        await().untilAsserted(() -> {
            assertThat(metric("grouter_proxy_websockets")).isZero();
            assertThat(metric(second, "grouter_proxy_websockets")).isZero();
            assertThat(metric("grouter_relay_connections", "site", "dc2")).isEqualTo(1);
        });
    }

    @Test
    void aRefusedUpgradeIsAnOrdinaryAnswer() throws Exception {
        RawHttp client = connect(both(echoHeads().port()));
        client.send("GET / HTTP/1.1\nHost: there.apps.test\nConnection: Upgrade\nUpgrade: websocket\n\n");
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK\r\n");
        client.send(GET);
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK\r\n");
    }

    // ---- back-pressure

    @Test
    void aSlowReaderHoldsTheSenderBackAndNobodyElse() throws Exception {
        long size = 50L << 20;
        AtomicLong written = new AtomicLong();
        TestBackend app = backend(socket -> {
            if (readHead(socket.getInputStream()).startsWith("GET /small")) {
                write(socket, "HTTP/1.1 200 OK\nContent-Length: 2\n\n", "ok");
                return;
            }
            write(socket, "HTTP/1.1 200 OK\nContent-Length: " + size + "\n\n", "");
            byte[] piece = new byte[65_536];
            for (long sent = 0; sent < size; sent += piece.length) {
                socket.getOutputStream().write(piece);
                written.addAndGet(piece.length);
            }
        });
        settings.timeouts(Duration.ofSeconds(40));
        secondSettings.timeouts(Duration.ofSeconds(40));
        int port = both(app.port());
        List<RawHttp> slow = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            RawHttp client = connect(port);
            client.socket().setReceiveBufferSize(65_536);
            client.send("GET /big HTTP/1.1\nHost: there.apps.test\nConnection: close\n\n")
                    .readHead();
            slow.add(client);
        }
        SlowReader.untilStuck(written, Duration.ofSeconds(20));
        assertThat(written.get()).isLessThan(30 * (12L << 20));
        assertThat(connect(port)
                        .send("GET /small HTTP/1.1\nHost: there.apps.test\n\n")
                        .readAnswer())
                .endsWith("ok");
        assertThat(slow.get(0).drain()).isEqualTo(size);
    }

    @Test
    void aSlowAppHoldsTheClientBackAndGetsEverything() throws Exception {
        SlowReader app = new SlowReader(50 << 20, Duration.ofSeconds(20));
        settings.timeouts(Duration.ofSeconds(40));
        secondSettings.timeouts(Duration.ofSeconds(40));
        app.holdsBack(connect(both(backend(app).port())), "there.apps.test");
    }
}
