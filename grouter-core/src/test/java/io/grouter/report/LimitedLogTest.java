package io.grouter.report;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LimitedLogTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger("limited-log-test");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private long now;
    private final LimitedLog limited = new LimitedLog(logger, Duration.ofMinutes(1), () -> now);

    @BeforeEach
    void listen() {
        logger.setAdditive(false);
        logger.setLevel(Level.WARN);
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(lines);
    }

    private List<String> texts() {
        return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void saysAThingOncePerSourceAndMinute() {
        for (int i = 0; i < 100; i++) {
            limited.warn("a", "broken");
        }
        limited.warn("b", "broken");
        assertThat(texts()).containsExactly("a: broken", "b: broken");
        now += Duration.ofMinutes(1).toNanos();
        limited.warn("a", "broken");
        assertThat(texts()).last().isEqualTo("a: broken (and 99 more since the last such line)");
    }

    @Test
    void remembersABoundedNumberOfSources() {
        for (int i = 0; i < 5_000; i++) {
            limited.warn("source-" + i, "broken");
        }
        assertThat(texts()).hasSizeLessThanOrEqualTo(1_001);
        now += Duration.ofMinutes(1).toNanos();
        assertThat(limited.warn("source-4999", "broken")).isTrue();
    }
}
