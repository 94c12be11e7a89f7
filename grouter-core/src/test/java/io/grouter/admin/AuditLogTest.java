package io.grouter.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AuditLogTest {
    private static final Caller ANN = new Caller("ann", Caller.By.TOKEN, Role.OPERATE);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    Path folder;

    private long millis = 1_700_000_000_000L;

    private Path file() {
        return folder.resolve("audit.log");
    }

    private AuditLog open(Path file) throws IOException {
        return new AuditLog(
                new AdminAuditConfig(file.toString()),
                () -> millis,
                () -> millis * 1_000_000,
                new PrometheusRegistry());
    }

    private static void write(AuditLog log, String body, AdminApi.Answer answer, AuditLog.Change change) {
        log.write(
                Visits.of("POST", "/v1/drain", "Host", "localhost"),
                ANN,
                body.getBytes(StandardCharsets.UTF_8),
                answer,
                change);
    }

    private static void write(AuditLog log) {
        write(log, "", AdminApi.Answer.json(200, Map.of("done", true)), AuditLog.Change.UNKNOWN);
    }

    @Test
    void aLineSaysWhoDidWhatAndWhatBecameOfIt() throws IOException {
        try (AuditLog log = open(file())) {
            write(
                    log,
                    "{\"route\": \"shop.test\"}",
                    AdminApi.Answer.json(200, Map.of()),
                    new AuditLog.Change(List.of(Map.of("why", "old")), List.of(Map.of("why", "new"))));
            write(log, "", AdminApi.Answer.problem(403, "No", "needs the role operate"), AuditLog.Change.UNKNOWN);
            write(log);
        }
        List<String> lines = Files.readAllLines(file());
        assertThat(lines.get(0))
                .isEqualTo("{\"time\":\"2023-11-14T22:13:20Z\",\"who\":\"ann\",\"by\":\"token\",\"role\":\"operate\","
                        + "\"from\":\"127.0.0.1:50000\",\"method\":\"POST\",\"path\":\"/v1/drain\","
                        + "\"body\":\"{\\\"route\\\": \\\"shop.test\\\"}\",\"status\":200,"
                        + "\"before\":[{\"why\":\"old\"}],\"after\":[{\"why\":\"new\"}]}");
        assertThat(JSON.readTree(lines.get(1)).path("detail").asString()).isEqualTo("needs the role operate");
        assertThat(JSON.readTree(lines.get(2)).path("answer").asString()).isEqualTo("{\"done\":true}");
    }

    @Test
    void whateverIsSentIsOneLineOfAsciiOfBoundedLength() throws IOException {
        String hostile = "a\r\n{\"who\":\"bob\"}\u001b[2J\u0007\u007f\u0085\u2028\u202e" + "x".repeat(100_000);
        try (AuditLog log = open(file())) {
            write(log, hostile, AdminApi.Answer.problem(400, "No", hostile), AuditLog.Change.UNKNOWN);
        }
        String line = Files.readString(file());
        assertThat(line).endsWith("}\n").hasSizeLessThan(4 * AuditLog.MOST_TEXT).matches("[ -~]+\n");
        JsonNode read = JSON.readTree(line);
        assertThat(read.path("who").asString()).isEqualTo("ann");
        assertThat(read.path("body").asString())
                .startsWith("a\r\n{\"who\":\"bob\"}\u001b[2J")
                .endsWith("x...");
    }

    @Test
    void theFileMayBeRotated() throws IOException {
        try (AuditLog log = open(file())) {
            write(log);
            Files.move(file(), folder.resolve("old.log"));
            millis += 1000;
            write(log);
        }
        assertThat(Files.readAllLines(file())).hasSize(1);
        assertThat(Files.readAllLines(folder.resolve("old.log"))).hasSize(1);
    }

    @Test
    void whatAnInterruptClosedIsOpenedAgain() throws IOException {
        try (AuditLog log = open(file())) {
            Thread.currentThread().interrupt();
            write(log); // into the node's log
            assertThat(Thread.interrupted()).isTrue();
            write(log);
        }
        assertThat(Files.readAllLines(file())).hasSize(1);
    }

    @Test
    void aFileThatCannotBeOpenedIsNamedWithItsKey() {
        Path nowhere = folder.resolve("no-such-folder").resolve("audit.log");
        assertThatThrownBy(() -> open(nowhere))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("admin.audit.file")
                .hasMessageContaining("no-such-folder");
    }
}
