package io.grouter.accesslog;

import io.grouter.route.ConfigChecks;

/**
 * The {@code accessLog} section of the configuration.
 *
 * @param file the file that lines are appended to; {@code "-"} = standard output, {@code ""} = no access log
 * @param format how a line looks
 * @param queueEntries most requests that may wait to be written; more are dropped and counted; &gt;= 16
 */
public record AccessLogConfig(String file, Format format, int queueEntries) {
    /** How a line looks. */
    public enum Format {
        /** GoRouter's fields in GoRouter's order, and Grouter's own behind them. */
        TEXT,
        /** One JSON object per line. */
        JSON
    }

    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public AccessLogConfig {
        ConfigChecks.atLeast("queueEntries", queueEntries, 16);
    }
}
