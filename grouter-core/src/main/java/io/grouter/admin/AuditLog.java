package io.grouter.admin;

import io.grouter.accesslog.FileSink;
import io.grouter.report.LimitedLog;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes down every change somebody made, or was not allowed to make, as a line of JSON: in a file, which may be
 * rotated, or in the node's log. A line is written before its request is answered, by the thread that answers; what the
 * file does not take goes to the node's log. Safe for all threads.
 */
final class AuditLog implements AutoCloseable {
    /** How much of a text from outside is written. */
    static final int MOST_TEXT = 1000;

    private static final Logger log = LoggerFactory.getLogger(AuditLog.class);
    private static final Logger audit = LoggerFactory.getLogger("audit");
    private static final long LOOK_MILLIS = 1000;

    private final JsonMapper json =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    private final String name;
    private final @Nullable FileSink file;
    private final LongSupplier wallClock;
    private final LimitedLog limited;
    private final Counter written;
    private final Counter failed;
    private long lookedMillis;
    private boolean broken;
    private boolean torn;

    /** What became of a change: what was in effect before and what is now, as far as that is known. */
    record Change(List<Map<String, Object>> before, List<Map<String, Object>> after) {
        /** Nothing is known. */
        static final Change UNKNOWN = new Change(List.of(), List.of());
    }

    /**
     * Opens the log; throws {@link IOException}, with key and file, when it cannot be opened.
     *
     * @param wallClock milliseconds since 1970
     * @param clock monotonic nanoseconds
     */
    AuditLog(AdminAuditConfig config, LongSupplier wallClock, LongSupplier clock, PrometheusRegistry metrics)
            throws IOException {
        this.name = config.file();
        this.wallClock = wallClock;
        this.lookedMillis = wallClock.getAsLong();
        this.limited = new LimitedLog(log, Duration.ofMinutes(1), clock);
        this.written = Counter.builder()
                .name("grouter_admin_audit_written_total")
                .help("Lines written to the audit log")
                .withoutExemplars()
                .register(metrics);
        this.failed = Counter.builder()
                .name("grouter_admin_audit_failed_total")
                .help("Lines that the file of the audit log did not take; they are in the node's log")
                .withoutExemplars()
                .register(metrics);
        try {
            this.file = name.isEmpty() ? null : new FileSink(Path.of(name).toAbsolutePath());
        } catch (IOException | InvalidPathException e) {
            throw new IOException("admin.audit.file: " + name + " cannot be opened: " + e, e);
        }
    }

    /** Writes a line; the body is what was sent, as far as it was read. */
    void write(Visit visit, Caller caller, byte[] body, AdminApi.Answer answer, Change change) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("time", Instant.ofEpochMilli(wallClock.getAsLong()).toString());
        line.put("who", caller.name());
        if (caller.by() != Caller.By.NOTHING) {
            line.put("by", caller.by().name().toLowerCase(Locale.ROOT));
        }
        line.put("role", caller.role().word());
        line.put(
                "from",
                visit.from().getAddress().getHostAddress() + ":" + visit.from().getPort());
        line.put("method", gist(visit.method()));
        line.put("path", gist(visit.query() == null ? visit.path() : visit.path() + "?" + visit.query()));
        if (body.length > 0) {
            line.put("body", gist(new String(body, StandardCharsets.UTF_8)));
        }
        line.put("status", answer.status());
        if (!change.before().isEmpty()) {
            line.put("before", change.before());
        }
        if (!change.after().isEmpty()) {
            line.put("after", change.after());
        }
        if (change.equals(Change.UNKNOWN)) {
            outcome(answer, line);
        }
        write(json.writeValueAsString(line));
    }

    private void outcome(AdminApi.Answer answer, Map<String, Object> line) {
        if (answer.status() >= 400 && answer.body() instanceof Map<?, ?> problem) {
            line.put("detail", gist(String.valueOf(problem.get("detail"))));
        } else {
            String text = answer.body() instanceof String plain ? plain : json.writeValueAsString(answer.body());
            line.put("answer", gist(text));
        }
    }

    /** Returns the beginning of a text; what is no ASCII is escaped as JSON, but for the one control character left. */
    private static String gist(String text) {
        String start = text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT) + "...";
        return start.replace('\u007f', '?');
    }

    private synchronized void write(String line) {
        FileSink sink = file;
        if (sink == null) {
            audit.info("{}", line);
            written.inc();
            return;
        }
        ByteBuffer bytes = StandardCharsets.UTF_8.encode((torn ? "\n" : "") + line + "\n");
        try {
            long now = wallClock.getAsLong();
            if (broken || Math.abs(now - lookedMillis) >= LOOK_MILLIS) {
                lookedMillis = now;
                sink.renew(broken);
            }
            while (bytes.hasRemaining()) {
                sink.write(bytes);
            }
            torn = false;
            broken = false;
            written.inc();
        } catch (IOException e) {
            torn |= bytes.position() > 0;
            broken = true;
            failed.inc();
            limited.warn("audit log " + name, "cannot be written, its lines are here meanwhile: " + e);
            audit.info("{}", line);
        }
    }

    /** Closes the file. */
    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
