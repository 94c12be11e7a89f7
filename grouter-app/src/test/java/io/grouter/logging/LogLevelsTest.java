package io.grouter.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

class LogLevelsTest {
    private static final String NAME = "io.grouter.logging.test";

    private final LogLevels levels = new LogLevels();

    @AfterEach
    void inherit() {
        levels.set(NAME, null);
    }

    @Test
    void aLevelCountsAtOnceAndForAllBelow() {
        levels.set(NAME, "DEBUG");
        assertThat(LoggerFactory.getLogger(NAME + ".Deeper").isDebugEnabled()).isTrue();
        assertThat(levels.levels()).containsEntry(NAME, "DEBUG").containsKey(LogLevels.ROOT);
        levels.set(NAME, "warn");
        assertThat(LoggerFactory.getLogger(NAME + ".Deeper").isInfoEnabled()).isFalse();
        levels.set(NAME, null);
        assertThat(levels.levels()).doesNotContainKey(NAME);
    }

    @ParameterizedTest
    @CsvSource({
        "io.grouter, loud, level: \"loud\" is none",
        "io.grouter, '', level: \"\" is none",
        "'', info, logger: \"\" is no name",
        "'io.grouter\nERROR', info, logger:",
        "ROOT, , level: ROOT has nothing to inherit from"
    })
    void whatIsWrongIsSaid(String logger, @Nullable String level, String complaint) {
        assertThatThrownBy(() -> levels.set(logger, level))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(complaint);
    }

    @Test
    void thereIsABound() {
        try {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1000; i++) {
                            levels.set(NAME + ".n" + i, "info");
                        }
                    })
                    .hasMessageContaining("500 loggers");
        } finally {
            levels.levels().keySet().stream()
                    .filter(name -> name.startsWith(NAME))
                    .forEach(name -> levels.set(name, null));
        }
    }
}
