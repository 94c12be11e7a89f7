package io.grouter.admin;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/** Writes answers: small ones at once, streamed ones on a thread of their own as long as they are read. Safe for all threads. */
final class AnswerWriter implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AnswerWriter.class);
    /** For so long the reader of a stream may take nothing. */
    private static final Duration STUCK = Duration.ofSeconds(10);

    private final AdminLimits limits;
    private final SecurityHeaders security;
    private final JsonMapper json = JsonMapper.builder().build();
    private final Lanes lanes;
    private final WriteWatch watch = new WriteWatch(System::nanoTime, STUCK.toNanos());
    private final ScheduledExecutorService watching = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "grouter-admin-streams");
        thread.setDaemon(true);
        return thread;
    });

    AnswerWriter(AdminConfig config, PrometheusRegistry metrics) {
        this.limits = config.limits();
        this.security = new SecurityHeaders(config);
        this.lanes = new Lanes(limits, metrics);
        watching.scheduleWithFixedDelay(watch::look, 1, 1, TimeUnit.SECONDS);
    }

    /** Writes an answer and ends the exchange, or has a stream do so. */
    void write(HttpExchange exchange, AdminApi.Answer answer) throws IOException {
        if (!(answer.body() instanceof StreamedBody body)
                || exchange.getRequestMethod().equals("HEAD")) {
            send(exchange, answer);
        } else if (!lanes.run(body.lane(), () -> stream(exchange, answer, body))) {
            send(
                    exchange,
                    AdminApi.Answer.problem(503, "Busy", "as many are being streamed as may be; try again")
                            .with("Retry-After", "2"));
        }
    }

    private void headers(HttpExchange exchange, AdminApi.Answer answer) {
        Headers headers = exchange.getResponseHeaders();
        if (!answer.contentType().isEmpty()) {
            headers.set("Content-Type", answer.contentType());
        }
        if (answer.headers().containsKey("ETag")) {
            headers.set("Cache-Control", "no-cache");
        }
        answer.headers().forEach(headers::set);
        security.addTo(headers);
    }

    private void send(HttpExchange exchange, AdminApi.Answer answer) throws IOException {
        try (exchange) {
            headers(exchange, answer);
            boolean head = exchange.getRequestMethod().equals("HEAD");
            byte[] body = head ? new byte[0] : bytes(answer.body());
            exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
            if (body.length > 0) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    private byte[] bytes(Object body) {
        return body instanceof String text
                ? text.getBytes(StandardCharsets.UTF_8)
                : json.writerWithDefaultPrettyPrinter().writeValueAsBytes(body);
    }

    /** Writes on a thread of its own, and never throws. */
    private void stream(HttpExchange exchange, AdminApi.Answer answer, StreamedBody body) {
        boolean ends = body.lane() == StreamedBody.Lane.TABLES;
        long most = ends ? limits.streamTimeout().toNanos() : Long.MAX_VALUE / 2;
        try (exchange) {
            headers(exchange, answer);
            exchange.sendResponseHeaders(answer.status(), 0);
            OutputStream out = exchange.getResponseBody();
            WriteWatch.Watched watched = watch.begin(out, most);
            try (watched) {
                body.write(watched);
            } catch (IOException | RuntimeException e) {
                if (watched.isCutOff()) {
                    lanes.cutOff(body.lane());
                }
                log.debug("a stream ended early: {}", e.toString());
                breakOff(out);
            }
        } catch (IOException | RuntimeException e) {
            log.debug("a stream could not begin, or end: {}", e.toString());
        }
    }

    /** Closes the connection without the end mark: what was sent must not look whole. */
    private static void breakOff(OutputStream out) {
        Thread.currentThread().interrupt(); // has the next write close its channel
        try {
            out.write('\n');
            out.flush();
        } catch (IOException | RuntimeException e) {
            log.trace("broken off", e); // the server's stream throws what it likes once a write was interrupted
        }
        Thread.interrupted();
    }

    /** Ends all streams. */
    @Override
    public void close() {
        lanes.close();
        watching.shutdownNow();
    }
}
