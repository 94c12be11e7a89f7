package io.grouter.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A bundle of a node that answers well, badly, too much, or not at all. */
@Timeout(60)
class BundleIT {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private final Map<String, String> asked = new ConcurrentHashMap<>();
    private HttpServer node;

    @BeforeEach
    void start() throws IOException {
        node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        node.createContext("/", exchange -> {
            try (exchange) {
                String path = exchange.getRequestURI().getPath();
                asked.put(path, String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
                int length = path.equals("/v1/journal") ? Bundle.MOST_BYTES + 5 : 0;
                String text = "{\"path\": \"" + path + "\", \"password\": \"hunter2\"}" + "x".repeat(length);
                if (path.equals("/v1/sites")) {
                    return; // ends the connection without an answer
                }
                byte[] body = text.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(path.equals("/v1/nodes") ? 404 : 200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        node.start();
    }

    @AfterEach
    void stop() {
        node.stop(0);
    }

    private Bundle bundle() {
        return new Bundle(
                HttpClient.newHttpClient(),
                URI.create("http://127.0.0.1:" + node.getAddress().getPort()),
                "my-token");
    }

    /** Reads an archive as tar does. */
    private static Map<String, String> files(byte[] archive) throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(archive))) {
            for (byte[] header = in.readNBytes(512); header[0] != 0; header = in.readNBytes(512)) {
                String name = new String(header, 0, 100, StandardCharsets.US_ASCII).trim();
                int size = Integer.parseInt(new String(header, 124, 11, StandardCharsets.US_ASCII), 8);
                files.put(name, new String(in.readNBytes(size), StandardCharsets.UTF_8));
                in.skipNBytes((512 - size % 512) % 512);
            }
        }
        return files;
    }

    @Test
    void everyPartIsThereOrInTheIndex(@TempDir Path folder) throws Exception {
        Path log = folder.resolve("grouter.log");
        Files.writeString(log, "12:00 connected to nats://nats:hunter2@10.0.0.1\n");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Bundle bundle = bundle();
        bundle.write(out, log, NOW);
        Map<String, String> files = files(out.toByteArray());
        assertThat(files)
                .containsKeys("grouter-bundle/config.json", "grouter-bundle/metrics.txt", "grouter-bundle/threads.txt")
                .doesNotContainKey("grouter-bundle/sites.json");
        assertThat(files.get("grouter-bundle/log.txt")).isEqualTo("12:00 connected to nats://***@10.0.0.1\n");
        assertThat(files.values()).noneMatch(text -> text.contains("hunter2") || text.contains("my-token"));
        assertThat(files.get("grouter-bundle/index.txt"))
                .contains("sites.json: /v1/sites: no answer")
                .contains("nodes.json: /v1/nodes: 404")
                .contains("journal.json: /v1/journal?limit=10000: 200, 8388608 bytes, the rest was cut off");
        assertThat(asked).containsEntry("/v1/config", "Bearer my-token");
        assertThat(bundle.answered()).isEqualTo(9);
    }

    @Test
    void aNodeThatIsNotThereMakesABundleThatSaysSo() throws Exception {
        Bundle bundle = bundle();
        node.stop(0);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        bundle.write(out, Path.of("no-such-file"), NOW);
        assertThat(files(out.toByteArray())).containsOnlyKeys("grouter-bundle/index.txt");
        assertThat(bundle.index())
                .hasSize(13)
                .contains("log.txt: no-such-file: no-such-file (No such file or directory)");
        assertThat(bundle.answered()).isZero();
    }
}
