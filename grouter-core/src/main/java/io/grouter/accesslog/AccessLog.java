package io.grouter.accesslog;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The access log: takes entries from any thread without ever making it wait, and writes them from a thread of its own.
 * What does not fit into the queue, or cannot be written, is dropped and counted. The file may be rotated: when it is
 * renamed or removed, a new one is begun within about a second, or at once after {@link #reopen}.
 */
public final class AccessLog implements AutoCloseable {
    private static final Duration DRAIN = Duration.ofSeconds(2);
    private static final String STANDARD_OUTPUT = "-";

    private final @Nullable LogThread thread;

    private AccessLog(@Nullable LogThread thread) {
        this.thread = thread;
    }

    /**
     * Opens the log, or makes one that does nothing when there is to be none.
     *
     * @param wallClockMillis milliseconds since 1970
     * @throws IOException when the file cannot be opened; names it and says why
     */
    public static AccessLog open(AccessLogConfig config, LongSupplier wallClockMillis, PrometheusRegistry metrics)
            throws IOException {
        if (config.file().isEmpty()) {
            return new AccessLog(null);
        }
        boolean standardOutput = config.file().equals(STANDARD_OUTPUT);
        LogThread thread = new LogThread(
                standardOutput ? "to standard output" : config.file(),
                LineFormat.of(config.format()),
                standardOutput ? new StandardOutput() : file(config.file()),
                config.queueEntries(),
                wallClockMillis,
                DRAIN,
                metrics);
        thread.start();
        return new AccessLog(thread);
    }

    private static LogSink file(String name) throws IOException {
        try {
            return new FileSink(Path.of(name).toAbsolutePath());
        } catch (IOException | InvalidPathException e) {
            throw new IOException("access log " + name + " cannot be opened: " + describe(name, e), e);
        }
    }

    private static String describe(String name, Exception e) {
        if (!(e instanceof FileSystemException failure)) {
            return e.toString();
        }
        Path folder = Path.of(name).toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            return "there is no folder " + folder;
        }
        if (e instanceof AccessDeniedException) {
            return "access denied";
        }
        return failure.getReason() == null ? e.toString() : failure.getReason();
    }

    /** Returns whether there is an access log; if not, entries need not be made. */
    public boolean enabled() {
        return thread != null;
    }

    /** Hands an entry over; it must not be changed or given again afterwards. All threads; never waits. */
    public void add(AccessEntry entry) {
        if (thread != null) {
            thread.add(entry);
        }
    }

    /** Has the file opened anew, by its name, before the next line is written; for log rotation. All threads. */
    public void reopen() {
        if (thread != null) {
            thread.reopen();
        }
    }

    /** Writes what is queued, for at most two seconds, and closes the file. Entries that come later are dropped. */
    @Override
    public void close() {
        if (thread != null) {
            thread.close();
        }
    }
}
