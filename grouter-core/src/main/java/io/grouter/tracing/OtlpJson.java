package io.grouter.tracing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Spans as OTLP in JSON (opentelemetry-proto, {@code ExportTraceServiceRequest}). Safe for all threads. */
final class OtlpJson {
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");
    private static final int SERVER = 2;
    private static final int ERROR = 2;
    private static final int MOST_TEXT = 1024;

    private final JsonMapper json = JsonMapper.builder().build();
    private final Map<String, Object> resource;

    OtlpJson(String site, String node) {
        this.resource = Map.of(
                "attributes",
                List.of(
                        text("service.name", "grouter"),
                        text("service.instance.id", node),
                        text("service.namespace", site)));
    }

    byte[] encode(List<Span> spans) {
        Map<String, Object> scope = Map.of(
                "scope",
                Map.of("name", "io.grouter"),
                "spans",
                spans.stream().map(OtlpJson::span).toList());
        return json.writeValueAsBytes(
                Map.of("resourceSpans", List.of(Map.of("resource", resource, "scopeSpans", List.of(scope)))));
    }

    private static Map<String, Object> span(Span span) {
        Map<String, Object> body = new LinkedHashMap<>();
        Hop hop = span.hop();
        long startNanos = span.startMillis() * 1_000_000;
        body.put("traceId", hop.traceId());
        body.put("spanId", hop.spanId());
        if (hop.parentId() != null) {
            body.put("parentSpanId", hop.parentId());
        }
        String method = span.method();
        boolean known = method != null && METHODS.contains(method);
        body.put("name", known ? method : "HTTP");
        body.put("kind", SERVER);
        body.put("startTimeUnixNano", String.valueOf(startNanos));
        body.put("endTimeUnixNano", String.valueOf(startNanos + span.nanos()));
        List<Map<String, Object>> attributes = new ArrayList<>();
        attributes.add(text("http.request.method", known ? method : "_OTHER"));
        add(attributes, "url.path", span.path());
        add(attributes, "server.address", span.host());
        if (span.status() > 0) {
            attributes.add(Map.of(
                    "key", "http.response.status_code", "value", Map.of("intValue", String.valueOf(span.status()))));
        }
        add(attributes, "grouter.decision", span.decision());
        add(attributes, "grouter.reason", span.reason());
        add(attributes, "grouter.site", span.site());
        body.put("attributes", attributes);
        if (span.status() >= 500) {
            body.put("status", Map.of("code", ERROR));
        }
        return body;
    }

    private static void add(List<Map<String, Object>> attributes, String key, @Nullable String value) {
        if (value != null) {
            attributes.add(text(key, value));
        }
    }

    private static Map<String, Object> text(String key, @Nullable String value) {
        String all = value == null ? "" : value;
        return Map.of(
                "key",
                key,
                "value",
                Map.of("stringValue", all.length() <= MOST_TEXT ? all : all.substring(0, MOST_TEXT)));
    }
}
