package io.grouter.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.gorouter.GoRouterConfig;
import io.grouter.gorouter.GoRouterTlsConfig;
import io.grouter.testing.Configs;
import io.grouter.testing.KeyFiles;
import io.grouter.testing.ProxySettings;
import io.grouter.testing.QuietPipelines;
import io.grpc.CallOptions;
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
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** gRPC from a real client through two sites' proxies to a real server, which stands for a GoRouter. */
@Timeout(60)
class RelayGrpcIT extends RelayWorld {
    private static final MethodDescriptor<byte[], byte[]> UNARY = GrpcBytes.method("unary", MethodType.UNARY);
    private static final MethodDescriptor<byte[], byte[]> DOWN = GrpcBytes.method("down", MethodType.SERVER_STREAMING);
    private static final MethodDescriptor<byte[], byte[]> BOTH = GrpcBytes.method("both", MethodType.BIDI_STREAMING);
    private static final int LARGEST = 16 << 20;

    @TempDir
    private static Path folder;

    private static KeyFiles files;

    private final LinkedBlockingQueue<Metadata> asked = new LinkedBlockingQueue<>();

    @BeforeAll
    static void makeCertificate() {
        files = KeyFiles.make(folder, "localhost", "EC", "dns:localhost,dns:there.apps.test,ip:127.0.0.1");
    }

    @BeforeEach
    void watchPipelines() {
        closing(new QuietPipelines());
    }

    private static ServerServiceDefinition service() {
        return ServerServiceDefinition.builder("test.Echo")
                .addMethod(UNARY, ServerCalls.asyncUnaryCall((request, to) -> {
                    if (new String(request, UTF_8).equals("denied")) {
                        to.onError(Status.PERMISSION_DENIED.asRuntimeException());
                        return;
                    }
                    to.onNext(request);
                    to.onCompleted();
                }))
                .addMethod(DOWN, ServerCalls.asyncServerStreamingCall(GrpcBytes::hundred))
                .addMethod(BOTH, ServerCalls.asyncBidiStreamingCall(to -> new StreamObserver<byte[]>() {
                    @Override
                    public void onNext(byte[] value) {
                        to.onNext(value);
                    }

                    @Override
                    public void onError(Throwable problem) {}

                    @Override
                    public void onCompleted() {
                        to.onCompleted();
                    }
                }))
                .build();
    }

    private final class Notes implements ServerInterceptor {
        @Override
        public <A, B> ServerCall.Listener<A> interceptCall(
                ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
            asked.add(headers);
            return next.startCall(call, headers);
        }
    }

    private ManagedChannel channel() throws IOException {
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .useTransportSecurity(new File(files.certificate()), new File(files.key()))
                .maxInboundMessageSize(LARGEST)
                .addService(ServerInterceptors.intercept(service(), new Notes()))
                .build()
                .start();
        closing(() -> server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS));
        InetSocketAddress address = InetSocketAddress.createUnresolved("127.0.0.1", server.getPort());
        GoRouterConfig goRouters = Configs.goRouters(
                List.of(new GoRouterConfig.Member(address, address)),
                1000,
                new GoRouterTlsConfig(true, files.certificate(), "", "", "", true));
        announced = second(goRouters).announcedRelays();
        settings.tls = ProxySettings.https(folder);
        ProxyServer first = first(1);
        awaitWarm();
        ManagedChannel made = NettyChannelBuilder.forAddress(
                        "127.0.0.1", first.addresses().get(1).getPort())
                .sslContext(GrpcSslContexts.forClient()
                        .trustManager(new File(files.certificate()))
                        .build())
                .overrideAuthority("there.apps.test")
                .maxInboundMessageSize(LARGEST)
                .build();
        closing(() -> made.shutdownNow().awaitTermination(5, TimeUnit.SECONDS));
        return made;
    }

    private static CallOptions soon() {
        return CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    private static String header(Metadata from, String name) {
        return String.valueOf(from.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER)));
    }

    @Test
    void callsGoThroughBothSites() throws Exception {
        ManagedChannel channel = channel();
        byte[] large = new byte[4 << 20];
        assertThat(ClientCalls.blockingUnaryCall(channel, UNARY, soon(), GrpcBytes.bytes("x")))
                .isEqualTo(GrpcBytes.bytes("x"));
        Metadata arrived = asked.take();
        assertThat(header(arrived, "cdn-loop")).isEqualTo("grouter-dc1");
        assertThat(header(arrived, "x-forwarded-proto")).isEqualTo("https");
        assertThat(header(arrived, "x-forwarded-for")).isEqualTo("127.0.0.1");
        assertThat(ClientCalls.blockingUnaryCall(channel, UNARY, soon(), large)).isEqualTo(large);
        Iterator<byte[]> answers = ClientCalls.blockingServerStreamingCall(channel, DOWN, soon(), GrpcBytes.bytes("n"));
        for (int i = 0; i < 100; i++) {
            assertThat(answers.next()).isEqualTo(GrpcBytes.bytes("n" + i));
        }
        assertThat(answers.hasNext()).isFalse();
        Assertions.assertThatThrownBy(
                        () -> ClientCalls.blockingUnaryCall(channel, UNARY, soon(), GrpcBytes.bytes("denied")))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED));
        assertThat(metric("grouter_relay_connections_made")).isEqualTo(1);
        assertThat(metric(second, "grouter_proxy_upstream_connections")).isEqualTo(1);
    }

    @Test
    void bothSidesSpeakAtATime() throws Exception {
        LinkedBlockingQueue<String> kept = new LinkedBlockingQueue<>();
        CountDownLatch done = new CountDownLatch(1);
        StreamObserver<byte[]> to =
                ClientCalls.asyncBidiStreamingCall(channel().newCall(BOTH, soon()), new StreamObserver<byte[]>() {
                    @Override
                    public void onNext(byte[] value) {
                        kept.add(new String(value, UTF_8));
                    }

                    @Override
                    public void onError(Throwable problem) {
                        kept.add(problem.toString());
                    }

                    @Override
                    public void onCompleted() {
                        done.countDown();
                    }
                });
        for (int i = 0; i < 50; i++) {
            to.onNext(GrpcBytes.bytes("ping " + i));
            assertThat(Objects.requireNonNull(kept.poll(10, TimeUnit.SECONDS))).isEqualTo("ping " + i);
        }
        to.onCompleted();
        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    }
}
