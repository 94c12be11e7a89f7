package io.grouter.sim;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real Prometheus that reads the metrics of nodes twice a second. */
final class Prometheus implements AutoCloseable {
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final JsonMapper json = JsonMapper.builder().build();
    private final int port;
    private final Process process;

    /** Starts it; {@code nodes} are ports of admin APIs. */
    Prometheus(String program, Path folder, int... nodes) throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        String targets =
                IntStream.of(nodes).mapToObj(node -> "'127.0.0.1:" + node + "'").collect(Collectors.joining(", "));
        Path config = folder.resolve("prometheus.yml");
        Files.writeString(
                config,
                "global: {scrape_interval: 500ms, scrape_timeout: 500ms}\nscrape_configs:\n"
                        + "  - job_name: grouter\n    static_configs: [{targets: [" + targets + "]}]\n");
        this.process = new ProcessBuilder(
                        program,
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port,
                        "--log.level=warn")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("prometheus.log").toFile())
                .start();
    }

    /** Returns a program of the Prometheus package, or null. In CI its absence is a failure. */
    static @Nullable String find(String program) {
        String path = System.getenv("PATH");
        for (String folder : (path == null ? "" : path).split(File.pathSeparator, -1)) {
            Path candidate = Path.of(folder.isEmpty() ? "." : folder, program);
            if (Files.isExecutable(candidate)) {
                return candidate.toString();
            }
        }
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError(program + " is not on the PATH; in CI the alerts must be tried with the real one");
        }
        return null;
    }

    /** Returns the series an expression yields now, as text; null while Prometheus does not answer. */
    @Nullable
    List<String> query(String expression) {
        String query = "query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8);
        JsonNode answer = get("/api/v1/query?" + query);
        return answer == null || !answer.path("status").asString("").equals("success")
                ? null
                : answer.path("data")
                        .path("result")
                        .valueStream()
                        .map(JsonNode::toString)
                        .toList();
    }

    /** Returns the names of all metrics read so far. */
    List<String> names() {
        JsonNode answer = get("/api/v1/label/__name__/values");
        return answer == null
                ? List.of()
                : answer.path("data").valueStream().map(JsonNode::asString).toList();
    }

    private @Nullable JsonNode get(String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return json.readTree(
                    client.send(request, HttpResponse.BodyHandlers.ofString()).body());
        } catch (IOException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    @Override
    public void close() throws Exception {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
