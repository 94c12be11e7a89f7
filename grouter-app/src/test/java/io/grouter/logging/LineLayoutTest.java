package io.grouter.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class LineLayoutTest {
    private static final String FORGED = "2026-01-01T00:00:00.000Z ERROR Node all routes are lost";

    private final LineLayout layout = new LineLayout();

    private String line(LogConfig.Format format, String message, @Nullable Throwable thrown) {
        layout.format(format);
        Logger logger = new LoggerContext().getLogger("io.grouter.app.ChangeLog");
        LoggingEvent event =
                new LoggingEvent(getClass().getName(), logger, Level.WARN, "route {}", thrown, new Object[] {message});
        event.setThreadName("grouter-rib");
        return layout.doLayout(event);
    }

    @Test
    void textIsTimeLevelLoggerAndMessage() {
        assertThat(line(LogConfig.Format.TEXT, "app.test", null))
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\S+ WARN  ChangeLog route app\\.test\\n");
    }

    @Test
    void jsonHasTheSameAndTheThread() {
        JsonNode line = JsonMapper.builder().build().readTree(line(LogConfig.Format.JSON, "\"app\\.test\"", null));
        assertThat(line.propertyNames()).containsExactly("time", "level", "logger", "message", "thread");
        assertThat(line.get("level").asString()).isEqualTo("WARN");
        assertThat(line.get("logger").asString()).isEqualTo("io.grouter.app.ChangeLog");
        assertThat(line.get("message").asString()).isEqualTo("route \"app\\.test\"");
        assertThat(line.get("thread").asString()).isEqualTo("grouter-rib");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r", "\u0085", "\u2028", "\u2029", "\u000b", "\f"})
    void noTextMakesALineOfItsOwn(String lineEnd) {
        for (LogConfig.Format format : LogConfig.Format.values()) {
            String line = line(format, "app" + lineEnd + FORGED, new IllegalStateException("x"));
            assertThat(line.lines().filter(each -> each.strip().startsWith("2026-01-01")))
                    .isEmpty();
            assertThat(line(format, "app" + lineEnd + FORGED, null).strip()).doesNotContain(lineEnd);
        }
    }

    @ParameterizedTest
    @EnumSource(LogConfig.Format.class)
    void noTextSpeaksToATerminal(LogConfig.Format format) {
        String line = line(format, "\u001b[2J\u009b1m\u0007\u0000\u202etxet\u200b", null);
        assertThat(line.strip().chars().filter(Character::isISOControl)).isEmpty();
        assertThat(line).doesNotContain("\u202e").contains("\\u001b[2J\\u009b1m\\u0007\\u0000\\u202e");
    }

    @ParameterizedTest
    @EnumSource(LogConfig.Format.class)
    void theMessageOfAnExceptionForgesNothingEither(LogConfig.Format format) {
        Exception cause = new IllegalStateException("bad\n" + FORGED);
        String line = line(format, "app", new IllegalArgumentException("outer\r\n" + FORGED, cause));
        assertThat(line).contains("bad\\n").contains("outer\\r\\n").contains("caused by");
        assertThat(line.lines()).noneMatch(each -> each.strip().startsWith("2026-01-01"));
    }

    @Test
    void anExceptionInJsonIsOneLine() {
        String line =
                line(LogConfig.Format.JSON, "app", new IllegalStateException("why", new RuntimeException("cause")));
        assertThat(line.strip().lines()).hasSize(1);
        assertThat(JsonMapper.builder().build().readTree(line).get("exception").asString())
                .startsWith("java.lang.IllegalStateException: why ")
                .contains("caused by java.lang.RuntimeException: cause");
    }

    @Test
    void aLineIsBounded() {
        assertThat(line(LogConfig.Format.TEXT, "x".repeat(1_000_000), null)).hasSizeLessThan(17_000);
    }
}
