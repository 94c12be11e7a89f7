package io.grouter.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class LogbackLevelsTest {
    private static final String NAME = "io.grouter.app.LogbackLevelsTest.logger";

    private final LogbackLevels levels = new LogbackLevels();

    @Test
    void aLevelIsSetAndTakenBack() {
        Logger logger = LoggerFactory.getLogger(NAME);
        assertThat(levels.levels()).containsKey("ROOT").doesNotContainKey(NAME);
        levels.set(NAME, "OFF");
        assertThat(levels.levels()).containsEntry(NAME, "OFF");
        assertThat(logger.isErrorEnabled()).isFalse();
        levels.set(NAME, "TRACE");
        assertThat(logger.isTraceEnabled()).isTrue();
        levels.set(NAME, null);
        assertThat(levels.levels()).doesNotContainKey(NAME);
    }
}
