package io.grouter.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
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
import io.grouter.testing.TestBackend;
import io.grouter.testing.TlsContexts;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** gRPC from a real client through the proxy to a real server, which stands for a GoRouter. */
@Timeout(60)
class GrpcIT extends ProxyWorld {
    private static final MethodDescriptor<byte[], byte[]> UNARY = GrpcBytes.method("unary", MethodType.UNARY);
    private static final MethodDescriptor<byte[], byte[]> DOWN = GrpcBytes.method("down", MethodType.SERVER_STREAMING);
    private static final MethodDescriptor<byte[], byte[]> UP = GrpcBytes.method("up", MethodType.CLIENT_STREAMING);
    private static final MethodDescriptor<byte[], byte[]> BOTH = GrpcBytes.method("both", MethodType.BIDI_STREAMING);
    private static final MethodDescriptor<byte[], byte[]> NOWHERE = GrpcBytes.method("nowhere", MethodType.UNARY);
    private static final Metadata.Key<String> ASKED = Metadata.Key.of("x-asked", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<byte[]> BINARY = Metadata.Key.of("x-data-bin", Metadata.BINARY_BYTE_MARSHALLER);
    private static final Metadata.Key<String> SITE =
            Metadata.Key.of("x-grouter-site", Metadata.ASCII_STRING_MARSHALLER);
    private static final int LARGEST = 16 << 20;

    @TempDir
    private static Path folder;

    private static KeyFiles files;

    private final LinkedBlockingQueue<Metadata> asked = new LinkedBlockingQueue<>();
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final CountDownLatch gate = new CountDownLatch(100);

    @BeforeAll
    static void makeCertificate() {
        files = KeyFiles.make(folder, "localhost", "EC", "dns:localhost,dns:here.apps.test,ip:127.0.0.1");
    }

    @BeforeEach
    void offerHttp2() {
        settings.tls = ProxySettings.https(folder);
    }

    // ---- the world

    @BeforeEach
    void watchPipelines() {
        closing(new QuietPipelines());
    }

    private ServerServiceDefinition service() {
        return ServerServiceDefinition.builder("test.Echo")
                .addMethod(UNARY, ServerCalls.asyncUnaryCall(this::unary))
                .addMethod(DOWN, ServerCalls.asyncServerStreamingCall(GrpcBytes::hundred))
                .addMethod(UP, ServerCalls.asyncClientStreamingCall(to -> echo(to, false)))
                .addMethod(BOTH, ServerCalls.asyncBidiStreamingCall(to -> echo(to, true)))
                .build();
    }

    private void unary(byte[] request, StreamObserver<byte[]> to) {
        String text = request.length > 100 ? "" : new String(request, UTF_8);
        switch (text) {
            case "denied" ->
                to.onError(Status.PERMISSION_DENIED.withDescription("no \u00fc").asRuntimeException());
            case "hang" -> ((ServerCallStreamObserver<byte[]>) to).setOnCancelHandler(cancelled::countDown);
            case "together" -> {
                gate.countDown();
                try {
                    assertThat(gate.await(20, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                answer(request, to);
            }
            default -> answer(request, to);
        }
    }

    private static void answer(byte[] answer, StreamObserver<byte[]> to) {
        to.onNext(answer);
        to.onCompleted();
    }

    private StreamObserver<byte[]> echo(StreamObserver<byte[]> to, boolean atOnce) {
        ((ServerCallStreamObserver<byte[]>) to).setOnCancelHandler(cancelled::countDown);
        StringBuilder all = new StringBuilder();
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] value) {
                if (atOnce) {
                    to.onNext(value);
                }
                all.append(new String(value, UTF_8));
            }

            @Override
            public void onError(Throwable problem) {}

            @Override
            public void onCompleted() {
                if (!atOnce) {
                    to.onNext(GrpcBytes.bytes(all.toString()));
                }
                to.onCompleted();
            }
        };
    }

    /** Notes what a call came with, and answers with metadata at both ends. */
    private final class Notes implements ServerInterceptor {
        @Override
        public <A, B> ServerCall.Listener<A> interceptCall(
                ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
            asked.add(headers);
            return next.startCall(
                    new SimpleForwardingServerCall<>(call) {
                        @Override
                        public void sendHeaders(Metadata first) {
                            first.put(ASKED, "first");
                            super.sendHeaders(first);
                        }

                        @Override
                        public void close(Status status, Metadata last) {
                            last.put(ASKED, "last");
                            last.put(BINARY, new byte[] {0, -1, 10, 13});
                            super.close(status, last);
                        }
                    },
                    headers);
        }
    }

    private Server server(int port, int maxStreams) throws IOException {
        Server made = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", port))
                .useTransportSecurity(new File(files.certificate()), new File(files.key()))
                .maxInboundMessageSize(LARGEST)
                .maxConcurrentCallsPerConnection(maxStreams)
                .addService(ServerInterceptors.intercept(service(), new Notes()))
                .build()
                .start();
        closing(() -> made.shutdownNow().awaitTermination(5, TimeUnit.SECONDS));
        return made;
    }

    private Server server() throws IOException {
        return server(0, Integer.MAX_VALUE);
    }

    private static GoRouterConfig goRouters(int... ports) {
        return goRouters(true, false, ports);
    }

    private static GoRouterConfig goRouters(boolean http2, boolean proxyProtocol, int... ports) {
        List<GoRouterConfig.Member> members = new ArrayList<>();
        for (int port : ports) {
            InetSocketAddress address = InetSocketAddress.createUnresolved("127.0.0.1", port);
            members.add(new GoRouterConfig.Member(address, address));
        }
        GoRouterTlsConfig tls = new GoRouterTlsConfig(true, files.certificate(), "", "", "", http2);
        GoRouterConfig like = Configs.goRouters(members, 1000, tls);
        return new GoRouterConfig(
                members,
                like.probeInterval(),
                like.probeTimeout(),
                like.probeSlow(),
                like.failurePause(),
                like.slowStart(),
                like.inFlightLeast(),
                like.inFlightMost(),
                proxyProtocol,
                tls);
    }

    private ManagedChannel channel(ProxyServer proxy) throws IOException {
        ManagedChannel made = NettyChannelBuilder.forAddress(
                        "127.0.0.1", proxy.addresses().get(1).getPort())
                .sslContext(GrpcSslContexts.forClient()
                        .trustManager(new File(files.certificate()))
                        .build())
                .overrideAuthority("here.apps.test")
                .maxInboundMessageSize(LARGEST)
                .build();
        closing(() -> made.shutdownNow().awaitTermination(5, TimeUnit.SECONDS));
        return made;
    }

    private ManagedChannel channel() throws IOException {
        return channel(startWith(goRouters(server().getPort())));
    }

    private static CallOptions within(long millis) {
        return CallOptions.DEFAULT.withDeadlineAfter(millis, TimeUnit.MILLISECONDS);
    }

    private static CallOptions soon() {
        return within(20_000);
    }

    private static String unary(io.grpc.Channel channel, String text) {
        return new String(ClientCalls.blockingUnaryCall(channel, UNARY, soon(), GrpcBytes.bytes(text)), UTF_8);
    }

    /** Keeps what comes on a call. */
    private static final class Kept implements StreamObserver<byte[]> {
        final LinkedBlockingQueue<String> messages = new LinkedBlockingQueue<>();
        final CountDownLatch done = new CountDownLatch(1);
        final AtomicReference<Throwable> problem = new AtomicReference<>();

        @Override
        public void onNext(byte[] value) {
            messages.add(new String(value, UTF_8));
        }

        @Override
        public void onError(Throwable failure) {
            problem.set(failure);
            done.countDown();
        }

        @Override
        public void onCompleted() {
            done.countDown();
        }

        String next() throws InterruptedException {
            String message = messages.poll(10, TimeUnit.SECONDS);
            assertThat(message).isNotNull();
            return String.valueOf(message);
        }

        void assertCompleted() throws InterruptedException {
            assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(problem.get()).isNull();
        }
    }

    // ---- calls

    @Test
    void unaryCalls() throws Exception {
        ManagedChannel channel = channel();
        for (int i = 0; i < 5; i++) {
            assertThat(unary(channel, "hello " + i)).isEqualTo("hello " + i);
        }
        assertThat(metric("grouter_proxy_upstream_connections")).isEqualTo(1);
        assertThat(metric("grouter_proxy_connections")).isEqualTo(1);
    }

    @Test
    void metadataPassesBothWays() throws Exception {
        ManagedChannel channel = channel();
        Metadata sent = new Metadata();
        sent.put(ASKED, "a, b");
        sent.put(BINARY, new byte[] {0, -1, 13, 10});
        AtomicReference<Metadata> first = new AtomicReference<>();
        AtomicReference<Metadata> last = new AtomicReference<>();
        io.grpc.Channel with = ClientInterceptors.intercept(
                channel,
                MetadataUtils.newAttachHeadersInterceptor(sent),
                MetadataUtils.newCaptureMetadataInterceptor(first, last));
        assertThat(unary(with, "x")).isEqualTo("x");
        Metadata arrived = asked.take();
        assertThat(arrived.get(ASKED)).isEqualTo("a, b");
        assertThat(arrived.get(BINARY)).isEqualTo(new byte[] {0, -1, 13, 10});
        assertThat(arrived.get(Metadata.Key.of("x-forwarded-proto", Metadata.ASCII_STRING_MARSHALLER)))
                .isEqualTo("https");
        assertThat(arrived.get(Metadata.Key.of("x-forwarded-for", Metadata.ASCII_STRING_MARSHALLER)))
                .isEqualTo("127.0.0.1");
        assertThat(Objects.requireNonNull(first.get()).get(ASKED)).isEqualTo("first");
        assertThat(Objects.requireNonNull(first.get()).get(SITE)).isEqualTo("dc1");
        assertThat(Objects.requireNonNull(last.get()).get(ASKED)).isEqualTo("last");
        assertThat(Objects.requireNonNull(last.get()).get(BINARY)).isEqualTo(new byte[] {0, -1, 10, 13});
    }

    @Test
    void serverStreaming() throws Exception {
        Iterator<byte[]> answers =
                ClientCalls.blockingServerStreamingCall(channel(), DOWN, soon(), GrpcBytes.bytes("n"));
        for (int i = 0; i < 100; i++) {
            assertThat(new String(answers.next(), UTF_8)).isEqualTo("n" + i);
        }
        assertThat(answers.hasNext()).isFalse();
    }

    /** Requests of many clients share one connection to the GoRouter; each has a window of its own. */
    @Test
    void aClientThatTakesNothingHoldsNobodyElseUp() throws Exception {
        settings.responseTimeout = Duration.ofSeconds(30); // the one that is stuck is there all the time
        ProxyServer proxy = startWith(goRouters(server().getPort()));
        ManagedChannel other = channel(proxy);
        assertThat(unary(other, "before")).isEqualTo("before");
        var call = channel(proxy).newCall(DOWN, CallOptions.DEFAULT);
        call.start(new io.grpc.ClientCall.Listener<>() {}, new Metadata());
        call.sendMessage(new byte[100_000]);
        call.halfClose();
        call.request(1);
        Thread.sleep(1500);
        for (int i = 0; i < 3; i++) {
            assertThat(ClientCalls.blockingUnaryCall(other, UNARY, within(4_000), GrpcBytes.bytes("hello " + i)))
                    .isEqualTo(GrpcBytes.bytes("hello " + i));
        }
        assertThat(metric("grouter_proxy_upstream_connections")).isEqualTo(1);
        call.cancel("enough", null);
        assertThat(unary(other, "after")).isEqualTo("after");
    }

    /** What goes on is not cut off, whoever it is that speaks. */
    @Test
    void aCallMayTakeLongerThanTheLongestSilence() throws Exception {
        settings.responseTimeout = Duration.ofSeconds(1);
        settings.bodyTimeout = Duration.ofMillis(500);
        Kept kept = new Kept();
        StreamObserver<byte[]> to = ClientCalls.asyncBidiStreamingCall(channel().newCall(BOTH, soon()), kept);
        for (int i = 0; i < 4; i++) {
            to.onNext(GrpcBytes.bytes("ping " + i));
            assertThat(kept.next()).isEqualTo("ping " + i);
            Thread.sleep(700);
        }
        to.onCompleted();
        kept.assertCompleted();
    }

    @Test
    void clientStreaming() throws Exception {
        Kept kept = new Kept();
        StreamObserver<byte[]> to =
                ClientCalls.asyncClientStreamingCall(channel().newCall(UP, soon()), kept);
        for (int i = 0; i < 10; i++) {
            to.onNext(GrpcBytes.bytes("" + i));
        }
        to.onCompleted();
        assertThat(kept.next()).isEqualTo("0123456789");
        kept.assertCompleted();
    }

    @Test
    void bothWaysAtATime() throws Exception {
        Kept kept = new Kept();
        StreamObserver<byte[]> to = ClientCalls.asyncBidiStreamingCall(channel().newCall(BOTH, soon()), kept);
        for (int i = 0; i < 50; i++) {
            to.onNext(GrpcBytes.bytes("ping " + i));
            assertThat(kept.next()).isEqualTo("ping " + i);
        }
        to.onCompleted();
        kept.assertCompleted();
        assertThat(kept.messages).isEmpty();
    }

    @Test
    void largeMessages() throws Exception {
        byte[] large = new byte[4 << 20];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) (i * 31 + (i >>> 13));
        }
        assertThat(ClientCalls.blockingUnaryCall(channel(), UNARY, soon(), large))
                .isEqualTo(large);
    }

    @Test
    void aHundredCallsOverOneConnection() throws Exception {
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .useTransportSecurity(new File(files.certificate()), new File(files.key()))
                .executor(closingExecutor(110))
                .addService(service())
                .build()
                .start();
        closing(() -> server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS));
        ManagedChannel channel = channel(startWith(goRouters(server.getPort())));
        List<Future<byte[]>> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            calls.add(ClientCalls.futureUnaryCall(channel.newCall(UNARY, soon()), GrpcBytes.bytes("together")));
        }
        for (Future<byte[]> call : calls) {
            assertThat(call.get(20, TimeUnit.SECONDS)).isEqualTo(GrpcBytes.bytes("together"));
        }
        assertThat(metric("grouter_proxy_upstream_connections")).isEqualTo(1);
    }

    private java.util.concurrent.ExecutorService closingExecutor(int threads) {
        var made = java.util.concurrent.Executors.newFixedThreadPool(threads);
        closing(made::shutdownNow);
        return made;
    }

    /** GoRouter's own limit is 250 of each connection. */
    @Test
    void moreCallsThanAConnectionTakesGetAnotherOne() throws Exception {
        ManagedChannel channel = channel(startWith(goRouters(server(0, 2).getPort())));
        List<StreamObserver<byte[]>> open = new ArrayList<>();
        List<Kept> kept = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Kept made = new Kept();
            StreamObserver<byte[]> to = ClientCalls.asyncBidiStreamingCall(channel.newCall(BOTH, soon()), made);
            to.onNext(GrpcBytes.bytes("" + i));
            assertThat(made.next()).isEqualTo("" + i);
            open.add(to);
            kept.add(made);
        }
        assertThat(metric("grouter_proxy_upstream_connections")).isEqualTo(3);
        for (int i = 0; i < 5; i++) {
            open.get(i).onCompleted();
            kept.get(i).assertCompleted();
        }
        assertThat(unary(channel, "after")).isEqualTo("after");
    }

    // ---- the ends of calls

    private static Status status(Throwable problem) {
        return Status.fromThrowable(problem);
    }

    private static Status failure(Runnable call) {
        try {
            call.run();
        } catch (StatusRuntimeException e) {
            return e.getStatus();
        }
        throw new AssertionError("the call succeeded");
    }

    @Test
    void errorsOfTheServerArrive() throws Exception {
        ManagedChannel channel = channel();
        Status denied = failure(() -> unary(channel, "denied"));
        assertThat(denied.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(denied.getDescription()).isEqualTo("no \u00fc");
        Status unknown = failure(() -> ClientCalls.blockingUnaryCall(channel, NOWHERE, soon(), new byte[0]));
        assertThat(unknown.getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
        assertThat(unary(channel, "after")).isEqualTo("after");
        assertThat(metric("grouter_proxy_upstream_connections")).isEqualTo(1);
    }

    /** The server answers before the client has said all. */
    @Test
    void errorsArriveBeforeTheClientsEnd() throws Exception {
        ManagedChannel channel = channel();
        MethodDescriptor<byte[], byte[]> nowhere = GrpcBytes.method("nowhere", MethodType.BIDI_STREAMING);
        Kept kept = new Kept();
        StreamObserver<byte[]> to = ClientCalls.asyncBidiStreamingCall(channel.newCall(nowhere, soon()), kept);
        to.onNext(GrpcBytes.bytes("x"));
        assertThat(kept.done.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(status(Objects.requireNonNull(kept.problem.get())).getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
        assertThat(unary(channel, "after")).isEqualTo("after");
    }

    @Test
    void deadlinesReachTheServer() throws Exception {
        ManagedChannel channel = channel();
        Status late =
                failure(() -> ClientCalls.blockingUnaryCall(channel, UNARY, within(500), GrpcBytes.bytes("hang")));
        assertThat(late.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(asked.take().get(Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER)))
                .isNotNull();
    }

    @Test
    void cancellationReachesTheServer() throws Exception {
        ManagedChannel channel = channel();
        Kept kept = new Kept();
        var call = channel.newCall(BOTH, soon());
        StreamObserver<byte[]> to = ClientCalls.asyncBidiStreamingCall(call, kept);
        to.onNext(GrpcBytes.bytes("x"));
        assertThat(kept.next()).isEqualTo("x");
        call.cancel("enough", null);
        assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(unary(channel, "after")).isEqualTo("after");
        assertThat(metric("grouter_proxy_upstream_connections")).isEqualTo(1);
    }

    @Test
    void aServerThatDiesMakesCallsUnavailable() throws Exception {
        Server server = server();
        ManagedChannel channel = channel(startWith(goRouters(server.getPort())));
        Kept kept = new Kept();
        StreamObserver<byte[]> to = ClientCalls.asyncBidiStreamingCall(channel.newCall(BOTH, soon()), kept);
        to.onNext(GrpcBytes.bytes("x"));
        assertThat(kept.next()).isEqualTo("x");
        server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        assertThat(kept.done.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(kept.problem.get()).isNotNull();
        assertThat(failure(() -> unary(channel, "nobody")).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void aServerThatEndsGentlyIsLeftForANewConnection() throws Exception {
        Server server = server();
        int port = server.getPort();
        ManagedChannel channel = channel(startWith(goRouters(port)));
        Kept kept = new Kept();
        StreamObserver<byte[]> to = ClientCalls.asyncBidiStreamingCall(channel.newCall(BOTH, soon()), kept);
        to.onNext(GrpcBytes.bytes("before"));
        assertThat(kept.next()).isEqualTo("before");
        server.shutdown();
        await().ignoreExceptions().until(() -> server(port, Integer.MAX_VALUE) != null);
        await("the GOAWAY is there").ignoreExceptions().untilAsserted(() -> {
            assertThat(unary(channel, "new")).isEqualTo("new");
            assertThat(metric("grouter_proxy_upstream_connections")).isEqualTo(2);
        });
        to.onNext(GrpcBytes.bytes("still there"));
        assertThat(kept.next()).isEqualTo("still there");
        to.onCompleted();
        kept.assertCompleted();
        assertThat(server.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void nobodyListensMeansUnavailable() throws Exception {
        ManagedChannel channel = channel(startWith(goRouters(closedPort())));
        assertThat(failure(() -> unary(channel, "nobody")).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void aGoRouterWithoutHttp2MeansUnavailable() throws Exception {
        TestBackend goRouter = closing(new TestBackend(
                TlsContexts.of(files.certificate(), files)
                        .getServerSocketFactory()
                        .createServerSocket(),
                socket -> {
                    if (socket.getInputStream().read() >= 0) {
                        received.add("something");
                    }
                }));
        ManagedChannel channel = channel(startWith(goRouters(goRouter.port())));
        assertThat(failure(() -> unary(channel, "nobody")).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(received).isEmpty();
    }

    /** Without HTTP/2 to the GoRouters gRPC goes the way of everything else, and fails there. */
    @Test
    void withoutHttp2ToGoRoutersCallsGoAsRequests() throws Exception {
        TestBackend goRouter = closing(new TestBackend(
                TlsContexts.of(files.certificate(), files)
                        .getServerSocketFactory()
                        .createServerSocket(),
                socket -> {
                    received.add(readHead(socket.getInputStream()));
                    write(socket, "HTTP/1.1 503 Service Unavailable\nContent-Length: 0\n\n", "");
                }));
        ManagedChannel channel = channel(startWith(goRouters(false, false, goRouter.port())));
        assertThat(failure(() -> unary(channel, "nobody")).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(nextReceived())
                .startsWith("POST /test.Echo/unary HTTP/1.1\r\n")
                .contains("TE: trailers\r\n");
    }

    @Test
    void otherRequestsKeepToHttp1() throws Exception {
        TestBackend goRouter = closing(new TestBackend(
                TlsContexts.of(files.certificate(), files)
                        .getServerSocketFactory()
                        .createServerSocket(),
                socket -> {
                    while (!readHead(socket.getInputStream()).isEmpty()) {
                        write(socket, "HTTP/1.1 200 OK\nContent-Length: 2\n\n", "ok");
                    }
                }));
        ProxyServer proxy = startWith(goRouters(goRouter.port()));
        SSLSocket socket = TlsContexts.connect(
                TlsContexts.of(files.certificate(), null),
                proxy.addresses().get(1).getPort());
        RawHttp client = closing(new RawHttp(socket));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\nContent-Type: application/grpc\n\n");
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 200").endsWith("ok");
    }

    // ---- one connection per client

    @Test
    void withTheProxyProtocolEachCallHasItsConnectionAndClosesIt() throws Exception {
        Server server = server();
        List<Socket> open = new java.util.concurrent.CopyOnWriteArrayList<>();
        TestBackend relay = backend(socket -> {
            open.add(socket);
            InputStream in = socket.getInputStream();
            StringBuilder line = new StringBuilder();
            for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
                line.append((char) b);
            }
            received.add(line.toString());
            try (Socket on = new Socket("127.0.0.1", server.getPort())) {
                Thread back = new Thread(() -> {
                    try (on) {
                        on.getInputStream().transferTo(socket.getOutputStream());
                    } catch (IOException e) {
                        assertThat(e).isNotNull(); // the other side ended
                    }
                });
                back.setDaemon(true);
                back.start();
                in.transferTo(on.getOutputStream());
            } finally {
                open.remove(socket);
            }
        });
        ManagedChannel channel = channel(startWith(goRouters(true, true, relay.port())));
        for (int i = 0; i < 3; i++) {
            assertThat(unary(channel, "call " + i)).isEqualTo("call " + i);
            assertThat(nextReceived()).matches("PROXY TCP4 127\\.0\\.0\\.1 127\\.0\\.0\\.1 \\d+ \\d+\r");
        }
        assertThat(relay.connections()).isEqualTo(3);
        await("no connection is left")
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(open).isEmpty());
    }

    @Test
    void aDeadlineBeforeAnythingIsSentIsHarmless() throws Exception {
        ManagedChannel channel = channel();
        assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(channel, UNARY, within(1), GrpcBytes.bytes("hang")))
                .isInstanceOf(StatusRuntimeException.class);
        assertThat(unary(channel, "after")).isEqualTo("after");
    }
}
