package io.grouter.admin;

import io.grouter.gorouter.GoRouterPool;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/** The node itself: whether it is well, its figures, its configuration, what can be asked. Safe for all threads. */
final class SelfApi {
    private final Tables tables;
    private final GoRouterPool goRouters;
    private final NodeControl control;
    private final PrometheusRegistry metrics;
    private final String document = document();
    private volatile boolean serving;

    SelfApi(AdminSources sources) {
        this.tables = new Tables(sources.rib());
        this.goRouters = sources.goRouters();
        this.control = sources.control();
        this.metrics = sources.metrics();
    }

    private static String document() {
        try (InputStream in = SelfApi.class.getResourceAsStream("/openapi.yaml")) {
            if (in == null) {
                throw new IllegalStateException("openapi.yaml is not on the classpath");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Operation> operations() {
        CRC32C sum = new CRC32C();
        sum.update(document.getBytes(StandardCharsets.UTF_8));
        String tag = Long.toHexString(sum.getValue());
        return List.of(
                Operation.open("/health", call -> new AdminApi.Answer(200, "text/plain; charset=utf-8", "ok\n")),
                Operation.open("/ready", call -> ready()),
                Operation.get(
                        "/metrics",
                        List.of(),
                        call -> new AdminApi.Answer(200, PrometheusTextFormatWriter.CONTENT_TYPE, figures())),
                Operation.get(
                                "/openapi.yaml",
                                List.of(),
                                call -> new AdminApi.Answer(200, "application/yaml", document))
                        .tagged(call -> tag),
                Operation.get("/v1/config", List.of(), call -> AdminApi.Answer.json(200, control.config())),
                Operation.write("POST", "/v1/reload", List.of(), call -> reload()));
    }

    void serving(boolean now) {
        serving = now;
    }

    private AdminApi.Answer ready() {
        int healthy = goRouters.healthy();
        boolean ready = serving && healthy > 0;
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("ready", ready);
        body.put("serving", serving);
        body.put("healthyGoRouters", healthy);
        body.put("feed", tables.fib().feed());
        return AdminApi.Answer.json(ready ? 200 : 503, body);
    }

    private String figures() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            PrometheusTextFormatWriter.create().write(out, metrics.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private AdminApi.Answer reload() {
        NodeControl.Reload result = control.reload();
        return result.problems().isEmpty()
                ? AdminApi.Answer.json(200, Map.of("reloaded", true, "needsRestart", result.needsRestart()))
                : AdminApi.Answer.problem(422, "Not used", String.join("; ", result.problems()));
    }
}
