package io.grouter.logging;

import java.util.List;

/**
 * The {@code log} section of the configuration.
 *
 * @param format how a line looks
 * @param level what is logged at least
 * @param levels exceptions for single loggers
 */
public record LogConfig(Format format, Level level, List<LoggerLevel> levels) {
    /** How a line looks. */
    public enum Format {
        /** Time, level, logger and message; stack traces below. */
        TEXT,
        /** One JSON object per line. */
        JSON
    }

    /** From the least to the most. */
    public enum Level {
        /** Nothing. */
        OFF,
        /** Faults of Grouter's own. */
        ERROR,
        /** What an operator should look at. */
        WARN,
        /** What an operator would want to know afterwards. */
        INFO,
        /** Single routes. */
        DEBUG,
        /** All there is. */
        TRACE
    }

    /**
     * An exception.
     *
     * @param logger the logger's name, or the beginning of several up to a dot
     * @param level what it logs at least
     */
    public record LoggerLevel(String logger, Level level) {
        /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
        public LoggerLevel {
            LogLevels.checkName(logger);
        }
    }

    /** Copies the list. */
    public LogConfig {
        levels = List.copyOf(levels);
    }
}
