package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grouter.gorouter.GoRouterConfig;
import io.grouter.gorouter.GoRouterTlsConfig;
import io.grouter.proxy.ProxyTlsConfig.ClientCertificates;
import io.grouter.testing.Configs;
import io.grouter.testing.KeyFiles;
import io.grouter.testing.QuietPipelines;
import io.grouter.testing.RawHttp;
import io.grouter.testing.TestBackend;
import io.grouter.testing.TlsContexts;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS on both sides of the proxy, with the JDK's TLS at the other ends. */
@Timeout(60)
class TlsIT extends ProxyWorld {
    private static final int BIG = 8 << 20;
    private static final String GET = "GET / HTTP/1.1\nHost: here.apps.test\n\n";

    @TempDir
    private static Path made;

    private static KeyFiles fallback;
    private static KeyFiles exact;
    private static KeyFiles wildcard;
    private static KeyFiles odd;
    private static KeyFiles client;
    private static String allOfThem;

    @TempDir
    private Path folder;

    @BeforeAll
    static void makeCertificates() throws IOException {
        fallback = KeyFiles.make(made, "fallback", "EC", "dns:fallback.test,dns:localhost,ip:127.0.0.1");
        exact = KeyFiles.make(made, "exact", "RSA", "dns:one.apps.test");
        wildcard = KeyFiles.make(made, "wildcard", "EC", "dns:*.apps.test");
        odd = KeyFiles.make(made, "odd", "Ed25519", "dns:odd.test");
        client = KeyFiles.make(made, "client", "EC", "dns:client.test");
        StringBuilder all = new StringBuilder();
        for (KeyFiles each : List.of(fallback, exact, wildcard, odd)) {
            all.append(Files.readString(Path.of(each.certificate())));
        }
        allOfThem = Files.writeString(made.resolve("all.ca"), all).toString();
    }

    // ---- the world

    @BeforeEach
    void watchPipelines() {
        closing(new QuietPipelines());
    }

    private static void put(Path folder, KeyFiles files, String name) throws IOException {
        Files.copy(Path.of(files.key()), folder.resolve(name + ".key"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(Path.of(files.certificate()), folder.resolve(name + ".crt"), StandardCopyOption.REPLACE_EXISTING);
    }

    private void tls(boolean tls12, ClientCertificates clients, XfccMode xfcc) throws IOException {
        put(folder, fallback, "fallback");
        settings.tls = new ProxyTlsConfig(
                List.of(InetSocketAddress.createUnresolved("127.0.0.1", 0)),
                folder.toString(),
                "fallback",
                tls12,
                true,
                clients,
                clients == ClientCertificates.NONE ? "" : client.certificate(),
                xfcc);
    }

    private void tls() throws IOException {
        tls(true, ClientCertificates.NONE, XfccMode.ALWAYS_FORWARD);
    }

    /** Starts the proxy; returns the port that speaks TLS. */
    private int startTls(int... goRouterPorts) throws IOException {
        return startTls(Duration.ofSeconds(10), goRouterPorts);
    }

    private int startTls(Duration timeout, int... goRouterPorts) throws IOException {
        settings.timeouts(timeout);
        return startWith(Configs.goRouters(goRouterPorts)).addresses().get(1).getPort();
    }

    private SSLSocket socket(int port) throws IOException {
        return closing(TlsContexts.connect(TlsContexts.of(allOfThem, null), port));
    }

    private RawHttp secure(int port) throws IOException {
        return new RawHttp(socket(port));
    }

    private double failures() {
        return metric("grouter_proxy_tls_handshake_failures");
    }

    private static String subject(SSLSocket socket) throws IOException {
        socket.startHandshake();
        return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                .getSubjectX500Principal()
                .getName();
    }

    // ---- clients

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void servesHttp1OverBothVersions(String version) throws Exception {
        tls();
        SSLSocket socket = socket(startTls(echoHeads().port()));
        socket.setEnabledProtocols(new String[] {version});
        RawHttp client = new RawHttp(socket);
        for (int i = 0; i < 3; i++) {
            client.send("POST /" + i + " HTTP/1.1\nHost: here.apps.test\nContent-Length: 3\n\nabc");
            assertThat(client.readAnswer())
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("X-Grouter-Reason: local\r\n", "POST /" + i);
            assertThat(nextReceived())
                    .contains("X-Forwarded-Proto: https\r\n", "X-Forwarded-Port: 443\r\n")
                    .contains("X-Forwarded-For: 127.0.0.1\r\n");
        }
        assertThat(socket.getSession().getProtocol()).isEqualTo(version);
        assertThat(metric("grouter_proxy_tls_handshakes")).isEqualTo(1);
        assertThat(failures()).isZero();
    }

    @Test
    void tls12CanBeOff() throws Exception {
        tls(false, ClientCertificates.NONE, XfccMode.ALWAYS_FORWARD);
        int port = startTls(echoHeads().port());
        SSLSocket old = socket(port);
        old.setEnabledProtocols(new String[] {"TLSv1.2"});
        assertThatThrownBy(old::startHandshake).isInstanceOf(SSLException.class);
        await().untilAsserted(() -> assertThat(failures()).isEqualTo(1));
        assertThat(secure(port).send(GET).readAnswer()).startsWith("HTTP/1.1 200");
    }

    @Test
    void thePortInHostIsForwarded() throws Exception {
        tls();
        RawHttp client = secure(startTls(echoHeads().port()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test:8443\n\n").readAnswer();
        assertThat(nextReceived()).contains("X-Forwarded-Proto: https\r\n", "X-Forwarded-Port: 8443\r\n");
    }

    @Test
    void redirectsStayOnHttps() throws Exception {
        tls();
        RawHttp client = secure(startTls(echoHeads().port()));
        client.send("GET /a?b HTTP/1.1\nHost: there.apps.test\n\n");
        assertThat(client.readAnswer())
                .startsWith("HTTP/1.1 307")
                .contains("Location: https://there.dc2.apps.test/a?b\r\n");
    }

    @Test
    void thePlainListenerServesBesides() throws Exception {
        tls();
        ProxyServer server = startWith(Configs.goRouters(echoHeads().port()));
        RawHttp plain = connect(server.addresses().get(0).getPort());
        assertThat(plain.send(GET).readAnswer()).startsWith("HTTP/1.1 200").contains("X-Forwarded-Proto: http\r\n");
    }

    @Test
    void certificatesAreChosenByName() throws Exception {
        tls();
        put(folder, exact, "exact");
        put(folder, wildcard, "wildcard");
        int port = startTls(closedPort());
        assertThat(subject(TlsContexts.askFor(socket(port), "one.apps.test"))).isEqualTo("CN=exact");
        assertThat(subject(TlsContexts.askFor(socket(port), "ONE.apps.test"))).isEqualTo("CN=exact");
        assertThat(subject(TlsContexts.askFor(socket(port), "two.apps.test"))).isEqualTo("CN=wildcard");
        assertThat(subject(TlsContexts.askFor(socket(port), "a.two.apps.test"))).isEqualTo("CN=fallback");
        assertThat(subject(socket(port))).isEqualTo("CN=fallback");
    }

    @Test
    void replacedCertificatesAreUsedAndBrokenOnesAreNot() throws Exception {
        tls();
        int port = startTls(echoHeads().port());
        RawHttp before = secure(port);
        assertThat(before.send(GET).readAnswer()).startsWith("HTTP/1.1 200");
        put(folder, wildcard, "fallback");
        await().atMost(Duration.ofSeconds(8))
                .untilAsserted(() -> assertThat(subject(socket(port))).isEqualTo("CN=wildcard"));
        assertThat(before.send(GET).readAnswer()).startsWith("HTTP/1.1 200");
        Files.writeString(folder.resolve("fallback.crt"), "broken");
        put(folder, exact, "exact");
        await("all of the folder was read again")
                .atMost(Duration.ofSeconds(8))
                .untilAsserted(() -> assertThat(subject(TlsContexts.askFor(socket(port), "one.apps.test")))
                        .isEqualTo("CN=exact"));
        assertThat(subject(socket(port))).isEqualTo("CN=wildcard");
    }

    /** The native library knows fewer kinds of keys than the JDK, which reads the files. */
    @Test
    void anOddKeyIsUsedAndHarmsNoOther() throws Exception {
        tls();
        int port = startTls(closedPort());
        put(folder, odd, "odd");
        put(folder, wildcard, "wildcard");
        await().atMost(Duration.ofSeconds(8))
                .untilAsserted(() -> assertThat(subject(TlsContexts.askFor(socket(port), "two.apps.test")))
                        .isEqualTo("CN=wildcard"));
        assertThat(subject(TlsContexts.askFor(socket(port), "odd.test"))).isEqualTo("CN=odd");
        assertThat(subject(socket(port))).isEqualTo("CN=fallback");
    }

    @Test
    void aHandshakeThatStopsIsCutOffAndCounted() throws Exception {
        tls();
        int port = startTls(Duration.ofMillis(400), closedPort());
        RawHttp silent = connect(port);
        RawHttp halfAHello = connect(port).send(new byte[] {22, 3, 1, 1, 0, 1, 0});
        assertThat(silent.atEnd()).isTrue();
        assertThat(halfAHello.atEnd()).isTrue();
        await().untilAsserted(() -> assertThat(failures()).isEqualTo(2));
        assertThat(metric("grouter_proxy_connections")).isZero();
    }

    /** The hello is whole, so a certificate was chosen already. */
    @Test
    void aHandshakeThatStopsAfterTheHelloIsCutOffToo() throws Exception {
        tls();
        int port = startTls(Duration.ofMillis(400), closedPort());
        // A relay that lets only the first message of the client through.
        TestBackend relay = backend(socket -> {
            byte[] hello = new byte[16_384];
            int length = socket.getInputStream().read(hello);
            try (RawHttp on = new RawHttp(port)) {
                on.send(java.util.Arrays.copyOf(hello, length));
                on.readAll();
            }
        });
        assertThatThrownBy(() -> socket(relay.port()).startHandshake()).isInstanceOf(IOException.class);
        await().untilAsserted(() -> assertThat(failures()).isEqualTo(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\nHost: here.apps.test\n\n",
                "\u0016\u0003\u0001\u0000\u0005abcdefgh",
                "\0\0\0\0\0\0"
            })
    void garbageIsCutOffAtOnceAndCounted(String garbage) throws Exception {
        tls();
        int port = startTls(closedPort());
        RawHttp client = connect(port).send(garbage);
        client.readAll(); // perhaps an alert
        await().untilAsserted(() -> assertThat(failures()).isEqualTo(1));
        await().untilAsserted(
                        () -> assertThat(metric("grouter_proxy_connections")).isZero());
    }

    @Test
    void theEndIsSaidByCloseNotify() throws Exception {
        tls();
        int port = startTls(echoHeads().port());
        RawHttp asked = secure(port).send("GET / HTTP/1.1\nHost: here.apps.test\nConnection: close\n\n");
        assertThat(asked.readAll()).contains("Connection: close\r\n"); // throws when close_notify is missing
        SSLSocket ends = socket(port);
        RawHttp client = new RawHttp(ends);
        assertThat(client.send(GET).readAnswer()).startsWith("HTTP/1.1 200");
        ends.shutdownOutput();
        assertThat(client.atEnd()).isTrue();
        await().untilAsserted(
                        () -> assertThat(metric("grouter_proxy_connections")).isZero());
        assertThat(failures()).isZero();
    }

    @Test
    void bigBodiesPassBothWays() throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            readHead(in);
            byte[] body = in.readNBytes(BIG);
            write(socket, "HTTP/1.1 200 OK\nContent-Length: " + BIG + "\n\n", "");
            socket.getOutputStream().write(body);
            in.read();
        });
        tls();
        RawHttp client = secure(startTls(goRouter.port()));
        byte[] body = new byte[BIG];
        for (int i = 0; i < BIG; i++) {
            body[i] = (byte) (i * 31 + (i >>> 13));
        }
        client.send("POST / HTTP/1.1\nHost: here.apps.test\nContent-Length: " + BIG + "\n\n");
        Future<RawHttp> sending = inBackground(() -> client.send(body));
        assertThat(client.readHead()).startsWith("HTTP/1.1 200");
        assertThat(client.read(BIG).getBytes(StandardCharsets.ISO_8859_1)).isEqualTo(body);
        sending.get();
    }

    private <T> Future<T> inBackground(java.util.concurrent.Callable<T> task) {
        var thread = Executors.newSingleThreadExecutor();
        closing(thread::shutdownNow);
        return thread.submit(task);
    }

    @Test
    void tunnelsWorkOverTls() throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = socket.getInputStream();
            readHead(in);
            write(socket, "HTTP/1.1 101 Switching Protocols\nConnection: Upgrade\nUpgrade: websocket\n\n", "");
            for (int b = in.read(); b >= 0; b = in.read()) {
                socket.getOutputStream().write(b + 1);
            }
        });
        tls();
        RawHttp client = secure(startTls(goRouter.port()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\nConnection: Upgrade\nUpgrade: websocket\n\n");
        assertThat(client.readHead()).startsWith("HTTP/1.1 101");
        assertThat(client.send("abc").read(3)).isEqualTo("bcd");
    }

    // ---- clients' certificates

    private String xfcc(int port, @Nullable KeyFiles shown, String header) throws Exception {
        SSLSocket socket = closing(TlsContexts.connect(TlsContexts.of(allOfThem, shown), port));
        RawHttp raw = new RawHttp(socket);
        raw.send("GET / HTTP/1.1\nHost: here.apps.test\n" + header + "\n");
        assertThat(raw.readAnswer()).startsWith("HTTP/1.1 200");
        return nextReceived()
                .lines()
                .filter(line -> line.startsWith("X-Forwarded-Client-Cert: "))
                .map(line -> line.substring(25))
                .reduce("", String::concat);
    }

    private static String der(KeyFiles files) throws IOException {
        String pem = Files.readString(Path.of(files.certificate()));
        String base64 = pem.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
        assertThat(Base64.getDecoder().decode(base64)).isNotEmpty();
        return base64;
    }

    /** What reaches the GoRouter: without anything, with the header, with a certificate, with both. */
    @ParameterizedTest
    @CsvSource({"ALWAYS_FORWARD, '', lie, '', lie", "FORWARD, '', '', '', lie", "SANITIZE_SET, '', '', CERT, CERT"})
    void certificatesMayBeShown(XfccMode mode, String bare, String header, String certificate, String both)
            throws Exception {
        tls(true, ClientCertificates.REQUEST, mode);
        int port = startTls(echoHeads().port());
        String lie = "X-Forwarded-Client-Cert: lie\n";
        String shown = der(client);
        assertThat(xfcc(port, null, "")).isEqualTo(bare);
        assertThat(xfcc(port, null, lie)).isEqualTo(header);
        assertThat(xfcc(port, client, "")).isEqualTo(certificate.replace("CERT", shown));
        assertThat(xfcc(port, client, lie)).isEqualTo(both.replace("CERT", shown));
    }

    @Test
    void certificatesOfResumedSessionsCountToo() throws Exception {
        tls(true, ClientCertificates.REQUEST, XfccMode.SANITIZE_SET);
        int port = startTls(echoHeads().port());
        SSLContext remembers = TlsContexts.of(allOfThem, client);
        for (int i = 0; i < 3; i++) {
            RawHttp raw = new RawHttp(closing(TlsContexts.connect(remembers, port)));
            assertThat(raw.send(GET).readAnswer()).startsWith("HTTP/1.1 200");
            assertThat(nextReceived()).contains("X-Forwarded-Client-Cert: " + der(client) + "\r\n");
        }
    }

    @ParameterizedTest
    @EnumSource(XfccMode.class)
    void certificatesMustBeShown(XfccMode mode) throws Exception {
        tls(true, ClientCertificates.REQUIRE, mode);
        int port = startTls(echoHeads().port());
        String expected = mode == XfccMode.SANITIZE_SET ? der(client) : "lie";
        assertThat(xfcc(port, client, "X-Forwarded-Client-Cert: lie\n")).isEqualTo(expected);
        assertThatThrownBy(() -> xfcc(port, null, "")).isInstanceOfAny(IOException.class, AssertionError.class);
        assertThatThrownBy(() -> xfcc(port, fallback, "")).isInstanceOfAny(IOException.class, AssertionError.class);
        await().untilAsserted(() -> assertThat(failures()).isEqualTo(2));
        assertThat(received).isEmpty();
    }

    // ---- GoRouters

    /** A GoRouter with TLS that answers with the name in its client's certificate and the request's head. */
    private TestBackend secureGoRouter(KeyFiles shows, @Nullable KeyFiles asksFor) throws IOException {
        SSLContext context = TlsContexts.of(asksFor == null ? allOfThem : asksFor.certificate(), shows);
        SSLServerSocket server =
                (SSLServerSocket) context.getServerSocketFactory().createServerSocket();
        server.setNeedClientAuth(asksFor != null);
        return closing(new TestBackend(server, socket -> {
            String who = asksFor == null ? "nobody" : subject((SSLSocket) socket);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (String head = readHead(in); !head.isEmpty(); head = readHead(in)) {
                received.add(head);
                skipBody(in, head);
                write(socket, "HTTP/1.1 200 OK\nContent-Length: " + who.length() + "\n\n", who);
            }
        }));
    }

    private static GoRouterConfig over(TestBackend goRouter, GoRouterTlsConfig tls) {
        InetSocketAddress address = InetSocketAddress.createUnresolved("127.0.0.1", goRouter.port());
        return Configs.goRouters(List.of(new GoRouterConfig.Member(address, address)), 1000, tls);
    }

    private RawHttp client(GoRouterConfig goRouters) throws IOException {
        return connect(startWith(goRouters).addresses().get(0).getPort());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "fallback.test"})
    void goRoutersAreCheckedAndConnectionsKept(String name) throws Exception {
        TestBackend goRouter = secureGoRouter(fallback, null);
        RawHttp client =
                client(over(goRouter, new GoRouterTlsConfig(true, fallback.certificate(), "", "", name, false)));
        for (int i = 0; i < 3; i++) {
            client.send("POST / HTTP/1.1\nHost: here.apps.test\nContent-Length: 3\n\nabc");
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 200").endsWith("nobody");
            assertThat(nextReceived()).contains("X-Forwarded-Proto: http\r\n");
        }
        assertThat(goRouter.connections()).isEqualTo(1);
    }

    @Test
    void theOwnCertificateIsShown() throws Exception {
        TestBackend goRouter = secureGoRouter(fallback, client);
        RawHttp raw = client(over(
                goRouter,
                new GoRouterTlsConfig(true, fallback.certificate(), client.certificate(), client.key(), "", false)));
        assertThat(raw.send(GET).readAnswer()).startsWith("HTTP/1.1 200").endsWith("CN=client");
    }

    @Test
    void aGoRouterThatMissesOurCertificateIsAFailure() throws Exception {
        TestBackend goRouter = secureGoRouter(fallback, client);
        RawHttp raw = client(over(goRouter, new GoRouterTlsConfig(true, fallback.certificate(), "", "", "", false)));
        assertThat(raw.send(GET).readAnswer()).startsWith("HTTP/1.1 50");
        assertThat(received).isEmpty();
    }

    @Test
    void aWrongNameIsNeverTalkedTo() throws Exception {
        TestBackend goRouter = secureGoRouter(exact, null);
        RawHttp raw = client(
                over(goRouter, new GoRouterTlsConfig(true, exact.certificate(), "", "", "two.apps.test", false)));
        assertThat(raw.send(GET).readAnswer()).startsWith("HTTP/1.1 503").contains("no-gorouter");
        assertThat(received).isEmpty();
    }

    @Test
    void anUnknownCaIsNeverTalkedTo() throws Exception {
        TestBackend goRouter = secureGoRouter(fallback, null);
        RawHttp raw = client(over(goRouter, new GoRouterTlsConfig(true, exact.certificate(), "", "", "", false)));
        assertThat(raw.send(GET).readAnswer()).startsWith("HTTP/1.1 503").contains("no-gorouter");
        assertThat(received).isEmpty();
    }

    @Test
    void aPlainGoRouterGetsNothingInClear() throws Exception {
        TestBackend goRouter = backend(socket -> {
            Socket plain = socket;
            byte[] first = plain.getInputStream().readNBytes(5);
            received.add(first[0] == 22 ? "handshake" : new String(first, StandardCharsets.ISO_8859_1));
            write(plain, "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "");
        });
        RawHttp raw = client(over(goRouter, new GoRouterTlsConfig(true, fallback.certificate(), "", "", "", false)));
        assertThat(raw.send(GET).readAnswer()).startsWith("HTTP/1.1 503");
        assertThat(nextReceived()).isEqualTo("handshake");
        assertThat(received).isEmpty();
    }

    @Test
    void aGoRouterThatStopsInTheHandshakeIsNotWaitedForForever() throws Exception {
        TestBackend goRouter = backend(socket -> socket.getInputStream().readAllBytes());
        RawHttp raw = client(over(goRouter, new GoRouterTlsConfig(true, fallback.certificate(), "", "", "", false)));
        assertThat(raw.send(GET).readAnswer()).startsWith("HTTP/1.1 503").contains("no-gorouter");
    }

    @Test
    void aCertificateThatCannotBeReadStopsTheStart() throws Exception {
        tls();
        Files.writeString(folder.resolve("fallback.crt"), "broken");
        assertThatThrownBy(() -> startTls(closedPort()))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(SSLHandshakeException.class)
                .hasMessageContaining("fallback");
    }
}
