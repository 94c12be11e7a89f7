package io.grouter.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grouter.testing.KeyFiles;
import io.grouter.tls.PeerTls;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a gossip port does about everyone who knocks. */
@Timeout(60)
class PeerSocketsIT {
    private static final Set<String> SITES = Set.of("dc1", "dc2");
    /** Greeting, version, length of an address, and the address, here and there followed by more. */
    private static final byte[] HELLO = {'b', 'e', 'l', 'a', 0, 5, 0, 3, 1, 2, 3, 9, 9};

    @TempDir
    private static Path folder;

    private static KeyFiles dc1;
    private static KeyFiles dc2;
    private static KeyFiles dc9;
    private static KeyFiles rogue;
    private static KeyFiles nameless;
    private static Path ca;

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final LinkMetrics metrics = new LinkMetrics(registry, System::nanoTime);
    private final List<AutoCloseable> open = new ArrayList<>();
    private final BlockingQueue<Socket> accepted = new LinkedBlockingQueue<>();

    @BeforeAll
    static void certificates() throws IOException {
        dc1 = make("dc1", "uri:spiffe://grouter/site/dc1");
        dc2 = make("dc2", "uri:spiffe://grouter/site/dc2/node-1");
        dc9 = make("dc9", "uri:spiffe://grouter/site/dc9");
        nameless = make("nameless", "dns:dc1.example.com");
        rogue = make("rogue", "uri:spiffe://grouter/site/dc1");
        ca = folder.resolve("ca.pem");
        StringBuilder all = new StringBuilder();
        for (KeyFiles each : List.of(dc1, dc2, dc9, nameless)) {
            all.append(Files.readString(Path.of(each.certificate())));
        }
        Files.writeString(ca, all.toString());
    }

    private static KeyFiles make(String name, String names) {
        return KeyFiles.make(folder, name, "EC", names);
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private static PeerTls tls(KeyFiles own) throws IOException {
        return new PeerTls(ca.toString(), own.certificate(), own.key(), SITES::contains);
    }

    private PeerSockets sockets(@Nullable PeerTls tls) {
        PeerSockets made = new PeerSockets(tls, metrics);
        open.add(made);
        return made;
    }

    /** Listens as JGroups would. */
    private InetSocketAddress listen(@Nullable PeerTls tls) throws IOException {
        ServerSocket server = sockets(tls).createServerSocket("test", 0, 50, InetAddress.getLoopbackAddress());
        open.add(server);
        Thread acceptor = new Thread(() -> {
            while (!server.isClosed()) {
                try {
                    accepted.add(server.accept());
                } catch (IOException e) {
                    return; // closed
                }
            }
        });
        acceptor.setDaemon(true);
        acceptor.start();
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());
    }

    private Socket connect(@Nullable PeerTls tls, InetSocketAddress to) throws IOException {
        Socket socket = sockets(tls).createSocket("test");
        open.add(socket);
        socket.connect(to, 2_000);
        return socket;
    }

    private double rejected(String reason) {
        return registry.scrape(name -> name.equals("grouter_link_rejected")).stream()
                .flatMap(snapshot -> snapshot.getDataPoints().stream())
                .filter(point -> reason.equals(point.getLabels().get("reason")))
                .mapToDouble(point -> ((CounterSnapshot.CounterDataPointSnapshot) point).getValue())
                .sum();
    }

    private void talks(Socket client) throws IOException, InterruptedException {
        client.getOutputStream().write(HELLO);
        client.getOutputStream().flush();
        Socket server = accepted.poll(5, TimeUnit.SECONDS);
        assertThat(server).isNotNull();
        open.add(server);
        assertThat(server.getInputStream().readNBytes(HELLO.length)).isEqualTo(HELLO);
        server.getOutputStream().write(42);
        server.getOutputStream().flush();
        assertThat(client.getInputStream().read()).isEqualTo(42);
    }

    @Test
    void nodesOfConfiguredSitesTalk() throws Exception {
        InetSocketAddress port = listen(tls(dc1));
        talks(connect(tls(dc2), port));
    }

    @Test
    void certificatesOfOtherSitesOfNobodyAndOfOtherAuthoritiesAreTurnedAway() throws Exception {
        InetSocketAddress port = listen(tls(dc1));
        for (KeyFiles wrong : List.of(dc9, nameless, rogue)) {
            double before = rejected("handshake");
            knock(tls(wrong), port);
            await().until(() -> rejected("handshake") > before);
        }
        assertThat(accepted).isEmpty();
    }

    /** In TLS 1.3 the client learns only afterwards that the server did not like its certificate. */
    private void knock(PeerTls tls, InetSocketAddress port) {
        try {
            Socket socket = connect(tls, port);
            socket.setSoTimeout(2_000);
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        } catch (IOException e) {
            assertThat(e).isNotNull(); // turned away already while shaking hands
        }
    }

    @Test
    void aNodeDoesNotTalkToAServerOfAnotherSite() throws Exception {
        PeerTls open9 = new PeerTls(ca.toString(), dc9.certificate(), dc9.key(), site -> true);
        InetSocketAddress port = listen(open9);
        assertThatThrownBy(() -> connect(tls(dc1), port)).isInstanceOf(IOException.class);
    }

    @Test
    void withoutACertificateOrWithAnOlderTlsNobodyComesIn() throws Exception {
        InetSocketAddress port = listen(tls(dc1));
        SSLContext context = tls(dc2).context();
        try (SSLSocket old = (SSLSocket) context.getSocketFactory().createSocket()) {
            old.setEnabledProtocols(new String[] {"TLSv1.2"});
            old.connect(port);
            assertThatThrownBy(old::startHandshake).isInstanceOf(IOException.class);
        }
        await().until(() -> rejected("handshake") >= 1);
        assertThat(accepted).isEmpty();
    }

    @Test
    void whoSaysNothingIsSentAwayAndHoldsUpNobody() throws Exception {
        InetSocketAddress port = listen(tls(dc1));
        List<Socket> idle = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            Socket socket = new Socket(port.getAddress(), port.getPort());
            open.add(socket);
            idle.add(socket);
        }
        long start = System.nanoTime();
        talks(connect(tls(dc2), port));
        System.out.println("beside 12 idle connections: " + (System.nanoTime() - start) / 1_000_000 + " ms");
        for (Socket socket : idle) {
            socket.setSoTimeout(10_000);
            assertThat(closedByTheOtherSide(socket)).isTrue();
        }
        await().until(() -> rejected("half-open") >= 12);
    }

    /** A port that closes at once, as it does to whom it does not trust, resets the connection. */
    private static boolean closedByTheOtherSide(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() == -1;
        } catch (SocketException e) {
            return true;
        }
    }

    @Test
    void handshakesOfOneAddressAreBounded() throws Exception {
        InetSocketAddress port = listen(tls(dc1));
        for (int i = 0; i < 100; i++) {
            open.add(new Socket(port.getAddress(), port.getPort()));
        }
        await().until(() -> rejected("too-many") >= 80);
        assertThat(Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().equals("grouter-gossip-handshake")))
                .hasSizeLessThan(20);
    }

    @Test
    void aHungServerDoesNotHoldAClientForEver() throws Exception {
        try (ServerSocket hung = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            InetSocketAddress port = new InetSocketAddress(hung.getInetAddress(), hung.getLocalPort());
            long start = System.nanoTime();
            assertThatThrownBy(() -> connect(tls(dc1), port)).isInstanceOf(IOException.class);
            assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start))
                    .isLessThan(20);
        }
    }

    @Test
    void withoutTlsOnlyTheGreetingOfAPeerComesThrough() throws Exception {
        InetSocketAddress port = listen(null);
        try (Socket stranger = new Socket(port.getAddress(), port.getPort())) {
            stranger.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            await().until(() -> rejected("not-a-peer") == 1);
        }
        try (Socket peer = new Socket(port.getAddress(), port.getPort())) {
            peer.getOutputStream().write(HELLO);
            Socket server = accepted.poll(5, TimeUnit.SECONDS);
            assertThat(server).isNotNull();
            assertThat(server.getInputStream().readNBytes(HELLO.length)).isEqualTo(HELLO);
        }
    }

    /** A peer that was let in by its certificate and then says nothing must not keep others out either. */
    @Test
    void whoStopsAfterTheHandshakeHoldsUpNobody() throws Exception {
        InetSocketAddress port = listen(tls(dc1));
        for (int i = 0; i < 10; i++) {
            Socket silent = connect(tls(dc2), port);
            silent.getOutputStream().write('b');
            silent.getOutputStream().flush();
        }
        long start = System.nanoTime();
        talks(connect(tls(dc2), port));
        System.out.println("beside 10 silent peers: " + (System.nanoTime() - start) / 1_000_000 + " ms");
        await().until(() -> rejected("half-open") >= 10);
        assertThat(accepted).isEmpty();
    }

    @Test
    void aChangedCertificateIsReadAndABrokenOneKeepsTheOneBefore() throws Exception {
        Path certificate = folder.resolve("changing.crt");
        Path key = folder.resolve("changing.key");
        copy(dc2.certificate(), certificate, 1);
        copy(dc2.key(), key, 1);
        PeerTls changing = new PeerTls(ca.toString(), certificate.toString(), key.toString(), SITES::contains);
        InetSocketAddress port = listen(tls(dc1));
        SSLContext first = changing.context();
        talks(connect(changing, port));
        Files.writeString(certificate, "-----BEGIN CERT");
        touch(certificate, 2);
        assertThat(changing.context()).isSameAs(first);
        talks(connect(changing, port));
        copy(dc1.certificate(), certificate, 3);
        copy(dc1.key(), key, 3);
        assertThat(changing.context()).isNotSameAs(first);
        talks(connect(changing, port));
    }

    private static void copy(String from, Path to, int age) throws IOException {
        Files.writeString(to, Files.readString(Path.of(from)));
        touch(to, age);
    }

    private static void touch(Path file, int age) throws IOException {
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_700_000_000_000L + age * 10_000L));
    }
}
