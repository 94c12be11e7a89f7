package io.grouter.proxy;

import static io.grouter.testing.RawHttp2.CONTINUATION;
import static io.grouter.testing.RawHttp2.DATA;
import static io.grouter.testing.RawHttp2.END_HEADERS;
import static io.grouter.testing.RawHttp2.HEADERS;
import static io.grouter.testing.RawHttp2.PING;
import static io.grouter.testing.RawHttp2.SETTINGS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grouter.testing.Configs;
import io.grouter.testing.KeyFiles;
import io.grouter.testing.ProxySettings;
import io.grouter.testing.QuietPipelines;
import io.grouter.testing.RawHttp2;
import io.grouter.testing.TestBackend;
import io.grouter.testing.TlsContexts;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that speak HTTP/2, well-behaved and not, in front of GoRouters that speak HTTP/1.1. */
@Timeout(60)
class Http2IT extends ProxyWorld {
    private static final int BIG = 8 << 20;
    private static final String HOST = "here.apps.test";
    private static final long NO_ERROR = 0;
    private static final long ENHANCE_YOUR_CALM = 11;

    @TempDir
    private static Path folder;

    private static SSLContext context;

    @BeforeAll
    static void makeCertificate() throws IOException {
        KeyFiles files = KeyFiles.make(folder, "localhost", "EC", "dns:localhost,ip:127.0.0.1");
        context = TlsContexts.of(files.certificate(), null);
    }

    // ---- the world

    @BeforeEach
    void watchPipelines() {
        closing(new QuietPipelines());
    }

    private ProxyServer startTls(Duration timeout, int... goRouterPorts) throws IOException {
        settings.timeouts(timeout);
        settings.tls = ProxySettings.https(folder);
        return startWith(Configs.goRouters(goRouterPorts));
    }

    private static int port(ProxyServer server) {
        return server.addresses().get(1).getPort();
    }

    private int startTls(int... goRouterPorts) throws IOException {
        return port(startTls(Duration.ofSeconds(10), goRouterPorts));
    }

    private SSLSocket socket(int port) throws IOException {
        SSLSocket socket = closing(TlsContexts.offer(TlsContexts.connect(context, port), "h2"));
        socket.startHandshake();
        assertThat(socket.getApplicationProtocol()).isEqualTo("h2");
        return socket;
    }

    private RawHttp2 raw(int port) throws IOException {
        return new RawHttp2(socket(port));
    }

    /** A client that never opens a window. */
    private RawHttp2 lazy(int port, int firstWindow) throws IOException {
        return new RawHttp2(socket(port), firstWindow, false);
    }

    private static HttpClient client() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_2)
                .sslContext(context)
                .connectTimeout(Duration.ofSeconds(10))
                .build();
    }

    private static HttpRequest.Builder request(int port, String path) {
        return HttpRequest.newBuilder(URI.create("https://localhost:" + port + path))
                .timeout(Duration.ofSeconds(20));
    }

    /** Asserts that a connection is as good as it was. */
    private static void assertUsable(RawHttp2 client, int stream) throws IOException {
        RawHttp2.Stream answer =
                client.request(stream, true, "GET", HOST, "/usable").answer(stream);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.ended()).isTrue();
    }

    private static String readChunks(InputStream in) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (!all.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                break;
            }
            all.write(b);
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    // ---- the ordinary

    @Test
    void requestsReachAGoRouterThatSpeaksHttp1() throws Exception {
        TestBackend goRouter = echoHeads();
        int port = startTls(goRouter.port());
        HttpClient client = client();
        HttpResponse<String> get = client.send(request(port, "/a//b/%2F?x=1").build(), BodyHandlers.ofString());
        assertThat(get.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(get.statusCode()).isEqualTo(200);
        assertThat(get.headers().firstValue("x-grouter-site")).hasValue("dc1");
        assertThat(get.headers().firstValue("x-grouter-reason")).hasValue("unknown");
        assertThat(get.headers().firstValue("x-vcap-request-id")).hasValue("1");
        assertThat(get.body())
                .isEqualTo(nextReceived())
                .startsWith("GET /a//b/%2F?x=1 HTTP/1.1\r\n")
                .contains("Host: localhost:" + port + "\r\n", "X-Forwarded-Host: localhost:" + port + "\r\n")
                .contains("X-Forwarded-Proto: https\r\n", "X-Forwarded-Port: " + port + "\r\n")
                .contains("X-Forwarded-For: 127.0.0.1\r\n")
                .doesNotContainIgnoringCase("transfer-encoding");
        HttpResponse<String> post = client.send(
                request(port, "/post").POST(BodyPublishers.ofString("abc")).build(), BodyHandlers.ofString());
        assertThat(post.body()).startsWith("POST /post HTTP/1.1\r\n").containsIgnoringCase("Content-Length: 3\r\n");
        HttpResponse<String> head = client.send(
                request(port, "/head").method("HEAD", BodyPublishers.noBody()).build(), BodyHandlers.ofString());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.headers().firstValueAsLong("content-length").orElse(0)).isPositive();
        assertThat(goRouter.connections()).isEqualTo(1);
    }

    @Test
    void cookiesComeInOneLineAndHostFromTheAuthority() throws Exception {
        RawHttp2 client = raw(startTls(echoHeads().port()));
        String[] fields = {"cookie", "a=1", "x-two", "1", "cookie", "b=2", "x-two", "2", "te", "trailers", "host", HOST
        };
        assertThat(client.request(1, true, "GET", HOST, "/", fields).answer(1).status())
                .isEqualTo(200);
        assertThat(nextReceived())
                .contains("\r\nx-two: 1\r\nx-two: 2\r\n", "\r\nTE: trailers\r\n")
                .containsOnlyOnce("\r\nHost: here.apps.test\r\n")
                .doesNotContain("\r\nhost: ")
                .containsOnlyOnce("\r\nCookie: a=1; b=2\r\n")
                .doesNotContain("\r\ncookie: ");
    }

    @Test
    void trailersPassBothWays() throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            received.add(readHead(in));
            received.add(readChunks(in));
            write(
                    socket,
                    "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nTrailer: X-End\n\n",
                    "3\r\nabc\r\n0\r\nX-End: 1\r\n\r\n");
            in.read();
        });
        RawHttp2 client = raw(startTls(goRouter.port()));
        client.request(1, false, "POST", HOST, "/").data(1, false, "hello").headers(1, true, "x-sum", "5");
        RawHttp2.Stream answer = client.answer(1);
        assertThat(nextReceived()).contains("Transfer-Encoding: chunked\r\n");
        assertThat(nextReceived()).isEqualTo("5\r\nhello\r\n0\r\nx-sum: 5\r\n\r\n");
        assertThat(answer.head())
                .contains(":status: 200", "trailer: X-End")
                .noneMatch(line -> line.startsWith("transfer-encoding"));
        assertThat(answer.body()).isEqualTo("abc");
        assertThat(answer.heads()).hasSize(2).last().isEqualTo(List.of("x-end: 1"));
        assertThat(answer.ended()).isTrue();
    }

    @Test
    void interimAnswersPass() throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            received.add(readHead(in));
            write(socket, "HTTP/1.1 100 Continue\n\n", "");
            in.skipNBytes(4);
            write(socket, "HTTP/1.1 103 Early Hints\nLink: </x>\n\n", "");
            write(socket, "HTTP/1.1 200 OK\nContent-Length: 2\n\n", "ok");
            in.read();
        });
        RawHttp2 client = raw(startTls(goRouter.port()));
        client.request(1, false, "PUT", HOST, "/", "content-length", "4", "expect", "100-continue");
        client.readUntil(() -> client.of(1).status() == 100);
        RawHttp2.Stream answer = client.data(1, true, "abcd").answer(1);
        assertThat(answer.heads()).hasSize(3);
        assertThat(answer.heads().get(1)).containsExactly(":status: 103", "link: </x>");
        assertThat(answer.heads().get(2)).contains(":status: 200");
        assertThat(answer.body()).isEqualTo("ok");
    }

    @ParameterizedTest
    @CsvSource({
        "HEAD, 200, Content-Length: 42",
        "GET, 204, X-A: b",
        "GET, 304, Content-Length: 42",
        "GET, 200, Content-Length: 0"
    })
    void answersWithoutBodyEndWithTheirHead(String method, int status, String header) throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (!readHead(in).isEmpty()) {
                write(socket, "HTTP/1.1 " + status + " X\nConnection: keep-alive\n" + header + "\n\n", "");
            }
        });
        RawHttp2 client = raw(startTls(goRouter.port()));
        for (int i = 0; i < 2; i++) {
            RawHttp2.Stream answer =
                    client.request(2 * i + 1, true, method, HOST, "/").answer(2 * i + 1);
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.head())
                    .anyMatch(line -> line.equalsIgnoreCase(header))
                    .noneMatch(line -> line.startsWith("connection"));
            assertThat(answer.heads()).hasSize(1);
            assertThat(answer.size()).isZero();
        }
        assertThat(goRouter.connections()).isEqualTo(1);
    }

    @Test
    void aBodyThatEndsWithTheConnectionEndsTheStream() throws Exception {
        TestBackend goRouter = backend(socket -> {
            readHead(socket.getInputStream());
            write(socket, "HTTP/1.1 200 OK\nConnection: close\n\n", "until the end");
        });
        RawHttp2.Stream answer = raw(startTls(goRouter.port()))
                .request(1, true, "GET", HOST, "/")
                .answer(1);
        assertThat(answer.body()).isEqualTo("until the end");
        assertThat(answer.ended()).isTrue();
    }

    @Test
    void redirectsStayOnHttps() throws Exception {
        RawHttp2 client = raw(startTls(closedPort()));
        RawHttp2.Stream answer =
                client.request(1, true, "GET", "there.apps.test", "/x?y").answer(1);
        assertThat(answer.head())
                .contains(":status: 307", "location: https://there.dc2.apps.test/x?y", "x-grouter-reason: learned");
        assertThat(answer.body()).startsWith("307 ");
        RawHttp2.Stream head =
                client.request(3, true, "HEAD", "there.apps.test", "/x").answer(3);
        assertThat(head.status()).isEqualTo(307);
        assertThat(head.size()).isZero();
    }

    @Test
    void aHundredRequestsAtATime() throws Exception {
        settings.http2 = new ProxyConfig.Http2Config(110, 65_535, 100, 200);
        CountDownLatch all = new CountDownLatch(100);
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (String head = readHead(in); !head.isEmpty(); head = readHead(in)) {
                String target = head.substring(4, head.indexOf(" HTTP"));
                if (!target.equals("/first")) {
                    all.countDown();
                    await().until(() -> all.getCount() == 0);
                }
                write(socket, "HTTP/1.1 200 OK\nContent-Length: " + target.length() + "\n\n", target);
            }
        });
        int port = startTls(goRouter.port());
        HttpClient client = client();
        client.send(request(port, "/first").build(), BodyHandlers.ofString()); // so that there is a connection
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            answers.add(client.sendAsync(request(port, "/" + i).build(), BodyHandlers.ofString()));
        }
        for (int i = 0; i < 100; i++) {
            assertThat(answers.get(i).get(30, TimeUnit.SECONDS).body()).isEqualTo("/" + i);
        }
        assertThat(metric("grouter_proxy_connections")).isEqualTo(1);
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
        int port = startTls(goRouter.port());
        byte[] body = new byte[BIG];
        for (int i = 0; i < BIG; i++) {
            body[i] = (byte) (i * 31 + (i >>> 13));
        }
        HttpResponse<byte[]> answer = client().send(
                        request(port, "/")
                                .POST(BodyPublishers.ofByteArray(body))
                                .build(),
                        BodyHandlers.ofByteArray());
        assertThat(answer.body()).isEqualTo(body);
    }

    // ---- flow control

    @Test
    void aSlowClientHoldsTheGoRouterBack() throws Exception {
        int size = 64 << 20;
        AtomicLong sent = new AtomicLong();
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (readHead(in).contains(" /big")) {
                write(socket, "HTTP/1.1 200 OK\nContent-Length: " + size + "\n\n", "");
                byte[] piece = new byte[64 << 10];
                for (int i = 0; i < size / piece.length; i++) {
                    socket.getOutputStream().write(piece);
                    sent.addAndGet(piece.length);
                }
            }
            write(socket, "HTTP/1.1 204 No Content\n\n", "");
            in.read();
        });
        RawHttp2 client = lazy(startTls(goRouter.port()), 65_535);
        client.request(1, true, "GET", HOST, "/big");
        client.readUntil(() -> client.of(1).size() == 65_535);
        await().during(Duration.ofMillis(300)).until(sent::get, new Unchanged());
        assertThat(sent.get()).isLessThan(size / 2);
        assertThat(client.request(3, true, "GET", HOST, "/small").answer(3).status())
                .as("others go on")
                .isEqualTo(204);
        client.openWindow(0, size);
        client.openWindow(1, size);
        assertThat(client.answer(1).size()).isEqualTo(size);
    }

    /** Looks whether a number is the one it was at the last look. */
    private static final class Unchanged extends org.hamcrest.BaseMatcher<Long> {
        private Object last = -1L;

        @Override
        public boolean matches(Object now) {
            boolean same = now.equals(last);
            last = now;
            return same;
        }

        @Override
        public void describeTo(org.hamcrest.Description description) {
            description.appendText("unchanged");
        }
    }

    @Test
    void aSlowGoRouterHoldsTheClientBack() throws Exception {
        CountDownLatch reads = new CountDownLatch(1);
        int size = 48 << 20;
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            String head = readHead(in);
            if (head.startsWith("POST")) {
                await().until(() -> reads.getCount() == 0);
                in.skipNBytes(size);
            }
            write(socket, "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "");
            in.read();
        });
        settings.http2 = new ProxyConfig.Http2Config(100, 65_535, 100, 100_000);
        RawHttp2 client = raw(startTls(goRouter.port()));
        client.ping(); // its settings are here
        client.request(1, false, "POST", HOST, "/", "content-length", "" + size);
        int sent = 0;
        for (int stuck = 0; stuck < 20 && sent < size; ) {
            int now = client.dataWithin(1, size - sent);
            sent += now;
            stuck = now > 0 ? 0 : stuck + 1;
            client.ping();
        }
        assertThat(sent).isLessThan(size / 2);
        assertUsable(client, 3);
        reads.countDown();
        while (sent < size) {
            int now = client.dataWithin(1, size - sent);
            sent += now;
            if (now == 0) {
                client.read();
            }
        }
        client.send(DATA, RawHttp2.END_STREAM, 1, new byte[0]);
        assertThat(client.answer(1).status()).isEqualTo(200);
    }

    // ---- the end of a request

    @Test
    void aRequestGivenUpEndsAtTheGoRouterToo() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        TestBackend goRouter = backend(socket -> {
            InputStream in = socket.getInputStream();
            received.add(readHead(in));
            if (in.read() < 0) {
                ended.countDown();
            }
        });
        RawHttp2 client = raw(startTls(goRouter.port()));
        client.request(1, true, "GET", HOST, "/");
        nextReceived();
        client.reset(1, 8);
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        client.ping();
        assertThat(client.goAway()).isEqualTo(-1);
    }

    @Test
    void aClientThatLeavesEndsAllItsRequests() throws Exception {
        CountDownLatch ended = new CountDownLatch(2);
        TestBackend goRouter = backend(socket -> {
            InputStream in = socket.getInputStream();
            received.add(readHead(in));
            if (in.read() < 0) {
                ended.countDown();
            }
        });
        RawHttp2 client = raw(startTls(goRouter.port()));
        client.request(1, true, "GET", HOST, "/1").request(3, true, "GET", HOST, "/3");
        nextReceived();
        nextReceived();
        client.close();
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aGoRouterThatBreaksOffInTheMiddleBreaksTheStream() throws Exception {
        TestBackend goRouter = backend(socket -> {
            String head = readHead(socket.getInputStream());
            if (head.contains("/none")) {
                return;
            }
            write(socket, "HTTP/1.1 200 OK\nContent-Length: 10\n\n", head.contains("/usable") ? "0123456789" : "half");
        });
        RawHttp2 client = raw(startTls(goRouter.port()));
        RawHttp2.Stream half = client.request(1, true, "GET", HOST, "/").answer(1);
        assertThat(half.status()).isEqualTo(200);
        assertThat(half.ended()).isFalse();
        assertThat(half.reset()).isEqualTo(2);
        assertThat(client.request(3, true, "GET", HOST, "/none").answer(3).status())
                .isEqualTo(502);
        assertUsable(client, 5);
    }

    @Test
    void anEarlyAnswerEndsAnUnfinishedRequest() throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (String head = readHead(in); !head.isEmpty(); head = readHead(in)) {
                write(
                        socket,
                        "HTTP/1.1 " + (head.startsWith("POST") ? 413 : 200) + " X\nContent-Length: 3\n\n",
                        "no\n");
                if (head.startsWith("POST")) {
                    return;
                }
            }
        });
        RawHttp2 client = raw(startTls(goRouter.port()));
        client.request(1, false, "POST", HOST, "/").data(1, false, "some");
        RawHttp2.Stream answer = client.of(1);
        client.readUntil(() -> answer.reset() >= 0);
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.body()).isEqualTo("no\n");
        assertThat(answer.ended()).isTrue();
        assertThat(answer.reset()).isEqualTo(NO_ERROR);
        client.data(1, true, "more that was under way");
        assertUsable(client, 3);
    }

    /** What the client has not read yet must not be lost with the rest of the request. */
    @Test
    void anEarlyAnswerIsCompleteHoweverSlowlyItIsRead() throws Exception {
        int size = 300_000;
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            readHead(in);
            write(socket, "HTTP/1.1 413 X\nContent-Length: " + size + "\n\n", "x".repeat(size));
            in.read();
        });
        RawHttp2 client = lazy(startTls(goRouter.port()), 1_000);
        client.request(1, false, "POST", HOST, "/").data(1, false, "some");
        RawHttp2.Stream answer = client.of(1);
        client.readUntil(() -> answer.size() == 1_000);
        client.ping();
        assertThat(answer.reset()).isEqualTo(-1);
        client.openWindow(0, size);
        client.openWindow(1, size);
        client.readUntil(() -> answer.reset() >= 0);
        assertThat(answer.size()).isEqualTo(size);
        assertThat(answer.ended()).isTrue();
        assertThat(answer.reset()).isEqualTo(NO_ERROR);
    }

    // ---- times

    @Test
    void anIdleConnectionIsEnded() throws Exception {
        int port = port(startTls(Duration.ofMillis(500), echoHeads().port()));
        RawHttp2 unused = raw(port);
        RawHttp2 used = raw(port);
        assertUsable(used, 1);
        assertThat(unused.readToTheEnd()).isEqualTo(NO_ERROR);
        assertThat(used.readToTheEnd()).isEqualTo(NO_ERROR);
        await().untilAsserted(
                        () -> assertThat(metric("grouter_proxy_connections")).isZero());
    }

    @Test
    void aConnectionInUseIsNotIdle() throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            received.add(readHead(in));
            in.skipNBytes(5);
            write(socket, "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "");
            in.read();
        });
        RawHttp2 client = raw(port(startTls(Duration.ofMillis(600), goRouter.port())));
        client.request(1, false, "POST", HOST, "/", "content-length", "5");
        for (int i = 0; i < 5; i++) {
            await().pollDelay(Duration.ofMillis(250)).until(() -> true);
            client.data(1, i == 4, "x");
        }
        assertThat(client.answer(1).status()).isEqualTo(200);
    }

    @Test
    void aBodyThatDoesNotComeIsAnswered408() throws Exception {
        TestBackend goRouter = backend(socket -> socket.getInputStream().readAllBytes());
        RawHttp2 client = raw(port(startTls(Duration.ofMillis(400), goRouter.port())));
        client.request(1, false, "POST", HOST, "/").data(1, false, "some");
        RawHttp2.Stream answer = client.of(1);
        client.readUntil(() -> answer.reset() >= 0);
        assertThat(answer.head()).contains(":status: 408", "x-grouter-reason: slow-client");
        assertThat(answer.ended()).isTrue();
    }

    /** Neither a large answer nor the end of a small one may be held forever for a client that reads nothing. */
    @ParameterizedTest
    @ValueSource(ints = {10, 50_000_000})
    void aClientThatReadsNothingIsCutOffInTheEnd(int size) throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        String body = "x".repeat(size);
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            received.add(readHead(in));
            try {
                write(socket, "HTTP/1.1 200 OK\nContent-Length: " + size + "\n\n", body);
            } catch (IOException e) {
                ended.countDown();
                throw e;
            }
            ended.countDown();
            in.read();
        });
        RawHttp2 client = lazy(port(startTls(Duration.ofMillis(500), goRouter.port())), 0);
        client.request(1, true, "GET", HOST, "/");
        RawHttp2.Stream answer = client.of(1);
        client.readUntil(() -> answer.reset() >= 0);
        assertThat(answer.size()).isZero();
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        client.readToTheEnd();
        await().untilAsserted(
                        () -> assertThat(metric("grouter_proxy_connections")).isZero());
    }

    @Test
    void drainingFinishesWhatIsUnderWay() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            received.add(readHead(in));
            await().until(() -> go.getCount() == 0);
            write(socket, "HTTP/1.1 200 OK\nContent-Length: 2\n\n", "ok");
            in.read();
        });
        ProxyServer server = startTls(Duration.ofSeconds(10), goRouter.port());
        RawHttp2 client = raw(port(server));
        RawHttp2 idle = raw(port(server));
        client.request(1, true, "GET", HOST, "/");
        nextReceived();
        CompletableFuture<Integer> left = CompletableFuture.supplyAsync(() -> {
            try {
                return server.drain();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        client.readUntil(() -> client.goAway() == NO_ERROR);
        assertThat(idle.readToTheEnd()).isEqualTo(NO_ERROR);
        go.countDown();
        assertThat(client.answer(1).body()).isEqualTo("ok");
        client.readToTheEnd();
        assertThat(left.get(10, TimeUnit.SECONDS)).isZero();
    }

    // ---- what is wrong with one request

    private static Map<String, String[]> badRequests() {
        String[] fine = {":method", "GET", ":scheme", "https", ":authority", HOST, ":path", "/bad"};
        Map<String, String[]> bad = new LinkedHashMap<>();
        bad.put("no path", fields(":method", "GET", ":scheme", "https", ":authority", HOST));
        bad.put("no method", fields(":scheme", "https", ":authority", HOST, ":path", "/"));
        bad.put("empty path", fields(":method", "GET", ":scheme", "https", ":authority", HOST, ":path", ""));
        bad.put("two paths", and(fine, ":path", "/two"));
        bad.put("two methods", and(fine, ":method", "POST"));
        bad.put("no host", fields(":method", "GET", ":scheme", "https", ":path", "/"));
        bad.put(
                "two hosts",
                fields(":method", "GET", ":scheme", "https", ":path", "/", "host", "a.test", "host", "b.test"));
        bad.put("two authorities", and(fine, ":authority", "there.apps.test"));
        bad.put(
                "authority with user",
                fields(":method", "GET", ":scheme", "https", ":authority", "u@" + HOST, ":path", "/"));
        bad.put("status in a request", and(fine, ":status", "200"));
        bad.put("unknown pseudo header", and(fine, ":what", "x"));
        bad.put(
                "pseudo header late",
                fields(":method", "GET", ":scheme", "https", ":path", "/", "x-a", "b", ":authority", HOST));
        bad.put("space in path", fields(":method", "GET", ":scheme", "https", ":authority", HOST, ":path", "/a b"));
        bad.put("relative path", fields(":method", "GET", ":scheme", "https", ":authority", HOST, ":path", "a"));
        bad.put(
                "absolute path",
                fields(":method", "GET", ":scheme", "https", ":authority", HOST, ":path", "http://there.apps.test/"));
        bad.put("method with space", fields(":method", "GET /x", ":scheme", "https", ":authority", HOST, ":path", "/"));
        bad.put(
                "line end in method",
                fields(
                        ":method",
                        "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET",
                        ":scheme",
                        "https",
                        ":authority",
                        HOST,
                        ":path",
                        "/"));
        bad.put(
                "line end in path",
                fields(
                        ":method",
                        "GET",
                        ":scheme",
                        "https",
                        ":authority",
                        HOST,
                        ":path",
                        "/ HTTP/1.1\r\nx-evil: 1\r\nx-b:"));
        bad.put(
                "line end in authority",
                fields(":method", "GET", ":scheme", "https", ":authority", HOST + "\r\nx-evil: 1", ":path", "/"));
        bad.put("line end in value", and(fine, "x-a", "b\r\nx-evil: 1"));
        bad.put("line end in cookie", and(fine, "cookie", "b\r\nx-evil: 1"));
        bad.put("line feed in value", and(fine, "x-a", "b\nx-evil: 1"));
        bad.put("return in value", and(fine, "x-a", "b\rc"));
        bad.put("zero in value", and(fine, "x-a", "b\0c"));
        bad.put("end of head in value", and(fine, "x-a", "b\r\n\r\nGET /evil HTTP/1.1\r\nHost: a\r\n\r\n"));
        bad.put("line end in name", and(fine, "x-a: b\r\nx-evil", "1"));
        bad.put("colon in name", and(fine, "x-a:", "1"));
        bad.put("space in name", and(fine, "x a", "1"));
        bad.put("empty name", and(fine, "", "1"));
        bad.put("upper case name", and(fine, "X-A", "1"));
        bad.put("connection", and(fine, "connection", "close"));
        bad.put("keep-alive", and(fine, "keep-alive", "5"));
        bad.put("proxy-connection", and(fine, "proxy-connection", "close"));
        bad.put("transfer-encoding", and(fine, "transfer-encoding", "chunked"));
        bad.put("upgrade", and(fine, "upgrade", "websocket"));
        bad.put("te", and(fine, "te", "deflate"));
        bad.put("two lengths", and(fine, "content-length", "0", "content-length", "5"));
        bad.put("a length without a body", and(fine, "content-length", "5"));
        bad.put("no number as length", and(fine, "content-length", "+0"));
        return bad;
    }

    private static String[] fields(String... fields) {
        return fields;
    }

    private static String[] and(String[] fields, String... more) {
        return Stream.of(fields, more).flatMap(Stream::of).toArray(String[]::new);
    }

    @Test
    void badRequestsAreRefusedAlone() throws Exception {
        RawHttp2 client = raw(startTls(echoHeads().port()));
        int stream = 1;
        for (Map.Entry<String, String[]> bad : badRequests().entrySet()) {
            RawHttp2.Stream answer =
                    client.headers(stream, true, bad.getValue()).answer(stream);
            assertThat(answer.reset() == 1 || answer.status() == 400)
                    .as("%s: RST_STREAM %s, status %s", bad.getKey(), answer.reset(), answer.status())
                    .isTrue();
            assertThat(received).as(bad.getKey()).isEmpty();
            assertUsable(client, stream + 2);
            assertThat(nextReceived()).startsWith("GET /usable ").doesNotContain("evil");
            stream += 4;
        }
    }

    @Test
    void refusalsLeaveTheConnectionUsable() throws Exception {
        RawHttp2 client = raw(startTls(echoHeads().port()));
        String[] many = new String[140];
        for (int i = 0; i < many.length; i += 2) {
            many[i] = "x-" + i;
            many[i + 1] = "y";
        }
        RawHttp2.Stream host = client.request(1, true, "GET", "a/b", "/").answer(1);
        assertThat(host.head()).contains(":status: 400", "x-grouter-reason: bad-host");
        RawHttp2.Stream connect = client.headers(3, false, ":method", "CONNECT", ":authority", "a.test:443")
                .answer(3);
        assertThat(connect.head()).contains(":status: 405", "x-grouter-reason: method");
        RawHttp2.Stream path =
                client.request(5, true, "GET", HOST, "/" + "x".repeat(4_200)).answer(5);
        assertThat(path.head()).contains(":status: 414", "x-grouter-reason: line-too-long");
        RawHttp2.Stream big = client.request(7, true, "GET", HOST, "/", "x-big", "x".repeat(8_300))
                .answer(7);
        assertThat(big.head()).contains(":status: 431", "x-grouter-reason: head-too-long");
        RawHttp2.Stream count = client.request(9, true, "GET", HOST, "/", many).answer(9);
        assertThat(count.head()).contains(":status: 431", "x-grouter-reason: head-too-long");
        client.readUntil(() -> connect.reset() == NO_ERROR);
        assertThat(connect.body()).startsWith("405 ");
        assertUsable(client, 11);
        assertThat(received).hasSize(1);
        assertThat(metric("grouter_proxy_refusals", "reason", "head-too-long")).isEqualTo(2);
    }

    /** What HTTP/1.1 lets pass may come over HTTP/2, too. */
    @Test
    void headsMayBeAsLongAsOverHttp1() throws Exception {
        RawHttp2 client = raw(startTls(echoHeads().port()));
        RawHttp2.Stream answer = client.request(
                        1, true, "GET", HOST, "/" + "x".repeat(4_000), "x-big", "x".repeat(7_900))
                .answer(1);
        assertThat(answer.status()).isEqualTo(200);
        String[] many = new String[120];
        for (int i = 0; i < many.length; i += 2) {
            many[i] = "x-" + i;
            many[i + 1] = "y".repeat(100);
        }
        assertThat(client.request(3, true, "GET", HOST, "/", many).answer(3).status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"5, abc", "3, abcdef"})
    void aBodyOfAnotherLengthIsNoBody(int said, String body) throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        TestBackend goRouter = backend(socket -> {
            InputStream in = socket.getInputStream();
            received.add(readHead(in));
            in.skipNBytes(said);
            ended.countDown();
        });
        RawHttp2 client = raw(startTls(goRouter.port()));
        client.request(1, false, "POST", HOST, "/", "content-length", "" + said).data(1, true, body);
        RawHttp2.Stream answer = client.answer(1);
        assertThat(answer.reset()).isEqualTo(1);
        assertThat(ended.getCount()).isEqualTo(1);
        client.ping();
        assertThat(client.goAway()).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({"X-A, 1", ":path, /", "x-a, b\u0001c"})
    void badTrailersNeverEndARequest(String name, String value) throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        TestBackend goRouter = backend(socket -> {
            InputStream in = socket.getInputStream();
            received.add(readHead(in));
            received.add(readChunks(in));
            ended.countDown();
        });
        RawHttp2 client = raw(startTls(goRouter.port()));
        client.request(1, false, "POST", HOST, "/").data(1, false, "hello");
        assertThat(nextReceived()).startsWith("POST ");
        client.headers(1, true, name, value);
        RawHttp2.Stream answer = client.answer(1);
        assertThat(answer.reset() == 1 || answer.status() == 400).isTrue();
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(nextReceived()).doesNotContain("0\r\n\r\n");
    }

    // ---- floods

    /** A client with a request that takes long, and one that should notice nothing. */
    private void assertEnded(Flood flood) throws Exception {
        assertEnded(flood, 1);
    }

    private void assertEnded(Flood flood, int counted) throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (String head = readHead(in); !head.isEmpty() && !head.contains("/hangs"); head = readHead(in)) {
                write(socket, "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "");
            }
            in.read();
        });
        int port = startTls(goRouter.port());
        RawHttp2 other = raw(port);
        assertUsable(other, 1);
        RawHttp2 hostile = raw(port);
        hostile.request(1, true, "GET", HOST, "/hangs");
        hostile.ping();
        try {
            flood.on(hostile);
        } catch (IOException e) {
            assertThat(e).isNotNull(); // it was cut off in the middle of it
        }
        hostile.socket().setSoTimeout(3_000);
        assertThat(hostile.readToTheEnd()).isIn(-1L, ENHANCE_YOUR_CALM);
        await().untilAsserted(
                        () -> assertThat(metric("grouter_proxy_connections")).isEqualTo(1));
        assertThat(metric("grouter_proxy_http2_floods")).isEqualTo(counted);
        assertUsable(other, 3);
    }

    private interface Flood {
        void on(RawHttp2 client) throws IOException;
    }

    @Test
    void rapidResetsEndTheConnection() throws Exception {
        assertEnded(client -> {
            for (int i = 0; i < 150; i++) {
                client.request(2 * i + 3, true, "GET", HOST, "/").reset(2 * i + 3, 8);
            }
        });
    }

    /** Each stream is broken off by the proxy, because of what the client sends on it. */
    @Test
    void provokedResetsEndTheConnection() throws Exception {
        assertEnded(
                client -> {
                    for (int i = 0; i < 300; i++) {
                        client.request(2 * i + 3, false, "GET", HOST, "/hangs").openWindow(2 * i + 3, 0);
                    }
                },
                0);
    }

    @Test
    void manyContinuationsEndTheConnection() throws Exception {
        assertEnded(client -> {
            client.send(HEADERS, 0, 3, RawHttp2.block(":method", "GET", ":scheme", "https", ":path", "/"));
            for (int i = 0; i < 100; i++) {
                client.send(CONTINUATION, 0, 3, RawHttp2.block("x-" + i, "y"));
            }
        });
    }

    @Test
    void emptyContinuationsEndTheConnection() throws Exception {
        assertEnded(client -> {
            client.send(HEADERS, 0, 3, RawHttp2.block(":method", "GET", ":scheme", "https", ":path", "/"));
            for (int i = 0; i < 1_000; i++) {
                client.send(CONTINUATION, 0, 3, new byte[0]);
            }
        });
    }

    @Test
    void manyPingsEndTheConnection() throws Exception {
        assertEnded(client -> {
            for (int i = 0; i < 1_000; i++) {
                client.send(PING, 0, 0, new byte[8]);
            }
        });
    }

    @Test
    void manySettingsEndTheConnection() throws Exception {
        assertEnded(client -> {
            for (int i = 0; i < 1_000; i++) {
                client.send(SETTINGS, 0, 0, new byte[0]);
            }
        });
    }

    @Test
    void emptyDataEndsTheConnection() throws Exception {
        assertEnded(client -> {
            client.request(3, false, "POST", HOST, "/hangs");
            for (int i = 0; i < 1_000; i++) {
                client.send(DATA, 0, 3, new byte[0]);
            }
        });
    }

    @Test
    void aHeadWithoutEndEndsTheConnection() throws Exception {
        int port = startTls(echoHeads().port());
        RawHttp2 client = raw(port);
        client.send(HEADERS, 0, 1, RawHttp2.block(":method", "GET", ":scheme", "https", ":path", "/"));
        try {
            for (int i = 0; i < 100; i++) {
                client.send(CONTINUATION, 0, 1, RawHttp2.block("x-" + i, "y".repeat(10_000)));
            }
            client.send(CONTINUATION, END_HEADERS, 1, new byte[0]);
        } catch (IOException e) {
            assertThat(e).isNotNull(); // it was cut off in the middle of it
        }
        client.readToTheEnd();
        assertThat(received).isEmpty();
        assertUsable(raw(port), 1);
    }

    @Test
    void moreStreamsThanAllowedAreRefused() throws Exception {
        settings.http2 = new ProxyConfig.Http2Config(2, 65_535, 100, 200);
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            received.add(readHead(in));
            in.read();
        });
        RawHttp2 client = raw(startTls(goRouter.port()));
        client.ping();
        client.request(1, true, "GET", HOST, "/").request(3, true, "GET", HOST, "/");
        assertThat(client.request(5, true, "GET", HOST, "/").answer(5).reset()).isEqualTo(7);
        client.reset(1, 8);
        client.request(7, true, "GET", HOST, "/7");
        client.ping();
        assertThat(client.of(7).reset()).isEqualTo(-1);
    }

    @Test
    void garbageEndsTheConnection() throws Exception {
        int port = startTls(closedPort());
        SSLSocket socket = socket(port);
        socket.getOutputStream()
                .write("GET / HTTP/1.1\r\nHost: here.apps.test\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(socket.getInputStream().readAllBytes()).isNotNull();
        await().untilAsserted(
                        () -> assertThat(metric("grouter_proxy_connections")).isZero());
    }

    @Test
    void theAccessLogSaysHttp2() throws Exception {
        Path log = folder.resolve("access.log");
        accessLogFile = log.toString();
        RawHttp2 client = raw(startTls(echoHeads().port()));
        client.request(1, true, "GET", HOST, "/logged", "user-agent", "test").answer(1);
        client.request(3, true, "GET", HOST, "/b d").answer(3);
        await().untilAsserted(() -> assertThat(Files.readString(log))
                .contains("\"GET /logged HTTP/2.0\" 200")
                .contains("TLSv1.3")
                .contains(" 400 "));
    }
}
