package io.grouter.tracing;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Takes spans as a collector does: OTLP over HTTP, in JSON. */
public final class OtlpReceiver implements AutoCloseable {
    private final JsonMapper json = JsonMapper.builder().build();
    private final List<JsonNode> spans = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private volatile int status = 200;

    /** Starts it on a port of its own. */
    public OtlpReceiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/traces", exchange -> {
            try (exchange) {
                JsonNode body = json.readTree(exchange.getRequestBody().readAllBytes());
                if (status == 200) {
                    body.path("resourceSpans")
                            .forEach(resource -> resource.path("scopeSpans")
                                    .forEach(scope -> scope.path("spans").forEach(spans::add)));
                }
                exchange.sendResponseHeaders(status, -1);
            }
        });
        server.start();
    }

    /** Returns where it takes them. */
    public String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1/traces";
    }

    /** Returns the spans that came. */
    public List<JsonNode> spans() {
        return spans;
    }

    /** Answers like that from now on. */
    public void answer(int code) {
        status = code;
    }

    /** Returns the value of an attribute of a span, or {@code ""}. */
    public static String attribute(JsonNode span, String key) {
        for (JsonNode each : span.path("attributes")) {
            if (each.path("key").asString().equals(key)) {
                JsonNode value = each.path("value");
                return value.path("stringValue").asString(value.path("intValue").asString(""));
            }
        }
        return "";
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
