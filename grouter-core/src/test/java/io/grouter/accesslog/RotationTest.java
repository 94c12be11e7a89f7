package io.grouter.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RotationTest {
    @TempDir
    private Path folder;

    private Path file = Path.of("unset");
    private Path renamed = Path.of("unset");
    private long now = 1_700_000_000_000L;
    private final EntryQueue queue = new EntryQueue(16);
    private final AccessLogMetrics metrics = new AccessLogMetrics(queue, new PrometheusRegistry());

    @BeforeEach
    void name() {
        file = folder.resolve("access.log");
        renamed = folder.resolve("access.log.1");
    }

    /** A line is the host and nothing else. */
    private LogWriter writer(Path to) throws IOException {
        LineFormat host = (entry, out) -> out.ascii(String.valueOf(entry.host)).add('\n');
        return new LogWriter("test", queue, host, new FileSink(to), () -> now, metrics);
    }

    private void write(LogWriter writer, String host) {
        assertThat(queue.offer(Entries.of(host))).isTrue();
        assertThat(writer.writeBatch()).isTrue();
    }

    @Test
    void beginsANewFileWhenTheOldOneIsRenamedOrRemoved() throws IOException {
        Files.writeString(file, "before\n");
        LogWriter writer = writer(file);
        now += 1000;
        write(writer, "a");
        Files.move(file, renamed);
        now += 999;
        write(writer, "b");
        now += 1;
        writer.writeBatch();
        write(writer, "c");
        assertThat(Files.readAllLines(renamed)).isEqualTo(List.of("before", "a", "b"));
        assertThat(Files.readAllLines(file)).isEqualTo(List.of("c"));
        Files.delete(file);
        now += 1000;
        write(writer, "d");
        assertThat(Files.readAllLines(file)).isEqualTo(List.of("d"));
        writer.end();
        assertThat(metrics.written.getLongValue()).isEqualTo(4);
    }

    @Test
    void followsTheNameToAFileThatSomeoneElseMade() throws IOException {
        LogWriter writer = writer(file);
        Files.move(file, renamed);
        Files.writeString(file, "made by the rotation\n");
        now += 1000;
        write(writer, "a");
        writer.end();
        assertThat(Files.readAllLines(file)).isEqualTo(List.of("made by the rotation", "a"));
    }

    @Test
    void reopensAtOnceWhenAsked() throws IOException {
        LogWriter writer = writer(file);
        write(writer, "a");
        Files.move(file, renamed);
        writer.reopen();
        write(writer, "b");
        writer.end();
        assertThat(Files.readAllLines(renamed)).isEqualTo(List.of("a"));
        assertThat(Files.readAllLines(file)).isEqualTo(List.of("b"));
    }

    @Test
    void keepsTheOldFileWhileItsFolderIsGone() throws IOException {
        Path sub = Files.createDirectory(folder.resolve("logs"));
        Path moved = folder.resolve("moved");
        LogWriter writer = writer(sub.resolve("access.log"));
        Files.move(sub, moved);
        now += 1000;
        write(writer, "a");
        Files.createDirectory(sub);
        now += 1000;
        write(writer, "b");
        writer.end();
        assertThat(Files.readAllLines(moved.resolve("access.log"))).isEqualTo(List.of("a"));
        assertThat(Files.readAllLines(sub.resolve("access.log"))).isEqualTo(List.of("b"));
        assertThat(metrics.dropped.getLongValue()).isZero();
    }
}
