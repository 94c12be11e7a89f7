package io.grouter.admin;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The levels of the process's loggers. Safe for all threads. */
public interface LogBackend {
    /** None at all. */
    LogBackend NONE = new LogBackend() {
        @Override
        public Map<String, String> levels() {
            return Map.of();
        }

        @Override
        public void set(String logger, @Nullable String level) {}
    };

    /** Returns the loggers that have a level of their own, with it; the root logger is called {@code ROOT}. */
    Map<String, String> levels();

    /** Gives a logger a level: TRACE, DEBUG, INFO, WARN, ERROR, OFF, or null: that of the logger above. */
    void set(String logger, @Nullable String level);
}
