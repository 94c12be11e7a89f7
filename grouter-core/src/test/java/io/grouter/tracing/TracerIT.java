package io.grouter.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.io.IOException;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Spans on their way to a collector that takes them, refuses them, or is not there. */
class TracerIT {
    private static final String CAME = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private final PrometheusRegistry metrics = new PrometheusRegistry();
    private OtlpReceiver receiver;

    @BeforeEach
    void start() throws IOException {
        receiver = new OtlpReceiver();
    }

    @AfterEach
    void stop() {
        receiver.close();
    }

    private Tracer tracer(String endpoint, int queue) {
        return Objects.requireNonNull(Tracer.of(new TracingConfig(true, endpoint, 100, queue), "dc1", "node", metrics));
    }

    private static Span span(Tracer tracer) {
        return new Span(
                tracer.hop(CAME),
                1_700_000_000_000L,
                2_500_000,
                "GET",
                "/a",
                "app.test",
                503,
                "forward",
                "local",
                "dc1");
    }

    private double count(String result) {
        return metrics.scrape().stream()
                .filter(each -> each.getMetadata().getPrometheusName().equals("grouter_tracing_spans"))
                .flatMap(each -> ((CounterSnapshot) each).getDataPoints().stream())
                .filter(point -> result.equals(point.getLabels().get("result")))
                .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
                .sum();
    }

    @Test
    void spansComeWhole() {
        try (Tracer tracer = tracer(receiver.endpoint(), 100)) {
            tracer.ended(span(tracer));
            await().until(() -> receiver.spans().size() == 1);
        }
        JsonNode span = receiver.spans().get(0);
        assertThat(span.path("traceId").asString()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
        assertThat(span.path("parentSpanId").asString()).isEqualTo("b7ad6b7169203331");
        assertThat(span.path("name").asString()).isEqualTo("GET");
        assertThat(span.path("startTimeUnixNano").asString()).isEqualTo("1700000000000000000");
        assertThat(span.path("endTimeUnixNano").asString()).isEqualTo("1700000000002500000");
        assertThat(span.path("status").path("code").asInt()).isEqualTo(2);
        assertThat(OtlpReceiver.attribute(span, "http.response.status_code")).isEqualTo("503");
        assertThat(OtlpReceiver.attribute(span, "server.address")).isEqualTo("app.test");
        assertThat(OtlpReceiver.attribute(span, "grouter.decision")).isEqualTo("forward");
        assertThat(OtlpReceiver.attribute(span, "grouter.reason")).isEqualTo("local");
        assertThat(count("exported")).isEqualTo(1);
    }

    @Test
    void whatWaitsIsSentAtTheEnd() {
        Tracer tracer = tracer(receiver.endpoint(), 2_000);
        for (int i = 0; i < 1_500; i++) {
            tracer.ended(span(tracer));
        }
        tracer.close();
        assertThat(receiver.spans()).hasSize(1_500);
    }

    @Test
    void whatIsTooMuchIsDroppedAndCounted() {
        try (Tracer tracer = tracer("http://127.0.0.1:1/v1/traces", 16)) {
            for (int i = 0; i < 10_000; i++) {
                tracer.ended(span(tracer));
            }
            assertThat(count("dropped")).isPositive();
        }
        assertThat(count("dropped") + count("failed")).isEqualTo(10_000);
    }

    @Test
    void aCollectorThatRefusesIsNotAskedAgain() {
        receiver.answer(503);
        try (Tracer tracer = tracer(receiver.endpoint(), 100)) {
            tracer.ended(span(tracer));
            await().until(() -> count("failed") == 1);
            receiver.answer(200);
            tracer.ended(span(tracer));
            await().until(() -> receiver.spans().size() == 1);
        }
    }

    @Test
    void offMeansNothingAtAll() {
        assertThat(Tracer.of(TracingConfig.OFF, "dc1", "node", metrics)).isNull();
        assertThat(metrics.scrape().size()).isZero();
    }
}
