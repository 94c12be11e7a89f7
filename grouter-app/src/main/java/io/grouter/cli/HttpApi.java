package io.grouter.cli;

import io.grouter.tls.ClientTls;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The admin API over HTTP/1.1: no proxy, no redirects, a limit to how long each answer may take. */
final class HttpApi implements Api {
    /** Nodes send something every 10 s. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private final Target target;
    private final HttpClient client;

    /** Throws {@link CommandFailure} when certificates or keys cannot be read. */
    HttpApi(Target target) throws CommandFailure {
        this.target = target;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .proxy(HttpClient.Builder.NO_PROXY)
                .connectTimeout(target.timeout());
        if (target.base().getScheme().equals("https")) {
            try {
                builder.sslContext(new ClientTls(target.ca(), target.certificate(), target.key()).context());
            } catch (IOException e) {
                throw new CommandFailure(ExitCodes.USAGE, Failures.reason(e), "--ca, --cert and --key take PEM files.");
            }
        }
        this.client = builder.build();
    }

    @Override
    public Reply ask(String method, String path, @Nullable String body) throws CommandFailure, InterruptedException {
        HttpRequest.Builder request = request(path).header("Accept", "application/json");
        if (body == null) {
            request.method(method, BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json").method(method, BodyPublishers.ofString(body));
        }
        HttpResponse<String> response = send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
        return new Reply(response.statusCode(), response.body());
    }

    @Override
    public EventLines events(String path, String lastEventId) throws CommandFailure, InterruptedException {
        HttpRequest.Builder request = request(path).header("Accept", "text/event-stream");
        if (!lastEventId.isEmpty()) {
            request.header("Last-Event-ID", lastEventId);
        }
        HttpResponse<InputStream> response = send(request.build(), BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            try (InputStream body = response.body()) {
                String text = new String(body.readNBytes(65_536), StandardCharsets.UTF_8);
                throw Failures.answered(target, false, new Reply(response.statusCode(), text));
            } catch (IOException e) {
                throw Failures.unreachable(target, e);
            }
        }
        return new Lines(response.body());
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(target.base() + path))
                .timeout(target.timeout())
                .header("User-Agent", "grouter-cli");
        if (!target.token().isEmpty()) {
            request.header("Authorization", "Bearer " + target.token());
        }
        return request;
    }

    private <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler)
            throws CommandFailure, InterruptedException {
        CompletableFuture<HttpResponse<T>> answer = client.sendAsync(request, handler);
        try {
            return answer.get(target.timeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw Failures.unreachable(target, e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw Failures.unreachable(target, e);
        }
    }

    /** Lines of a body, with a thread that closes it when nothing comes for too long. */
    private static final class Lines implements EventLines {
        private final InputStream body;
        private final BufferedReader lines;
        private final Thread watch;
        private volatile long heard = System.nanoTime();
        private volatile boolean silent;

        Lines(InputStream body) {
            this.body = body;
            this.lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
            this.watch = new Thread(this::watch, "events-watch");
            watch.setDaemon(true);
            watch.start();
        }

        private void watch() {
            try {
                while (System.nanoTime() - heard < SILENCE.toNanos()) {
                    TimeUnit.SECONDS.sleep(1);
                }
                silent = true;
                body.close();
            } catch (InterruptedException | IOException e) {
                Thread.currentThread().interrupt(); // closed by its user, or closed anyway
            }
        }

        @Override
        public @Nullable String next() throws IOException {
            try {
                String line = lines.readLine();
                heard = System.nanoTime();
                return line;
            } catch (IOException e) {
                throw silent ? new IOException("nothing came for " + SILENCE.toSeconds() + " s", e) : e;
            }
        }

        @Override
        public void close() {
            watch.interrupt();
            try {
                body.close();
            } catch (IOException e) {
                throw new IllegalStateException("cannot be closed", e);
            }
        }
    }
}
