package io.grouter.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.testing.KeyFiles;
import io.grouter.testing.RawHttp;
import io.grouter.testing.TestBackend;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The built jar as a process, the way users run it. */
@Timeout(120)
class GrouterJarIT {
    private static final long GIB = 1L << 30;

    @TempDir
    Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private Process start(List<String> jvm, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm);
        command.add("-jar");
        command.add(Objects.requireNonNull(System.getProperty("grouter.jar"), "grouter.jar"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .start();
        open.add(() -> process.destroyForcibly().waitFor());
        return process;
    }

    private String output() throws IOException {
        return Files.readString(folder.resolve("output"));
    }

    private int exitCode(Process process) throws InterruptedException {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private String file(String text) throws IOException {
        return Files.writeString(folder.resolve("node.yaml"), text).toString();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Test
    void tellsItsVersion() throws Exception {
        assertThat(exitCode(start(List.of(), "--version"))).isZero();
        assertThat(output()).contains("grouter 0.");
    }

    @Test
    void aWrongConfigurationStartsNothing() throws Exception {
        assertThat(exitCode(start(List.of(), "run", "--config", file("sites: {}\n"))))
                .isEqualTo(2);
        assertThat(output())
                .contains("node.yaml:1:1: sites: unknown key (did you mean site?)")
                .doesNotContain("at io.grouter");
    }

    @Test
    void aTakenPortIsAPlainError() throws Exception {
        try (ServerSocket taken = new ServerSocket(21_151)) {
            assertThat(taken.isBound()).isTrue();
            assertThat(exitCode(start(List.of(), "sim", "--for", "1s", "--base-port", "21000")))
                    .isEqualTo(1);
        }
        assertThat(output())
                .contains("port 21151 of 127.0.0.1 is taken; dc1 needs it for the admin API of node 1")
                .doesNotContain("at io.grouter");
    }

    @Test
    void aMissingNatsServerIsAPlainError() throws Exception {
        Process sim = start(List.of(), "sim", "--for", "1s", "--base-port", "21000", "--nats", "no-such-program");
        assertThat(exitCode(sim)).isEqualTo(1);
        assertThat(output()).contains("--nats: cannot run \"no-such-program\"").doesNotContain("at io.grouter");
    }

    /** In a container there may be nowhere to write; Bouncy Castle alone would wait for 97 s. */
    @Test
    void startsWhereNoTemporaryFileCanBeWritten() throws Exception {
        KeyFiles files = KeyFiles.make(folder, "dc1", "EC", "uri:spiffe://grouter/site/dc1");
        String tls =
                "{ca: " + files.certificate() + ", certificate: " + files.certificate() + ", key: " + files.key() + "}";
        int port = freePort();
        String config = file("""
                site: {name: dc1}
                nats: {servers: ["nats://127.0.0.1:%d"]}
                goRouters: {members: [{address: 127.0.0.1:%d, status: 127.0.0.1:%d}]}
                proxy: {listen: [127.0.0.1:%d], drain: {grace: 0s}}
                relay: {listen: [127.0.0.1:%d], tls: %s}
                gossip: {enabled: false}
                admin: {listen: 127.0.0.1:%d}
                """.formatted(freePort(), freePort(), freePort(), port, freePort(), tls, freePort()));
        String nowhere = "/proc"; // is there, and nobody can make anything in it
        Process node = start(List.of("-Djava.io.tmpdir=" + nowhere), "run", "--config", config);
        assertThat(Sockets.awaitListening(port, 20_000)).as(output()).isTrue();
        node.destroy();
        assertThat(node.waitFor(20, TimeUnit.SECONDS)).as("ends when told to").isTrue();
    }

    /** A GoRouter that swallows what it is sent and, when asked, sends a gigabyte. */
    private static void giant(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        OutputStream out = socket.getOutputStream();
        for (HttpHead request = HttpHead.read(in); request != null; request = HttpHead.read(in)) {
            if (request.firstLine.startsWith("GET /health")) {
                out.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n"
                        .getBytes(StandardCharsets.US_ASCII));
                return;
            }
            request.copyBody(in, OutputStream.nullOutputStream(), false);
            long size = request.firstLine.startsWith("GET ") ? GIB : 0;
            out.write(("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            byte[] piece = new byte[1 << 16];
            for (long sent = 0; sent < size; sent += piece.length) {
                out.write(piece);
            }
            out.flush();
        }
    }

    @Test
    void aGigabyteEachWayFitsThroughASmallHeap() throws Exception {
        TestBackend goRouter = new TestBackend(GrouterJarIT::giant);
        open.add(goRouter);
        int port = freePort();
        String config = file("""
                site: {name: dc1}
                nats: {servers: ["nats://127.0.0.1:%d"]}
                goRouters: {members: [{address: 127.0.0.1:%d, status: 127.0.0.1:%d}]}
                proxy: {listen: [127.0.0.1:%d], drain: {grace: 0s}}
                gossip: {enabled: false}
                admin: {listen: 127.0.0.1:%d}
                """.formatted(freePort(), goRouter.port(), goRouter.port(), port, freePort()));
        Process node = start(List.of("-Xmx128m", "-XX:+ExitOnOutOfMemoryError"), "run", "--config", config);
        assertThat(Sockets.awaitListening(port, 20_000)).as("the node serves").isTrue();

        long begin = System.nanoTime();
        try (RawHttp client = new RawHttp(port)) {
            client.send("PUT /up HTTP/1.1\nHost: big.test\nContent-Length: " + GIB + "\n\n");
            byte[] piece = new byte[1 << 20];
            for (int i = 0; i < 1024; i++) {
                client.send(piece);
            }
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK");
        }
        long middle = System.nanoTime();
        try (RawHttp client = new RawHttp(port)) {
            client.send("GET /down HTTP/1.1\nHost: big.test\nConnection: close\n\n");
            assertThat(client.readHead()).contains("Content-Length: " + GIB);
            assertThat(client.drain()).isEqualTo(GIB);
        }
        System.out.printf(
                "1 GiB through a node with -Xmx128m: up %.1f s, down %.1f s%n",
                (middle - begin) / 1e9, (System.nanoTime() - middle) / 1e9);
        assertThat(node.isAlive()).isTrue();
        node.destroy();
        assertThat(node.waitFor(20, TimeUnit.SECONDS)).as("ends when told to").isTrue();
        assertThat(output()).doesNotContain("OutOfMemory").doesNotContain("LEAK");
    }
}
