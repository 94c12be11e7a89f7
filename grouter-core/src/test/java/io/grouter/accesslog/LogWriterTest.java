package io.grouter.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LogWriterTest {
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(LogWriter.class);
    private long now = 1_700_000_000_000L;
    private final EntryQueue queue = new EntryQueue(1000);
    private final AccessLogMetrics metrics = new AccessLogMetrics(queue, new PrometheusRegistry());
    private final MemorySink sink = new MemorySink();

    @BeforeEach
    void listen() {
        log.start();
        logger.setLevel(Level.INFO);
        logger.setAdditive(false);
        logger.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(log);
        logger.setLevel(null);
        logger.setAdditive(true);
    }

    private List<String> said() {
        return log.list.stream()
                .map(event -> event.getLevel() + " " + event.getFormattedMessage())
                .toList();
    }

    /** A line is the host and nothing else. */
    private LogWriter writer() {
        return new LogWriter(
                "test",
                queue,
                (entry, out) -> out.ascii(String.valueOf(entry.host)).add('\n'),
                sink,
                () -> now,
                metrics);
    }

    private void add(String... hosts) {
        for (String host : hosts) {
            assertThat(queue.offer(Entries.of(host))).isTrue();
        }
    }

    private void counted(long written, long dropped) {
        assertThat(metrics.written.getLongValue()).isEqualTo(written);
        assertThat(metrics.dropped.getLongValue()).isEqualTo(dropped);
    }

    @Test
    void writesWhatIsQueuedAtOnce() {
        LogWriter writer = writer();
        add("a", "b", "c");
        assertThat(writer.writeBatch()).isTrue();
        assertThat(writer.writeBatch()).isFalse();
        assertThat(sink.lines()).containsExactly("a", "b", "c");
        assertThat(sink.writes).isEqualTo(1);
        counted(3, 0);
    }

    @Test
    void aBatchEndsWhenItIsFull() {
        LogWriter writer = writer();
        String host = "x".repeat(1023);
        for (int i = 0; i < 65; i++) {
            add(host);
        }
        assertThat(writer.writeBatch()).isTrue();
        assertThat(sink.bytes.size()).isEqualTo(LogWriter.BATCH);
        assertThat(queue.size()).isEqualTo(1);
        assertThat(writer.writeBatch()).isTrue();
        assertThat(sink.bytes.size()).isEqualTo(LogWriter.BATCH + 1024);
    }

    @Test
    void anEntryThatCannotBeFormattedIsDroppedAlone() {
        LogWriter writer = new LogWriter(
                "test",
                queue,
                (entry, out) -> {
                    out.ascii(String.valueOf(entry.host));
                    if ("b".equals(entry.host)) {
                        throw new IllegalStateException("provoked");
                    }
                    out.add('\n');
                },
                sink,
                () -> now,
                metrics);
        add("a", "b", "c");
        writer.writeBatch();
        assertThat(sink.lines()).containsExactly("a", "c");
        counted(2, 1);
    }

    @Test
    void dropsWhileItCannotWriteAndTriesOnceASecond() {
        LogWriter writer = writer();
        sink.room = 0;
        add("a", "b");
        assertThat(writer.writeBatch()).isTrue();
        counted(0, 2);
        sink.room = 100;
        now += 999;
        add("c");
        assertThat(writer.writeBatch()).isTrue();
        assertThat(writer.writeBatch()).isFalse();
        counted(0, 3);
        assertThat(sink.writes).isEqualTo(1);
        now += 1;
        assertThat(writer.writeBatch()).isFalse();
        now += 500;
        add("d");
        writer.writeBatch();
        add("e");
        writer.writeBatch();
        assertThat(sink.lines()).containsExactly("d", "e");
        assertThat(sink.renewals).isEqualTo(1);
        counted(2, 3);
    }

    @Test
    void aRetryThatFailsWaitsAnotherSecond() {
        LogWriter writer = writer();
        sink.room = 0;
        add("a");
        writer.writeBatch();
        now += 1000;
        sink.openable = false;
        add("b");
        writer.writeBatch();
        sink.openable = true;
        sink.room = 100;
        now += 999;
        add("c");
        writer.writeBatch();
        counted(0, 3);
        now += 1;
        add("d");
        writer.writeBatch();
        assertThat(sink.lines()).containsExactly("d");
        counted(1, 3);
        assertThat(said())
                .containsExactly(
                        "WARN access log test cannot be written, its lines are dropped until it can: "
                                + "java.io.IOException: no space left",
                        "INFO access log test is written again");
    }

    @Test
    void aClockThatIsSetBackDoesNotStopTheRetry() {
        LogWriter writer = writer();
        sink.room = 0;
        add("a");
        writer.writeBatch();
        sink.room = 100;
        now -= 3_600_000;
        add("b");
        writer.writeBatch();
        assertThat(sink.lines()).containsExactly("b");
    }

    @Test
    void aLineCutShortByAFullDiskDoesNotRunIntoTheNext() {
        LogWriter writer = writer();
        sink.room = 7;
        add("aaa", "bbb", "ccc");
        writer.writeBatch();
        counted(1, 2);
        now += 1000;
        sink.room = 100;
        add("ddd");
        writer.writeBatch();
        assertThat(sink.lines()).containsExactly("aaa", "bbb", "ddd");
        counted(2, 2);
    }

    @Test
    void aSinkThatTakesNothingIsGivenUp() {
        LogWriter writer = writer();
        sink.unwilling = true;
        add("a");
        writer.writeBatch();
        counted(0, 1);
    }

    @Test
    void looksForTheFileOnceASecond() {
        LogWriter writer = writer();
        writer.writeBatch();
        now += 999;
        writer.writeBatch();
        assertThat(sink.looks).isZero();
        now += 1;
        writer.writeBatch();
        writer.writeBatch();
        assertThat(sink.looks).isEqualTo(1);
        assertThat(sink.renewals).isZero();
    }

    @Test
    void goesOnInTheOldFileUntilItCanOpenANewOne() {
        LogWriter writer = writer();
        sink.openable = false;
        writer.reopen();
        add("a");
        writer.writeBatch();
        assertThat(sink.lines()).containsExactly("a");
        now += 1000;
        writer.writeBatch();
        sink.openable = true;
        now += 1000;
        writer.writeBatch();
        assertThat(sink.renewals).isEqualTo(1);
        now += 1000;
        writer.writeBatch();
        assertThat(sink.renewals).isEqualTo(1);
        counted(1, 0);
        assertThat(said())
                .containsExactly(
                        "WARN access log test cannot be opened anew and goes on in the old file: "
                                + "java.io.IOException: cannot open",
                        "INFO access log test is opened anew");
    }

    @Test
    void endDropsWhatWaitsAndCloses() {
        add("a", "b");
        writer().end();
        assertThat(sink.closed.getCount()).isZero();
        counted(0, 2);
    }
}
