package io.grouter.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LogLevelsTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Map<String, String> set = new TreeMap<>(Map.of("ROOT", "INFO", "io.netty", "WARN"));
    private final LogLevels levels = new LogLevels(new LogBackend() {
        @Override
        public Map<String, String> levels() {
            return Map.copyOf(set);
        }

        @Override
        public void set(String logger, @Nullable String level) {
            if (level == null) {
                set.remove(logger);
            } else {
                set.put(logger, level);
            }
        }
    });

    private boolean set(String logger, String level, long nowSeconds) {
        return levels.set(logger, level, MINUTE, "ann", nowSeconds * 1_000_000_000L, 1_000);
    }

    private void tick(long nowSeconds) {
        levels.tick(nowSeconds * 1_000_000_000L);
    }

    @Test
    void aLevelGoesBackByItself() {
        assertThat(set("io.netty", "DEBUG", 0)).isTrue();
        assertThat(set("io.grouter", "TRACE", 30)).isTrue();
        assertThat(levels.of("io.netty")).isEqualTo(new LogLevels.Level("io.netty", "DEBUG", "WARN", 61_000L, "ann"));
        tick(59);
        assertThat(set).containsEntry("io.netty", "DEBUG");
        tick(60);
        assertThat(set).containsEntry("io.netty", "WARN").containsEntry("io.grouter", "TRACE");
        tick(90);
        assertThat(set).doesNotContainKey("io.grouter");
        assertThat(levels.of("io.netty").untilMillis()).isNull();
    }

    @Test
    void asChangedTwiceItGoesBackToWhatItWasFirst() {
        set("io.netty", "DEBUG", 0);
        set("io.netty", "TRACE", 50);
        tick(60);
        assertThat(set).containsEntry("io.netty", "TRACE");
        tick(110);
        assertThat(set).containsEntry("io.netty", "WARN");
    }

    @Test
    void itIsTakenBackAtOnce() {
        set("io.netty", "DEBUG", 0);
        levels.back("io.netty");
        levels.back("io.other");
        assertThat(set).isEqualTo(Map.of("ROOT", "INFO", "io.netty", "WARN"));
    }

    @Test
    void onlySoManyAreChanged() {
        for (int i = 0; i < LogLevels.MOST; i++) {
            assertThat(set("logger-" + i, "DEBUG", 0)).isTrue();
        }
        assertThat(set("one-more", "DEBUG", 0)).isFalse();
        assertThat(set).doesNotContainKey("one-more");
        assertThat(set("logger-1", "INFO", 0)).isTrue();
        assertThat(levels.all()).hasSize(LogLevels.MOST + 2);
    }
}
