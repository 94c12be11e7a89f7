package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grouter.testing.RawHttp;
import io.grouter.tracing.OtlpReceiver;
import io.grouter.tracing.Tracer;
import io.grouter.tracing.TracingConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** What Grouter's own span does to requests, and what is told of it. */
@Timeout(60)
class TracingIT extends ProxyWorld {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String CAME = "00-" + TRACE + "-b7ad6b7169203331-01";
    private static final Pattern SENT =
            Pattern.compile("\r\ntraceparent: 00-([0-9a-f]{32})-([0-9a-f]{16})-(0[0-3])\r\n");

    private OtlpReceiver receiver;
    private @Nullable Tracer made;

    @BeforeEach
    void trace() throws IOException {
        receiver = new OtlpReceiver();
    }

    @AfterEach
    void untrace() {
        if (made != null) {
            made.close();
        }
        receiver.close();
    }

    private int startTraced(int percent) throws IOException {
        made = Tracer.of(new TracingConfig(true, receiver.endpoint(), percent, 100), "dc1", "node", metrics);
        tracer = made;
        return start(Duration.ofSeconds(5), echoHeads().port());
    }

    private String sent(int port, String path, String headers) throws IOException, InterruptedException {
        try (RawHttp client = new RawHttp(port)) {
            client.send("GET " + path + " HTTP/1.1\r\nHost: here.apps.test\r\n" + headers + "\r\n");
            client.readHead();
            return nextReceived();
        }
    }

    private static Matcher traceparent(String head) {
        Matcher found = SENT.matcher(head);
        assertThat(found.find()).as(head).isTrue();
        assertThat(head.toLowerCase(Locale.ROOT).split("traceparent:", -1)).hasSize(2);
        return found;
    }

    @Test
    void aTraceGoesThroughAsItsNextSpan() throws Exception {
        int port = startTraced(0);
        String head = sent(port, "/a?secret=1", "Traceparent: " + CAME + "\r\nTracestate: other=1\r\n");
        Matcher next = traceparent(head);
        assertThat(next.group(1)).isEqualTo(TRACE);
        assertThat(next.group(2)).isNotEqualTo("b7ad6b7169203331");
        assertThat(head).contains("\r\nTracestate: other=1\r\n");
        await().until(() -> receiver.spans().size() == 1);
        JsonNode span = receiver.spans().get(0);
        assertThat(span.path("spanId").asString()).isEqualTo(next.group(2));
        assertThat(span.path("parentSpanId").asString()).isEqualTo("b7ad6b7169203331");
        assertThat(OtlpReceiver.attribute(span, "http.request.method")).isEqualTo("GET");
        assertThat(OtlpReceiver.attribute(span, "url.path")).isEqualTo("/a");
        assertThat(OtlpReceiver.attribute(span, "server.address")).isEqualTo("here.apps.test");
        assertThat(OtlpReceiver.attribute(span, "http.response.status_code")).isEqualTo("200");
        assertThat(OtlpReceiver.attribute(span, "grouter.decision")).isEqualTo("forward");
        assertThat(OtlpReceiver.attribute(span, "grouter.reason")).isEqualTo("local");
        assertThat(OtlpReceiver.attribute(span, "grouter.site")).isEqualTo("dc1");
    }

    @Test
    void whatIsNotSampledGoesThroughAndIsNotTold() throws Exception {
        int port = startTraced(100);
        String head = sent(port, "/", "traceparent: " + CAME.replaceFirst("01$", "00") + "\r\n");
        assertThat(traceparent(head).group(3)).isEqualTo("00");
        sent(port, "/told", "traceparent: " + CAME + "\r\n");
        await().until(() -> !receiver.spans().isEmpty());
        assertThat(receiver.spans()).hasSize(1);
        assertThat(OtlpReceiver.attribute(receiver.spans().get(0), "url.path")).isEqualTo("/told");
    }

    @Test
    void withoutATraceOneBegins() throws Exception {
        String head = sent(startTraced(100), "/", "tracestate: of=nothing\r\n");
        assertThat(traceparent(head).group(3)).isEqualTo("03");
        assertThat(head).doesNotContain("of=nothing");
        await().until(() -> receiver.spans().size() == 1);
        assertThat(receiver.spans().get(0).has("parentSpanId")).isFalse();
    }

    @Test
    void whatIsNoTraceIsReplaced() throws Exception {
        int port = startTraced(0);
        String twice = "traceparent: " + CAME + "\r\ntraceparent: " + CAME + "\r\n";
        assertThat(traceparent(sent(port, "/", twice)).group(1)).isNotEqualTo(TRACE);
        assertThat(traceparent(sent(port, "/", "traceparent: 00-nonsense\r\ntracestate: x=1\r\n"))
                        .group(3))
                .isEqualTo("02");
    }

    @Test
    void aRedirectHasASpanToo() throws Exception {
        int port = startTraced(100);
        try (RawHttp client = new RawHttp(port)) {
            client.send("GET /x HTTP/1.1\r\nHost: there.apps.test\r\n\r\n");
            assertThat(client.readHead()).contains("307");
        }
        await().until(() -> receiver.spans().size() == 1);
        assertThat(OtlpReceiver.attribute(receiver.spans().get(0), "grouter.decision"))
                .isEqualTo("redirect");
    }

    @Test
    void offNothingIsTouched() throws Exception {
        int port = start(Duration.ofSeconds(5), echoHeads().port());
        String headers = "Traceparent: 00-nonsense\r\nTRACESTATE: x=1\r\nX-B3-TraceId: 1\r\nb3: 0\r\n";
        assertThat(sent(port, "/", headers)).contains(headers);
        assertThat(metric("grouter_tracing_queue_capacity")).isZero();
    }
}
