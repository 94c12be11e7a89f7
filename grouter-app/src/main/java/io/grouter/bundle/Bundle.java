package io.grouter.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what one node says of itself. Each part has its bound in bytes and time; one that does not answer is a line in
 * the index, and the others are there all the same.
 */
final class Bundle {
    /** Most bytes of one part; the rest is cut off, and the index says so. */
    static final int MOST_BYTES = 8 << 20;

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String FOLDER = "grouter-bundle/";

    /** What is asked, and under which name the answer is kept. Tables are not: sites.json has their sizes. */
    private static final Map<String, String> PARTS = parts();

    private final HttpClient client;
    private final URI admin;
    private final @Nullable String token;
    private final Scrubber scrubber;
    private final List<String> index = new ArrayList<>();
    private int answered;

    /**
     * Begins a bundle.
     *
     * @param admin the node's admin API
     * @param token what the node wants to see; null = nothing
     */
    Bundle(HttpClient client, URI admin, @Nullable String token) {
        this.client = client;
        this.admin = admin;
        this.token = token;
        this.scrubber = new Scrubber(token);
    }

    private static Map<String, String> parts() {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("ready.json", "/ready");
        parts.put("config.json", "/v1/config");
        parts.put("sites.json", "/v1/sites");
        parts.put("nodes.json", "/v1/nodes");
        parts.put("gorouters.json", "/v1/gorouters");
        parts.put("feed.json", "/v1/feed");
        parts.put("overrides.json", "/v1/overrides");
        parts.put("loglevels.json", "/v1/loglevels");
        parts.put("journal.json", "/v1/journal?limit=10000");
        parts.put("metrics.txt", "/metrics");
        parts.put("threads.txt", "/v1/threads");
        return parts;
    }

    /** Returns how many parts the node answered. */
    int answered() {
        return answered;
    }

    /** Returns the index so far, a line for each part. */
    List<String> index() {
        return List.copyOf(index);
    }

    /**
     * Writes the bundle.
     *
     * @param log a file whose last lines go in; null = none
     */
    void write(OutputStream out, @Nullable Path log, Instant now) throws IOException, InterruptedException {
        index.add("grouter support bundle of " + admin + ", " + now);
        try (TarGzip archive = new TarGzip(out, now.getEpochSecond())) {
            for (Map.Entry<String, String> part : PARTS.entrySet()) {
                byte[] content = ask(part.getKey(), part.getValue());
                if (content != null) {
                    archive.add(FOLDER + part.getKey(), clean(content));
                }
            }
            byte[] lines = log == null ? null : tail(log);
            if (lines != null) {
                archive.add(FOLDER + "log.txt", clean(lines));
            }
            archive.add(FOLDER + "index.txt", (String.join("\n", index) + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    private byte[] clean(byte[] content) {
        return scrubber.scrub(new String(content, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
    }

    private byte @Nullable [] ask(String name, String path) throws InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(admin.resolve(path)).timeout(PATIENCE).GET();
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            HttpResponse<InputStream> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            byte[] content;
            boolean more;
            try (InputStream body = answer.body()) {
                content = body.readNBytes(MOST_BYTES);
                more = body.read() >= 0;
            }
            boolean fine = answer.statusCode() == 200 || path.equals("/ready");
            answered += fine ? 1 : 0;
            index.add(name + ": " + path + ": " + answer.statusCode() + ", " + content.length + " bytes"
                    + (more ? ", the rest was cut off" : ""));
            return content;
        } catch (IOException e) {
            index.add(name + ": " + path + ": no answer: " + scrubber.scrub(e.toString()));
            return null;
        }
    }

    private byte @Nullable [] tail(Path log) {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long from = Math.max(0, file.length() - MOST_BYTES);
            file.seek(from);
            byte[] content = new byte[(int) (file.length() - from)];
            file.readFully(content);
            index.add("log.txt: " + log + ": the last " + content.length + " bytes");
            return content;
        } catch (IOException e) {
            index.add("log.txt: " + log + ": " + e.getMessage());
            return null;
        }
    }
}
