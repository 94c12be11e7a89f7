package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grouter.gorouter.GoRouterConfig;
import io.grouter.gorouter.GoRouterTlsConfig;
import io.grouter.testing.Configs;
import io.grouter.testing.KeyFiles;
import io.grouter.testing.ProxySettings;
import io.grouter.testing.QuietPipelines;
import io.grouter.testing.RawHttp;
import io.grouter.testing.RawHttp2;
import io.grouter.testing.TestBackend;
import io.grouter.testing.TlsContexts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The PROXY protocol in front of the proxy, and from it to GoRouters. */
@Timeout(60)
class ProxyProtocolIT extends ProxyWorld {
    private static final String GET = "GET / HTTP/1.1\nHost: here.apps.test\n\n";
    private static final byte[] SIGNATURE = {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10};
    private static final int LOCAL = 0x20;
    private static final int PROXY = 0x21;
    private static final int TCP4 = 0x11;
    private static final int TCP6 = 0x21;

    @TempDir
    private static Path folder;

    private static KeyFiles files;

    @BeforeAll
    static void makeCertificate() {
        files = KeyFiles.make(folder, "localhost", "EC", "dns:localhost,ip:127.0.0.1");
    }

    @BeforeEach
    void listen() {
        closing(new QuietPipelines());
        settings.proxyProtocolFrom = List.of("127.0.0.0/8");
        settings.tls = ProxySettings.https(folder);
    }

    // ---- headers

    private static byte[] one(String line) {
        return (line + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] two(int command, int family, byte[] addresses) {
        ByteBuf header = Unpooled.buffer();
        header.writeBytes(SIGNATURE).writeByte(command).writeByte(family).writeShort(addresses.length);
        return ByteBufUtil.getBytes(header.writeBytes(addresses));
    }

    private static byte[] ipv4() {
        ByteBuf addresses = Unpooled.buffer();
        addresses.writeBytes(new byte[] {(byte) 192, 0, 2, 7}).writeBytes(new byte[] {(byte) 192, 0, 2, 1});
        return ByteBufUtil.getBytes(addresses.writeShort(4711).writeShort(443));
    }

    private static byte[] ipv6() {
        ByteBuf addresses = Unpooled.buffer();
        addresses.writeShort(0x2001).writeShort(0xdb8).writeZero(11).writeByte(7);
        addresses.writeShort(0x2001).writeShort(0xdb8).writeZero(11).writeByte(1);
        return ByteBufUtil.getBytes(addresses.writeShort(4711).writeShort(443));
    }

    private static byte[] withTlv(byte[] addresses) {
        return ByteBufUtil.getBytes(Unpooled.buffer()
                .writeBytes(addresses)
                .writeByte(4)
                .writeShort(3)
                .writeZero(3));
    }

    static Stream<Arguments> headers() {
        return Stream.of(
                Arguments.of("v1 IPv4", one("PROXY TCP4 192.0.2.7 192.0.2.1 4711 443"), "192.0.2.7"),
                Arguments.of("v1 IPv6", one("PROXY TCP6 2001:db8::7 2001:db8::1 4711 443"), "2001:db8:0:0:0:0:0:7"),
                Arguments.of("v1 unknown", one("PROXY UNKNOWN"), "127.0.0.1"),
                Arguments.of("v1 unknown, with more", one("PROXY UNKNOWN ffff::1 ffff::2 1 2"), "127.0.0.1"),
                Arguments.of("v2 IPv4", two(PROXY, TCP4, ipv4()), "192.0.2.7"),
                Arguments.of("v2 IPv6", two(PROXY, TCP6, ipv6()), "2001:db8:0:0:0:0:0:7"),
                Arguments.of("v2 with more", two(PROXY, TCP4, withTlv(ipv4())), "192.0.2.7"),
                Arguments.of("v2 local", two(LOCAL, 0, new byte[0]), "127.0.0.1"),
                Arguments.of("v2 local, with addresses", two(LOCAL, TCP4, ipv4()), "127.0.0.1"),
                Arguments.of("v2 unspecified", two(PROXY, 0, new byte[0]), "127.0.0.1"),
                Arguments.of("nothing", new byte[0], "127.0.0.1"));
    }

    private void assertForwardedFor(String address) throws InterruptedException {
        assertThat(nextReceived()).contains("\r\nX-Forwarded-For: " + address + "\r\n");
    }

    // ---- from clients

    @ParameterizedTest(name = "{0}")
    @MethodSource("headers")
    void theToldAddressIsTheClients(String name, byte[] header, String address) throws Exception {
        int port = start(echoHeads().port());
        RawHttp client = connect(port).send(header).send(GET);
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 200");
        assertForwardedFor(address);
        assertThat(client.send(GET).readAnswer()).startsWith("HTTP/1.1 200");
        assertForwardedFor(address);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("headers")
    void itMayComeInPieces(String name, byte[] header, String address) throws Exception {
        int port = start(echoHeads().port());
        RawHttp client = connect(port);
        byte[] all = ByteBufUtil.getBytes(Unpooled.buffer()
                .writeBytes(header)
                .writeBytes(GET.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII)));
        for (byte each : all) {
            client.send(new byte[] {each});
            Thread.onSpinWait();
        }
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 200");
        assertForwardedFor(address);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("headers")
    void itComesBeforeTls(String name, byte[] header, String address) throws Exception {
        int port = startWith(Configs.goRouters(echoHeads().port()))
                .addresses()
                .get(1)
                .getPort();
        Socket plain = connect(port).send(header).socket();
        SSLContext context = TlsContexts.of(files.certificate(), null);
        RawHttp client = new RawHttp(TlsContexts.over(context, plain)).send(GET);
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 200").contains("X-Forwarded-Proto: https\r\n");
        assertForwardedFor(address);
    }

    @Test
    void itComesBeforeHttp2() throws Exception {
        int port = startWith(Configs.goRouters(echoHeads().port()))
                .addresses()
                .get(1)
                .getPort();
        Socket plain = connect(port)
                .send(one("PROXY TCP4 192.0.2.7 192.0.2.1 4711 443"))
                .socket();
        SSLSocket socket = TlsContexts.offer(TlsContexts.over(TlsContexts.of(files.certificate(), null), plain), "h2");
        RawHttp2 client = new RawHttp2(socket);
        assertThat(client.request(1, true, "GET", "here.apps.test", "/")
                        .answer(1)
                        .status())
                .isEqualTo(200);
        assertForwardedFor("192.0.2.7");
    }

    @Test
    void othersAreNotBelieved() throws Exception {
        settings.proxyProtocolFrom = List.of("192.0.2.0/24", "::1/128");
        ProxyServer proxy = startWith(Configs.goRouters(echoHeads().port()));
        RawHttp one = connect(proxy.addresses().get(0).getPort());
        one.send(one("PROXY TCP4 192.0.2.7 192.0.2.1 4711 443")).send(GET);
        assertThat(one.readAll()).startsWith("HTTP/1.1 400").contains("bad-request");
        RawHttp two = connect(proxy.addresses().get(0).getPort());
        two.send(two(PROXY, TCP4, ipv4())).send(GET);
        assertThat(two.readAll()).startsWith("HTTP/1.1 400");
        RawHttp secure = connect(proxy.addresses().get(1).getPort());
        Socket plain =
                secure.send(one("PROXY TCP4 192.0.2.7 192.0.2.1 4711 443")).socket();
        SSLSocket socket = TlsContexts.over(TlsContexts.of(files.certificate(), null), plain);
        assertThatThrownBy(socket::startHandshake).isInstanceOf(IOException.class);
        assertThat(received).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY TCP4 192.0.2.7\r\n",
                "PROXY TCP4 192.0.2.256 192.0.2.1 4711 443\r\n",
                "PROXY TCP4 2001:db8::7 2001:db8::1 4711 443\r\n",
                "PROXY TCP4 192.0.2.7 192.0.2.1 99999 443\r\n",
                "PROXY TCP4 192.0.2.7 192.0.2.1 4711 443 1 2 3\r\n",
                "PROXY SCTP 192.0.2.7 192.0.2.1 4711 443\r\n",
                "PROXY TCP4 192.0.2.7 192.0.2.1 4711 443                                                      "
                        + "                                                              \r\n"
            })
    void anInvalidLineEndsTheConnection(String line) throws Exception {
        int port = start(echoHeads().port());
        RawHttp client = connect(port).send(line + GET);
        assertThat(client.atEnd()).isTrue();
        assertThat(received).isEmpty();
        await().untilAsserted(
                        () -> assertThat(metric("grouter_proxy_connections")).isZero());
    }

    static Stream<Arguments> invalid() {
        return Stream.of(
                Arguments.of("version", two(0x31, TCP4, ipv4())),
                Arguments.of("command", two(0x2f, TCP4, ipv4())),
                Arguments.of("family", two(PROXY, 0x4f, ipv4())),
                Arguments.of("too short", two(PROXY, TCP4, new byte[4])),
                Arguments.of("IPv4 as IPv6", two(PROXY, TCP6, ipv4())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("invalid")
    void anInvalidHeaderEndsTheConnection(String name, byte[] header) throws Exception {
        int port = start(echoHeads().port());
        RawHttp client = connect(port).send(header).send(GET);
        assertThat(client.atEnd()).isTrue();
        assertThat(received).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "PROXY", "PROXY TCP4 192.0.2.7 19", "\r\n\r\n\0\r\nQUIT\n"})
    void aHeaderThatStopsIsCutOff(String start) throws Exception {
        int port = start(Duration.ofMillis(300), echoHeads().port());
        RawHttp client = connect(port).send(start.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(client.atEnd()).isTrue();
        await().untilAsserted(
                        () -> assertThat(metric("grouter_proxy_connections")).isZero());
    }

    @Test
    void aHeaderThatBreaksOffIsForgotten() throws Exception {
        int port = start(echoHeads().port());
        connect(port).send("PROXY TCP4 192.").close();
        RawHttp reset = connect(port).send("PROXY TCP4 192.");
        await().untilAsserted(
                        () -> assertThat(metric("grouter_proxy_connections")).isEqualTo(1));
        reset.socket().setSoLinger(true, 0);
        reset.close();
        await().untilAsserted(
                        () -> assertThat(metric("grouter_proxy_connections")).isZero());
    }

    @Test
    void theToldAddressIsTrustedOrNot() throws Exception {
        settings.trustedNetworks = List.of("192.0.2.0/24");
        int port = start(echoHeads().port());
        String get = "GET / HTTP/1.1\nHost: here.apps.test\nX-Forwarded-For: 203.0.113.1\n\n";
        connect(port)
                .send(one("PROXY TCP4 192.0.2.7 192.0.2.1 4711 443"))
                .send(get)
                .readAnswer();
        assertForwardedFor("203.0.113.1, 192.0.2.7");
        connect(port)
                .send(one("PROXY TCP4 198.51.100.7 192.0.2.1 4711 443"))
                .send(get)
                .readAnswer();
        assertForwardedFor("198.51.100.7");
    }

    @Test
    void theAccessLogHasTheToldAddress() throws Exception {
        Path log = folder.resolve("access.log");
        accessLogFile = log.toString();
        int port = start(echoHeads().port());
        connect(port)
                .send(one("PROXY TCP4 192.0.2.7 192.0.2.1 4711 443"))
                .send(GET)
                .readAnswer();
        await().untilAsserted(() -> assertThat(Files.readString(log)).contains("192.0.2.7:4711"));
    }

    @Test
    void theToldAddressHasItsBound() throws Exception {
        settings.maxConnectionsPerClient = 2;
        int port = start(echoHeads().port());
        byte[] one = one("PROXY TCP4 192.0.2.7 192.0.2.1 4711 443");
        List<RawHttp> fine = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            fine.add(connect(port).send(one).send(GET));
            assertThat(fine.get(i).readAnswer()).startsWith("HTTP/1.1 200");
        }
        assertThat(connect(port).send(one).send(GET).atEnd()).isTrue();
        assertThat(metric("grouter_proxy_client_connections_refused")).isEqualTo(1);
        for (int i = 0; i < 3; i++) {
            byte[] other = one("PROXY TCP4 198.51.100." + i + " 192.0.2.1 4711 443");
            assertThat(connect(port).send(other).send(GET).readAnswer()).startsWith("HTTP/1.1 200");
        }
        fine.get(0).close();
        await().untilAsserted(() ->
                assertThat(connect(port).send(one).send(GET).readHead()).startsWith("HTTP/1.1 200"));
    }

    @Test
    void anIpv6ClientHasItsNetworksBound() throws Exception {
        settings.maxConnectionsPerClient = 1;
        int port = start(echoHeads().port());
        RawHttp first = connect(port).send(one("PROXY TCP6 2001:db8::7 2001:db8::1 4711 443"));
        assertThat(first.send(GET).readAnswer()).startsWith("HTTP/1.1 200");
        RawHttp same = connect(port).send(one("PROXY TCP6 2001:db8::8 2001:db8::1 4711 443"));
        assertThat(same.send(GET).atEnd()).isTrue();
        RawHttp other = connect(port).send(one("PROXY TCP6 2001:db8:0:1::7 2001:db8::1 4711 443"));
        assertThat(other.send(GET).readAnswer()).startsWith("HTTP/1.1 200");
    }

    // ---- to GoRouters

    private static GoRouterConfig telling(int port, GoRouterTlsConfig tls) {
        GoRouterConfig like = Configs.goRouters(port);
        return new GoRouterConfig(
                like.members(),
                like.probeInterval(),
                like.probeTimeout(),
                like.probeSlow(),
                like.failurePause(),
                like.slowStart(),
                like.inFlightLeast(),
                like.inFlightMost(),
                true,
                tls);
    }

    private static String readLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b >= 0; b = in.read()) {
            line.append((char) b);
            if (b == '\n') {
                break;
            }
        }
        return line.toString();
    }

    /** A GoRouter that wants the PROXY protocol, and would take more than one request per connection. */
    private TestBackend listening() throws IOException {
        return backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            received.add(readLine(in));
            for (String head = readHead(in); !head.isEmpty(); head = readHead(in)) {
                received.add(head);
                skipBody(in, head);
                write(socket, "HTTP/1.1 200 OK\nContent-Length: 2\n\n", "ok");
            }
            received.add("end");
        });
    }

    @ParameterizedTest
    @CsvSource({
        "'', TCP4 127.0.0.1 127.0.0.1 ",
        "PROXY TCP4 192.0.2.7 192.0.2.1 4711 443, TCP4 192.0.2.7 127.0.0.1 4711 ",
        "PROXY TCP6 2001:db8::7 2001:db8::1 4711 443, TCP6 2001:db8:0:0:0:0:0:7 ::1 4711 "
    })
    void eachRequestHasItsConnectionThatBeginsWithItsClient(String told, String expected) throws Exception {
        TestBackend goRouter = listening();
        int port = startWith(telling(goRouter.port(), GoRouterTlsConfig.OFF))
                .addresses()
                .get(0)
                .getPort();
        RawHttp client = connect(port);
        String clientPort = told.isEmpty() ? client.socket().getLocalPort() + " " : "";
        client.send(told.isEmpty() ? "" : told + "\n");
        for (int i = 0; i < 3; i++) {
            client.send("POST /" + i + " HTTP/1.1\nHost: here.apps.test\nContent-Length: 3\n\nabc");
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 200").endsWith("ok");
            String begin = "PROXY " + expected.trim() + " " + clientPort;
            assertThat(nextReceived()).isEqualTo(begin + port + "\r\n");
            assertThat(nextReceived()).startsWith("POST /" + i + " ");
            assertThat(nextReceived()).isEqualTo("end");
        }
        assertThat(goRouter.connections()).isEqualTo(3);
    }

    @Test
    void theLineComesBeforeTls() throws Exception {
        SSLContext context = TlsContexts.of(files.certificate(), files);
        TestBackend goRouter = backend(socket -> {
            received.add(readLine(socket.getInputStream()));
            SSLSocket secure = (SSLSocket) context.getSocketFactory().createSocket(socket, null, true);
            secure.setUseClientMode(false);
            received.add(readHead(secure.getInputStream()));
            write(secure, "HTTP/1.1 200 OK\nContent-Length: 2\n\n", "ok");
            assertThat(secure.getInputStream().read()).isEqualTo(-1);
            received.add("end");
        });
        GoRouterTlsConfig tls = new GoRouterTlsConfig(true, files.certificate(), "", "", "", false);
        int port = startWith(telling(goRouter.port(), tls)).addresses().get(0).getPort();
        RawHttp client = connect(port);
        assertThat(client.send(GET).readAnswer()).startsWith("HTTP/1.1 200").endsWith("ok");
        int local = client.socket().getLocalPort();
        assertThat(nextReceived()).isEqualTo("PROXY TCP4 127.0.0.1 127.0.0.1 " + local + " " + port + "\r\n");
        assertThat(nextReceived()).startsWith("GET / ");
        assertThat(nextReceived()).isEqualTo("end");
    }
}
