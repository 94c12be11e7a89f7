package io.grouter.accesslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grouter.accesslog.AccessLogConfig.Format;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AccessLogTest {
    private static final LineFormat HOST =
            (entry, out) -> out.ascii(String.valueOf(entry.host)).add('\n');

    @TempDir
    private Path folder;

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final MemorySink sink = new MemorySink();

    private LogThread thread(int queueEntries, Duration drain) {
        return new LogThread("test", HOST, sink, queueEntries, System::currentTimeMillis, drain, registry);
    }

    private AccessLog open(String file, Format format) throws IOException {
        return AccessLog.open(new AccessLogConfig(file, format, 1000), System::currentTimeMillis, registry);
    }

    private double metric(String name) {
        for (MetricSnapshot each : registry.scrape()) {
            if (each.getMetadata().getName().equals(name)) {
                return each instanceof CounterSnapshot counter
                        ? counter.getDataPoints().get(0).getValue()
                        : ((GaugeSnapshot) each).getDataPoints().get(0).getValue();
            }
        }
        return -1;
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(String::valueOf).toList();
    }

    @Test
    void closeWritesWhatIsQueued() throws IOException {
        Path file = folder.resolve("access.log");
        try (AccessLog log = open(file.toString(), Format.TEXT)) {
            assertThat(log.enabled()).isTrue();
            for (int i = 0; i < 500; i++) {
                log.add(Entries.full());
            }
        }
        assertThat(Files.readAllLines(file)).hasSize(500).allMatch(line -> line.startsWith("app.example.com - [2026"));
        assertThat(metric("grouter_accesslog_written")).isEqualTo(500);
        assertThat(metric("grouter_accesslog_dropped")).isZero();
        assertThat(metric("grouter_accesslog_queue")).isZero();
        assertThat(metric("grouter_accesslog_queue_capacity")).isEqualTo(1000);
    }

    @Test
    void appendsInTheFormatThatIsConfigured() throws IOException {
        Path file = Files.writeString(folder.resolve("access.log"), "before\n");
        try (AccessLog log = open(file.toString(), Format.JSON)) {
            log.add(Entries.of("a"));
            log.reopen();
        }
        assertThat(Files.readAllLines(file)).hasSize(2).last().asString().startsWith("{\"timestamp\":");
    }

    @Test
    void withoutAFileThereIsNone() throws IOException {
        try (AccessLog log = open("", Format.TEXT)) {
            assertThat(log.enabled()).isFalse();
            log.add(new AccessEntry());
            log.reopen();
        }
        assertThat(registry.scrape()).isEmpty();
    }

    @Test
    void standardOutputStaysOpen() throws IOException {
        try (AccessLog log = open("-", Format.TEXT)) {
            assertThat(log.enabled()).isTrue();
            log.reopen();
        }
        assertThat(System.out.checkError()).isFalse();
    }

    @Test
    void saysWhichFileCannotBeOpenedAndWhy() {
        Path file = folder.resolve("missing").resolve("access.log");
        assertThatThrownBy(() -> open(file.toString(), Format.TEXT))
                .isInstanceOf(IOException.class)
                .hasMessage("access log " + file + " cannot be opened: there is no folder " + file.getParent());
        assertThatThrownBy(() -> open(folder.toString(), Format.TEXT))
                .isInstanceOf(IOException.class)
                .hasMessage("access log " + folder + " cannot be opened: Is a directory");
        assertThatThrownBy(() -> open("a\0b", Format.TEXT))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("access log a\0b cannot be opened: ");
    }

    @Test
    void aQueueBelowTheLeastIsRefused() {
        assertThat(new AccessLogConfig("", Format.TEXT, 16).queueEntries()).isEqualTo(16);
        assertThatThrownBy(() -> new AccessLogConfig("", Format.TEXT, 15))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("queueEntries: 15 (expected: >= 16)");
    }

    @Test
    void whatDoesNotFitIsDroppedAndCounted() {
        LogThread thread = thread(16, Duration.ofSeconds(30));
        for (int i = 0; i < 20; i++) {
            thread.add(Entries.of(String.valueOf(i)));
        }
        assertThat(metric("grouter_accesslog_dropped")).isEqualTo(4);
        assertThat(metric("grouter_accesslog_queue")).isEqualTo(16);
        thread.start();
        thread.close();
        assertThat(sink.lines()).isEqualTo(numbers(16));
        assertThat(metric("grouter_accesslog_written")).isEqualTo(16);
        thread.add(Entries.of("too late"));
        assertThat(metric("grouter_accesslog_dropped")).isEqualTo(5);
    }

    @Test
    void closeGivesUpOnADiskThatHangs() throws InterruptedException {
        CountDownLatch gate = new CountDownLatch(1);
        sink.gate = gate;
        LogThread thread = thread(16, Duration.ofMillis(50));
        thread.start();
        thread.add(Entries.of("a"));
        sink.reached.await();
        for (int i = 0; i < 20; i++) {
            thread.add(Entries.of("b"));
        }
        assertThat(metric("grouter_accesslog_dropped")).isEqualTo(4);
        thread.close();
        assertThat(sink.closed.getCount()).isEqualTo(1);
        gate.countDown();
        sink.closed.await();
        assertThat(sink.lines()).containsExactly("a");
        assertThat(metric("grouter_accesslog_written")).isEqualTo(1);
        assertThat(metric("grouter_accesslog_dropped")).isEqualTo(20);
    }

    @Test
    void theThreadWakesForEveryEntry() throws InterruptedException {
        CountDownLatch[] seen =
                IntStream.range(0, 2000).mapToObj(i -> new CountDownLatch(1)).toArray(CountDownLatch[]::new);
        LogThread thread = new LogThread(
                "test",
                (entry, out) -> {
                    out.add('\n');
                    seen[entry.status].countDown();
                },
                sink,
                16,
                System::currentTimeMillis,
                Duration.ofSeconds(30),
                registry);
        thread.start();
        long start = System.nanoTime();
        for (int i = 0; i < seen.length; i++) {
            AccessEntry entry = new AccessEntry();
            entry.status = i;
            thread.add(entry);
            seen[i].await();
        }
        // An entry that nobody wakes the thread for is seen after a second.
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        thread.close();
    }

    @Test
    void everyEntryOfManyThreadsIsWrittenOrCounted() throws InterruptedException {
        LogThread thread = thread(64, Duration.ofSeconds(30));
        thread.start();
        List<Thread> producers = new ArrayList<>();
        for (int p = 0; p < 4; p++) {
            producers.add(new Thread(() -> {
                for (int i = 0; i < 20_000; i++) {
                    thread.add(Entries.of("a"));
                }
            }));
        }
        producers.forEach(Thread::start);
        for (Thread each : producers) {
            each.join();
        }
        thread.close();
        assertThat(sink.lines()).hasSize((int) metric("grouter_accesslog_written"));
        assertThat(metric("grouter_accesslog_written") + metric("grouter_accesslog_dropped"))
                .isEqualTo(80_000);
    }
}
