package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grouter.fib.Fib;
import io.grouter.fib.LearnedOffer;
import io.grouter.fib.RouteEntry;
import io.grouter.fib.SiteView;
import io.grouter.gorouter.GoRouterConfig;
import io.grouter.gorouter.GoRouterPool;
import io.grouter.route.Alias;
import io.grouter.route.FeedState;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteConfig;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.steering.Steering;
import io.grouter.testing.LeakCheck;
import io.grouter.testing.RawHttp;
import io.grouter.testing.TestBackend;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The proxy with real sockets on both sides; buffers are watched for leaks. */
@Timeout(60)
class ProxyIT {
    private static final SiteId DC1 = new SiteId("dc1");
    private static final SiteId DC2 = new SiteId("dc2");

    private final LeakCheck leaks = new LeakCheck();
    private final BlockingQueue<String> received = new ArrayBlockingQueue<>(1000);
    private final List<AutoCloseable> open = new ArrayList<>();
    private boolean nio;

    @AfterEach
    void closeAll() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        leaks.close();
    }

    private <T extends AutoCloseable> T closing(T resource) {
        open.add(resource);
        return resource;
    }

    // ---- the world: one local and one remote app, and GoRouters that do what a script says

    private int start(int... goRouterPorts) throws IOException {
        return start(Duration.ofSeconds(10), goRouterPorts);
    }

    private int start(Duration timeout, int... goRouterPorts) throws IOException {
        List<GoRouterConfig.Member> members = new ArrayList<>();
        for (int port : goRouterPorts) {
            InetSocketAddress address = InetSocketAddress.createUnresolved("127.0.0.1", port);
            members.add(new GoRouterConfig.Member(address, address));
        }
        PrometheusRegistry metrics = new PrometheusRegistry();
        GoRouterPool pool = new GoRouterPool(
                new GoRouterConfig(members, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1)),
                System::nanoTime,
                metrics);
        ProxyConfig config = new ProxyConfig(
                List.of(InetSocketAddress.createUnresolved("127.0.0.1", 0)),
                false,
                1,
                100,
                4096,
                8192,
                timeout,
                Duration.ofSeconds(1),
                timeout,
                Duration.ofSeconds(30),
                10,
                true);
        Transport transport = closing(nio ? Transport.nio(1) : Transport.best(1));
        SiteConfig site = new SiteConfig(DC1, "", List.of(new Alias("apps.test", "dc1.apps.test")), 80, 0, List.of());
        Fib fib = fib();
        ProxyServer made = closing(new ProxyServer(config, transport, () -> fib, new Steering(site), pool, metrics));
        made.start();
        return made.addresses().get(0).getPort();
    }

    private static Fib fib() {
        SiteInfo info =
                new SiteInfo("", List.of(new Alias("apps.test", "dc2.apps.test")), 8080, 443, List.of(), 1, false);
        return Fib.empty(DC1)
                .next()
                .feed(FeedState.LIVE)
                .sites(List.of(new SiteView(DC2, Freshness.FRESH, info, 1, 1, 1, 1, true, 0, SiteView.Lag.NONE)))
                .put(new RouteEntry(RouteUri.parse("here.apps.test"), new Offer(1, ""), List.of()))
                .put(new RouteEntry(
                        RouteUri.parse("there.apps.test"), null, List.of(new LearnedOffer(DC2, new Offer(1, "")))))
                .build();
    }

    private TestBackend backend(TestBackend.Script script) throws IOException {
        return closing(new TestBackend(script));
    }

    private RawHttp connect(int port) throws IOException {
        return closing(new RawHttp(port));
    }

    /** A GoRouter that answers every request with its head as the body. */
    private TestBackend echoHeads() throws IOException {
        return backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (String head = readHead(in); !head.isEmpty(); head = readHead(in)) {
                received.add(head);
                skipBody(in, head);
                String body = head.startsWith("HEAD ") ? "" : head;
                write(socket, "HTTP/1.1 200 OK\nX-Vcap-Request-Id: 1\nContent-Length: " + head.length() + "\n\n", body);
            }
        });
    }

    private static void write(Socket socket, String head, String body) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write((head.replace("\n", "\r\n") + body).getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    private static String readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                return "";
            }
            head.write(b);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static void skipBody(InputStream in, String head) throws IOException {
        for (String line : head.split("\r\n")) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length: ")) {
                in.skipNBytes(Long.parseLong(line.substring(16)));
            }
        }
    }

    private String nextReceived() throws InterruptedException {
        String head = received.poll(10, TimeUnit.SECONDS);
        if (head == null) {
            throw new AssertionError("nothing reached the GoRouter");
        }
        return head;
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    // ---- forwarding

    @Test
    void forwardsOverKeptConnectionsOnBothSides() throws Exception {
        TestBackend goRouter = echoHeads();
        RawHttp client = connect(start(goRouter.port()));
        for (int i = 0; i < 5; i++) {
            client.send("GET /a//b/%2F?x=" + i
                    + " HTTP/1.1\nHost: here.apps.test:99\nUser-Agent: t\nX-Two: 1\nX-Two: 2\n\n");
            String answer = client.readAnswer();
            assertThat(answer)
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("X-Grouter-Site: dc1\r\n", "X-Grouter-Reason: local\r\n", "X-Vcap-Request-Id: 1\r\n");
            assertThat(nextReceived())
                    .startsWith("GET /a//b/%2F?x=" + i + " HTTP/1.1\r\n")
                    .contains("Host: here.apps.test:99\r\n", "X-Two: 1\r\nX-Two: 2\r\n")
                    .contains("X-Forwarded-For: 127.0.0.1\r\n", "X-Forwarded-Proto: http\r\n")
                    .contains("X-Forwarded-Host: here.apps.test:99\r\n")
                    .doesNotContain("Connection:");
        }
        assertThat(goRouter.connections()).isEqualTo(1);
    }

    /** Where the native transport does not load, as on other systems than Linux. */
    @Test
    void forwardsOverTheJdksSelectorsToo() throws Exception {
        nio = true;
        TestBackend goRouter = echoHeads();
        RawHttp client = connect(start(goRouter.port()));
        for (int i = 0; i < 3; i++) {
            client.send("POST /" + i + " HTTP/1.1\nHost: here.apps.test\nContent-Length: 3\n\nabc");
            assertThat(client.readAnswer()).contains("POST /" + i);
        }
        assertThat(goRouter.connections()).isEqualTo(1);
    }

    @Test
    void addsToForwardedHeadersAndDropsHopByHopOnes() throws Exception {
        RawHttp client = connect(start(echoHeads().port()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\nX-Forwarded-For: 192.0.2.1\nX-Forwarded-For: 192.0.2.2\n"
                + "X-Forwarded-Proto: https\nX-Forwarded-Host: orig.test\nConnection: keep-alive, X-Private, X-Forwarded-For\n"
                + "X-Private: 1\nKeep-Alive: 5\nTE: trailers, deflate\nUpgrade: h2c\nHTTP2-Settings: AAA\n\n");
        client.readAnswer();
        assertThat(nextReceived())
                .contains("X-Forwarded-For: 192.0.2.1, 192.0.2.2, 127.0.0.1\r\n")
                .contains("X-Forwarded-Proto: https\r\n", "X-Forwarded-Host: orig.test\r\n", "te: trailers\r\n")
                .doesNotContain("X-Private", "Keep-Alive", "Upgrade", "HTTP2-Settings", "Connection");
    }

    @Test
    void rawBytesInATargetArriveAsEscapes() throws Exception {
        RawHttp client = connect(start(echoHeads().port()));
        client.send("GET /caf\u00c3\u00a9?x=\u00ff HTTP/1.1\nHost: here.apps.test\n\n");
        client.readAnswer();
        assertThat(nextReceived()).startsWith("GET /caf%C3%A9?x=%FF HTTP/1.1\r\n");
    }

    @Test
    void theHeadOfARequestDoesNotWaitForItsBody() throws Exception {
        RawHttp client = connect(start(echoHeads().port()));
        client.send("POST / HTTP/1.1\nHost: here.apps.test\nContent-Length: 3\n\n");
        assertThat(nextReceived()).startsWith("POST /");
        client.send("abc");
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK");
    }

    @Test
    void aBodyThatDoesNotComeIsCutOff() throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = socket.getInputStream();
            readHead(in);
            in.readAllBytes();
        });
        RawHttp client = connect(start(Duration.ofMillis(300), goRouter.port()));
        client.send("POST / HTTP/1.1\nHost: here.apps.test\nContent-Length: 3\n\nab");
        assertThat(client.readAll()).startsWith("HTTP/1.1 408").contains("X-Grouter-Reason: slow-client\r\n");
    }

    @Test
    void oldClientsWithAnAbsoluteTargetGetAHost() throws Exception {
        RawHttp client = connect(start(echoHeads().port()));
        client.send("GET http://here.apps.test:8/x HTTP/1.0\n\n");
        assertThat(client.readAll()).contains("X-Grouter-Reason: local");
        assertThat(nextReceived())
                .startsWith("GET http://here.apps.test:8/x HTTP/1.1\r\n")
                .contains("host: here.apps.test:8\r\n");
    }

    @Test
    void clientsOfATlsProxyInFrontStayOnHttps() throws Exception {
        RawHttp client = connect(start(closedPort()));
        client.send("GET /x HTTP/1.1\nHost: there.apps.test\nX-Forwarded-Proto: https\n\n");
        assertThat(client.readAnswer()).contains("location: https://there.dc2.apps.test/x\r\n");
    }

    @Test
    void aClientThatReadsNothingIsCutOffInTheEnd() throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        TestBackend goRouter = backend(socket -> {
            readHead(socket.getInputStream());
            write(socket, "HTTP/1.1 200 OK\nContent-Length: 50000000\n\n", "");
            byte[] piece = new byte[50_000];
            try {
                for (int i = 0; i < 1_000; i++) {
                    socket.getOutputStream().write(piece);
                }
            } catch (IOException e) {
                sent.countDown();
            }
        });
        RawHttp client = connect(start(Duration.ofMillis(500), goRouter.port()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\nConnection: close\n\n");
        assertThat(sent.await(20, TimeUnit.SECONDS))
                .as("the connection to the GoRouter ends")
                .isTrue();
    }

    @Test
    void theOwnAliasReachesTheGoRouterUnderTheGlobalName() throws Exception {
        RawHttp client = connect(start(echoHeads().port()));
        client.send("GET /x HTTP/1.1\nHost: here.dc1.apps.test:8080\n\n");
        assertThat(client.readAnswer()).contains("X-Grouter-Reason: alias\r\n");
        assertThat(nextReceived())
                .contains("host: here.apps.test:8080\r\n", "X-Forwarded-Host: here.dc1.apps.test:8080\r\n");
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        RawHttp client = connect(start(echoHeads().port()));
        String get = " HTTP/1.1\nHost: here.apps.test\n\n";
        client.send("GET /1" + get + "GET /2" + get
                + "POST /3 HTTP/1.1\nHost: here.apps.test\nContent-Length: 3\n\nabcGET /4" + get);
        for (int i = 1; i <= 4; i++) {
            assertThat(client.readAnswer()).contains(" /" + i + " HTTP/1.1");
        }
    }

    @Test
    void bodiesPassBothWaysInChunks() throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            received.add(readHead(in));
            received.add(new String(in.readNBytes("5\r\nhello\r\n0\r\n\r\n".length()), StandardCharsets.ISO_8859_1));
            write(
                    socket,
                    "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nTrailer: X-End\n\n",
                    "3\r\nabc\r\n0\r\nX-End: 1\r\n\r\n");
            assertThat(in.read()).isEqualTo(-1);
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("POST / HTTP/1.1\nHost: here.apps.test\nTransfer-Encoding: chunked\n\n5\nhello\n0\n\n");
        assertThat(client.readHead()).contains("Transfer-Encoding: chunked").doesNotContain("Content-Length");
        assertThat(client.read("3\r\nabc\r\n0\r\nX-End: 1\r\n\r\n".length()))
                .isEqualTo("3\r\nabc\r\n0\r\nX-End: 1\r\n\r\n");
        assertThat(nextReceived()).contains("Transfer-Encoding: chunked\r\n");
        assertThat(nextReceived()).isEqualTo("5\r\nhello\r\n0\r\n\r\n");
    }

    @ParameterizedTest
    @CsvSource({"HEAD, 200, Content-Length: 42", "GET, 204, X-A: b", "GET, 304, Content-Length: 42"})
    void answersWithoutBodyKeepTheConnection(String method, int status, String header) throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (!readHead(in).isEmpty()) {
                write(socket, "HTTP/1.1 " + status + " X\n" + header + "\n\n", "");
            }
        });
        RawHttp client = connect(start(goRouter.port()));
        for (int i = 0; i < 2; i++) {
            client.send(method + " / HTTP/1.1\nHost: here.apps.test\n\n");
            assertThat(client.readHead())
                    .startsWith("HTTP/1.1 " + status)
                    .contains(header)
                    .doesNotContainIgnoringCase("transfer-encoding");
        }
        assertThat(goRouter.connections()).isEqualTo(1);
    }

    @Test
    void aBodyThatEndsWithTheConnectionIsSentInChunks() throws Exception {
        TestBackend goRouter = backend(socket -> {
            readHead(socket.getInputStream());
            write(socket, "HTTP/1.1 200 OK\nConnection: close\n\n", "until the end");
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
        assertThat(client.readHead())
                .containsIgnoringCase("transfer-encoding: chunked")
                .doesNotContain("close");
        assertThat(client.read("d\r\nuntil the end\r\n0\r\n\r\n".length()))
                .isEqualTo("d\r\nuntil the end\r\n0\r\n\r\n");
    }

    @Test
    void oldClientsGetPlainBodiesAndTheEndOfTheConnection() throws Exception {
        TestBackend goRouter = backend(socket -> {
            received.add(readHead(socket.getInputStream()));
            write(socket, "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n", "3\r\nabc\r\n0\r\n\r\n");
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("GET / HTTP/1.0\nHost: here.apps.test\n\n");
        assertThat(client.readAll())
                .containsIgnoringCase("connection: close")
                .doesNotContain("chunked")
                .endsWith("\r\n\r\nabc");
        assertThat(nextReceived()).startsWith("GET / HTTP/1.1\r\n");
    }

    @Test
    void interimAnswersPassThrough() throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            received.add(readHead(in));
            write(socket, "HTTP/1.1 100 Continue\n\n", "");
            received.add(new String(in.readNBytes(4), StandardCharsets.ISO_8859_1));
            write(socket, "HTTP/1.1 103 Early Hints\nLink: </x>\n\n", "");
            write(socket, "HTTP/1.1 200 OK\nContent-Length: 2\n\n", "ok");
            in.read();
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("PUT / HTTP/1.1\nHost: here.apps.test\nContent-Length: 4\nExpect: 100-continue\n\n");
        assertThat(client.readHead()).startsWith("HTTP/1.1 100 Continue\r\n");
        client.send("body");
        assertThat(client.readHead()).startsWith("HTTP/1.1 103 Early Hints\r\n").contains("Link: </x>");
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK\r\n").endsWith("ok");
    }

    @Test
    void anEarlyAnswerIsSeenByAClientThatIsStillSending() throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            readHead(in);
            write(socket, "HTTP/1.1 413 Too Large\nContent-Length: 3\nConnection: close\n\n", "big");
            // As Go does: closing with unread bytes would reset the connection, and the answer might be lost with it.
            socket.shutdownOutput();
            in.transferTo(OutputStream.nullOutputStream());
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("POST / HTTP/1.1\nHost: here.apps.test\nContent-Length: 10000000\n\n");
        client.send("x".repeat(10_000));
        assertThat(client.readAnswer())
                .startsWith("HTTP/1.1 413")
                .containsIgnoringCase("connection: close")
                .endsWith("big");
    }

    @Test
    void upgradedConnectionsBecomeTunnels() throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            received.add(readHead(in));
            write(socket, "HTTP/1.1 101 Switching Protocols\nConnection: Upgrade\nUpgrade: websocket\n\n", "early");
            byte[] buffer = new byte[100];
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                socket.getOutputStream().write(buffer, 0, n);
            }
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("GET /ws HTTP/1.1\nHost: here.apps.test\nConnection: keep-alive, Upgrade\nUpgrade: websocket\n\n");
        assertThat(client.readHead()).startsWith("HTTP/1.1 101").contains("Upgrade: websocket");
        assertThat(client.read(5)).isEqualTo("early");
        for (int i = 0; i < 3; i++) {
            client.send("GET / HTTP/1.1");
            assertThat(client.read(14)).isEqualTo("GET / HTTP/1.1");
        }
        client.socket().shutdownOutput();
        assertThat(client.atEnd()).isTrue();
        assertThat(nextReceived()).contains("connection: upgrade\r\n", "upgrade: websocket\r\n");
    }

    @Test
    void aProtocolChangeThatNobodyAskedForIsABadGateway() throws Exception {
        TestBackend goRouter = backend(socket -> {
            readHead(socket.getInputStream());
            write(socket, "HTTP/1.1 101 Switching Protocols\nConnection: Upgrade\nUpgrade: websocket\n\n", "");
            socket.getInputStream().readAllBytes();
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\nUpgrade: websocket\n\n");
        assertThat(client.readAll()).startsWith("HTTP/1.1 502").contains("X-Grouter-Reason: gorouter-invalid\r\n");
    }

    @Test
    void aRefusedUpgradeIsAnOrdinaryAnswer() throws Exception {
        RawHttp client = connect(start(echoHeads().port()));
        client.send("GET /ws HTTP/1.1\nHost: here.apps.test\nConnection: Upgrade\nUpgrade: websocket\n\n");
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK");
        client.send("GET /next HTTP/1.1\nHost: here.apps.test\n\n");
        assertThat(client.readAnswer()).contains("GET /next");
    }

    // ---- back-pressure

    @Test
    void aSlowReaderHoldsTheSenderBackAndGetsEverything() throws Exception {
        long size = 64L << 20;
        AtomicLong written = new AtomicLong();
        TestBackend goRouter = backend(socket -> {
            readHead(socket.getInputStream());
            write(socket, "HTTP/1.1 200 OK\nContent-Length: " + size + "\n\n", "");
            byte[] piece = new byte[65_536];
            while (written.get() < size) {
                socket.getOutputStream().write(piece);
                written.addAndGet(piece.length);
            }
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\nConnection: close\n\n");
        client.readHead();
        // Nobody reads: the sender gets stuck in the few buffers on the way.
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            long before = written.get();
            Thread.sleep(300);
            return before > 0 && written.get() == before;
        });
        assertThat(written.get()).isLessThan(32L << 20);
        assertThat(client.drain()).isEqualTo(size);
    }

    @Test
    void aSlowGoRouterHoldsTheClientBackAndGetsEverything() throws Exception {
        int size = 64 << 20;
        CountDownLatch read = new CountDownLatch(1);
        AtomicLong taken = new AtomicLong();
        TestBackend goRouter = backend(socket -> {
            InputStream in = socket.getInputStream();
            readHead(in);
            try {
                assertThat(read.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            byte[] buffer = new byte[65_536];
            while (taken.get() < size) {
                taken.addAndGet(in.read(buffer));
            }
            write(socket, "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "");
            in.read();
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("POST / HTTP/1.1\nHost: here.apps.test\nContent-Length: " + size + "\n\n");
        AtomicLong sent = new AtomicLong();
        AtomicBoolean failed = new AtomicBoolean();
        Thread sender = new Thread(() -> {
            byte[] piece = new byte[65_536];
            try {
                for (int i = 0; i < size / piece.length; i++) {
                    client.send(piece);
                    sent.addAndGet(piece.length);
                }
            } catch (IOException e) {
                failed.set(true);
            }
        });
        sender.start();
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            long before = sent.get();
            Thread.sleep(300);
            return before > 0 && sent.get() == before;
        });
        assertThat(sent.get()).isLessThan(32L << 20);
        read.countDown();
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK");
        sender.join();
        assertThat(failed).isFalse();
        assertThat(taken.get()).isEqualTo(size);
    }

    // ---- redirects

    @Test
    void redirectsToTheAliasWithPathAndQueryKept() throws Exception {
        RawHttp client = connect(start(closedPort()));
        client.send("GET /a//b/%2F?x=1&y=%20 HTTP/1.1\nHost: There.Apps.Test:99\n\n");
        assertThat(client.readAnswer())
                .startsWith("HTTP/1.1 307 Temporary Redirect\r\n")
                .contains("location: http://there.dc2.apps.test:8080/a//b/%2F?x=1&y=%20\r\n")
                .contains("cache-control: no-store\r\n")
                .contains("X-Grouter-Site: dc1\r\n", "X-Grouter-Reason: learned\r\n");
        client.send("GET http://there.apps.test?q HTTP/1.1\nHost: here.apps.test\n\n");
        assertThat(client.readAnswer()).contains("location: http://there.dc2.apps.test:8080/?q\r\n");
        client.send("HEAD /h HTTP/1.1\nHost: there.apps.test\n\n");
        assertThat(client.readHead()).contains("location: http://there.dc2.apps.test:8080/h\r\n");
        client.send("POST /p HTTP/1.1\nHost: there.apps.test\nContent-Length: 5\n\nhello");
        assertThat(client.readAnswer()).contains("location: http://there.dc2.apps.test:8080/p\r\n");
    }

    @Test
    void aLargeBodyForAnotherSiteIsNotReadToTheEnd() throws Exception {
        RawHttp client = connect(start(closedPort()));
        client.send("POST /p HTTP/1.1\nHost: there.apps.test\nContent-Length: 100000000\n\nhello");
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 307").containsIgnoringCase("connection: close");
        assertThat(client.atEnd()).isTrue();
    }

    // ---- when GoRouters fail

    @Test
    void triesTheNextGoRouterWhenOneTakesNoConnection() throws Exception {
        TestBackend well = echoHeads();
        int port = start(closedPort(), closedPort(), well.port());
        for (int i = 0; i < 6; i++) {
            RawHttp client = connect(port);
            client.send("POST / HTTP/1.1\nHost: here.apps.test\nContent-Length: 3\n\nabc");
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK");
        }
    }

    @Test
    void saysSoWhenNoGoRouterTakesConnections() throws Exception {
        RawHttp client = connect(start(closedPort(), closedPort()));
        for (int i = 0; i < 2; i++) {
            client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
            assertThat(client.readAnswer())
                    .startsWith("HTTP/1.1 503 Service Unavailable\r\n")
                    .contains(
                            "X-Grouter-Reason: no-gorouter\r\n", "retry-after: 1\r\n", "None of this site's GoRouters");
        }
    }

    @Test
    void aGoRouterThatClosesWithoutAnAnswerIsABadGateway() throws Exception {
        TestBackend goRouter = backend(socket -> readHead(socket.getInputStream()));
        RawHttp client = connect(start(goRouter.port()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
        assertThat(client.readAll())
                .startsWith("HTTP/1.1 502 Bad Gateway\r\n")
                .contains("X-Grouter-Reason: gorouter-failed\r\n");
        assertThat(goRouter.connections()).isEqualTo(1);
    }

    @Test
    void aKeptConnectionThatEndedIsReplacedWithoutTheClientNoticing() throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            readHead(in);
            write(socket, "HTTP/1.1 200 OK\nContent-Length: 2\n\n", "ok");
            readHead(in); // and then ends, as if it had been idle too long at the very moment
        });
        RawHttp client = connect(start(goRouter.port()));
        for (int i = 0; i < 5; i++) {
            client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK").endsWith("ok");
        }
    }

    @Test
    void aRequestThatMayHaveBeenProcessedIsNotRepeated() throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            received.add(readHead(in));
            write(socket, "HTTP/1.1 200 OK\nContent-Length: 2\n\n", "ok");
            received.add(readHead(in));
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
        client.readAnswer();
        client.send("POST / HTTP/1.1\nHost: here.apps.test\nContent-Length: 0\n\n");
        assertThat(client.readAll()).startsWith("HTTP/1.1 502");
        assertThat(received).hasSize(2);
    }

    @Test
    void anAnswerThatBreaksOffEndsTheConnection() throws Exception {
        TestBackend goRouter = backend(socket -> {
            readHead(socket.getInputStream());
            write(socket, "HTTP/1.1 200 OK\nContent-Length: 10\n\n", "half");
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
        assertThat(client.readHead()).startsWith("HTTP/1.1 200 OK");
        assertThat(client.read(4)).isEqualTo("half");
        assertThat(client.atEnd()).isTrue();
    }

    @Test
    void rubbishFromAGoRouterIsABadGateway() throws Exception {
        TestBackend goRouter = backend(socket -> {
            readHead(socket.getInputStream());
            write(socket, "what is this?\n\n", "");
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
        assertThat(client.readAll()).startsWith("HTTP/1.1 502").contains("X-Grouter-Reason: gorouter-invalid\r\n");
    }

    @Test
    void aGoRouterThatSaysNothingIsAGatewayTimeout() throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = socket.getInputStream();
            readHead(in);
            in.read();
        });
        RawHttp client = connect(start(Duration.ofMillis(300), goRouter.port()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
        assertThat(client.readAll()).startsWith("HTTP/1.1 504").contains("X-Grouter-Reason: gorouter-timeout\r\n");
    }

    @Test
    void aClientThatLeavesTakesItsUpstreamConnectionAlong() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        TestBackend goRouter = backend(socket -> {
            InputStream in = socket.getInputStream();
            received.add(readHead(in));
            if (in.read() < 0) {
                ended.countDown();
            }
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
        nextReceived();
        client.close();
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aSlowHeadIsCutOff() throws Exception {
        RawHttp client = connect(start(Duration.ofMillis(300), closedPort()));
        client.send("GET / HTTP/1.1\nHost: here.ap");
        assertThat(client.atEnd()).isTrue();
    }

    // ---- malformed requests

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rubbish\n\n",
                "GET / HTTP/1.1\n\n",
                "GET / HTTP/1.1\nHost: a\nHost: b\n\n",
                "GET / HTTP/1.1\nHost: a b\n\n",
                "GET / HTTP/1.1\nHost : a\n\n",
                "GET / HTTP/1.1\nHost: here.apps.test\nContent-Length: 1\nContent-Length: 2\n\n",
                "GET / HTTP/1.1\nHost: here.apps.test\nContent-Length: x\n\n",
                "GET nonsense HTTP/1.1\nHost: here.apps.test\n\n",
                "GET / HTTX\nHost: here.apps.test\n\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\n\n",
            })
    void malformedRequestsAreRefusedAndTheConnectionEnds(String request) throws Exception {
        TestBackend goRouter = echoHeads();
        RawHttp client = connect(start(goRouter.port()));
        client.send(request);
        assertThat(client.readAll()).startsWith("HTTP/1.1 400 Bad Request\r\n").contains("X-Grouter-Reason: bad-");
        assertThat(goRouter.connections()).isZero();
    }

    @Test
    void longHeadsAreRefused() throws Exception {
        int port = start(closedPort());
        RawHttp longLine = connect(port);
        longLine.send("GET /" + "x".repeat(5000) + " HTTP/1.1\nHost: here.apps.test\n\n");
        assertThat(longLine.readAll()).startsWith("HTTP/1.1 414");
        RawHttp longHead = connect(port);
        longHead.send("GET / HTTP/1.1\nHost: here.apps.test\nX: " + "x".repeat(9000) + "\n\n");
        assertThat(longHead.readAll()).startsWith("HTTP/1.1 431");
        RawHttp connect = connect(port);
        connect.send("CONNECT a:80 HTTP/1.1\nHost: a:80\n\n");
        assertThat(connect.readAll()).startsWith("HTTP/1.1 405").containsIgnoringCase("allow: GET");
    }

    @Test
    void aBrokenChunkNeverLooksLikeAWholeRequest() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            readHead(in);
            String rest = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
            received.add(rest);
            ended.countDown();
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("POST / HTTP/1.1\nHost: here.apps.test\nTransfer-Encoding: chunked\n\n5\nhello\nnonsense\n");
        assertThat(client.atEnd()).isTrue();
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(nextReceived()).isEqualTo("5\r\nhello\r\n");
    }

    @Test
    void connectionsAreBounded() throws Exception {
        int port = start(echoHeads().port());
        List<RawHttp> clients = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            RawHttp client = connect(port);
            client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n").readAnswer();
            clients.add(client);
        }
        assertThat(connect(port).atEnd()).isTrue();
        clients.get(0).close();
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            try (RawHttp client = new RawHttp(port)) {
                client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
                return client.readHead().startsWith("HTTP/1.1 200");
            } catch (IOException e) {
                return false;
            }
        });
    }
}
