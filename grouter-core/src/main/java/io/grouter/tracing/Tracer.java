package io.grouter.tracing;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Makes Grouter's spans. Those that are recorded wait, bounded in number, until a thread of their own sends them;
 * nobody waits for that thread. Safe for all threads.
 */
public final class Tracer implements AutoCloseable {
    private final TracingConfig config;
    private final Queue<Span> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final CounterDataPoint dropped;
    private final @Nullable SpanSender sender;

    private Tracer(TracingConfig config, String site, String node, PrometheusRegistry metrics) {
        this.config = config;
        Counter spans = Counter.builder()
                .name("grouter_tracing_spans_total")
                .help(
                        "Recorded spans, by what became of them: exported, failed to be, or dropped because too many waited")
                .labelNames("result")
                .withoutExemplars()
                .register(metrics);
        this.dropped = spans.labelValues("dropped");
        GaugeWithCallback.builder()
                .name("grouter_tracing_queue")
                .help("Spans that wait to be sent now")
                .callback(gauge -> gauge.call(waiting.get()))
                .register(metrics);
        GaugeWithCallback.builder()
                .name("grouter_tracing_queue_capacity")
                .help("Most spans that may wait to be sent")
                .callback(gauge -> gauge.call(config.queueSpans()))
                .register(metrics);
        this.sender = config.endpoint().isEmpty()
                ? null
                : new SpanSender(
                        config.endpoint(),
                        new OtlpJson(site, node),
                        this::poll,
                        spans.labelValues("exported"),
                        spans.labelValues("failed"));
    }

    /**
     * Makes a tracer and starts its thread; null when the configuration wants none.
     *
     * @param node name of this node in its spans
     */
    public static @Nullable Tracer of(TracingConfig config, String site, String node, PrometheusRegistry metrics) {
        return config.enabled() ? new Tracer(config, site, node, metrics) : null;
    }

    /**
     * Returns the hop of a request.
     *
     * @param traceparent the header that came; null = none, or more than one
     */
    public Hop hop(@Nullable String traceparent) {
        Hop below = Hop.below(traceparent);
        return below != null ? below : Hop.first(ThreadLocalRandom.current().nextInt(100) < config.samplePercent());
    }

    /** Takes a span that has ended, to be sent; drops and counts it when too many wait. Never blocks. */
    public void ended(Span span) {
        if (sender == null) {
            return;
        }
        if (waiting.incrementAndGet() > config.queueSpans()) {
            waiting.decrementAndGet();
            dropped.inc();
            return;
        }
        queue.add(span);
    }

    private @Nullable Span poll() {
        Span span = queue.poll();
        if (span != null) {
            waiting.decrementAndGet();
        }
        return span;
    }

    /** Sends what waits, for at most two seconds, and ends. */
    @Override
    public void close() {
        if (sender != null) {
            sender.close();
        }
    }
}
