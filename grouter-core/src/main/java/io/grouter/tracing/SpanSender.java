package io.grouter.tracing;

import io.grouter.report.LimitedLog;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Sends spans in batches on a thread of its own. A batch that is not taken is counted and not sent again. */
final class SpanSender implements AutoCloseable {
    private static final int BATCH = 512;
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final Duration CLOSING = Duration.ofSeconds(2);

    private final URI endpoint;
    private final OtlpJson json;
    private final Supplier<@Nullable Span> spans;
    private final CounterDataPoint exported;
    private final CounterDataPoint failed;
    private final LimitedLog log =
            new LimitedLog(LoggerFactory.getLogger(SpanSender.class), Duration.ofMinutes(1), System::nanoTime);
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();
    private final Thread thread;
    private final CountDownLatch closing = new CountDownLatch(1);

    SpanSender(
            String endpoint,
            OtlpJson json,
            Supplier<@Nullable Span> spans,
            CounterDataPoint exported,
            CounterDataPoint failed) {
        this.endpoint = URI.create(endpoint);
        this.json = json;
        this.spans = spans;
        this.exported = exported;
        this.failed = failed;
        this.thread = new Thread(this::loop, "grouter-tracing");
        this.thread.setDaemon(true);
        this.thread.start();
    }

    private void loop() {
        boolean last = false;
        while (!last) {
            last = rest();
            for (List<Span> batch = next(); !batch.isEmpty(); batch = next()) {
                send(batch);
            }
        }
    }

    /** Waits a while, so that there is something to send; returns whether this is the end. */
    private boolean rest() {
        try {
            return closing.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return true;
        }
    }

    private List<Span> next() {
        List<Span> batch = new ArrayList<>();
        for (Span span = spans.get(); span != null; span = spans.get()) {
            batch.add(span);
            if (batch.size() == BATCH) {
                break;
            }
        }
        return batch;
    }

    private void send(List<Span> batch) {
        try {
            HttpRequest request = HttpRequest.newBuilder(endpoint)
                    .timeout(ANSWER)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(json.encode(batch)))
                    .build();
            int status =
                    client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            if (status / 100 == 2) {
                exported.inc(batch.size());
                return;
            }
            log.warn("spans", endpoint + " answered " + status + "; they are lost");
        } catch (IOException | RuntimeException e) {
            log.warn("spans", endpoint + " cannot be reached: " + e + "; they are lost");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // what is left is not sent, either
        }
        failed.inc(batch.size());
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(CLOSING.toMillis());
            thread.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
