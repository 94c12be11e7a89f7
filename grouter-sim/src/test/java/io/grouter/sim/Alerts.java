package io.grouter.sim;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The alert rules of docs/alerts.yaml. */
final class Alerts {
    static final Path DOCS = docs();

    private Alerts() {}

    /** One rule. */
    record Alert(String name, String expression, String severity, String summary, String runbook) {}

    private static Path docs() {
        Path here = Path.of("docs");
        return Files.isDirectory(here) ? here : Path.of("../docs");
    }

    static Map<String, Alert> read() throws IOException {
        Object file =
                new Load(LoadSettings.builder().build()).loadFromString(Files.readString(DOCS.resolve("alerts.yaml")));
        Map<String, Alert> alerts = new LinkedHashMap<>();
        for (Object group : list(map(file).get("groups"))) {
            for (Object each : list(map(group).get("rules"))) {
                Map<?, ?> rule = map(each);
                Map<?, ?> annotations = map(rule.get("annotations"));
                String name = String.valueOf(rule.get("alert"));
                alerts.put(
                        name,
                        new Alert(
                                name,
                                String.valueOf(rule.get("expr")),
                                String.valueOf(map(rule.get("labels")).get("severity")),
                                String.valueOf(annotations.get("summary")),
                                String.valueOf(annotations.get("runbook"))));
            }
        }
        return alerts;
    }

    private static Map<?, ?> map(@Nullable Object value) {
        return (Map<?, ?>) Objects.requireNonNull(value);
    }

    private static List<?> list(@Nullable Object value) {
        return (List<?>) Objects.requireNonNull(value);
    }
}
