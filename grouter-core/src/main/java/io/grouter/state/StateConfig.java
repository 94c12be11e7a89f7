package io.grouter.state;

import io.grouter.route.ConfigChecks;
import java.time.Duration;

/**
 * The {@code state} section of the configuration.
 *
 * @param file the state file; {@code ""} = none
 * @param interval time between two writes; &gt;= 30 s
 * @param maxAge a file older than this is ignored at the start; &gt; 0
 */
public record StateConfig(String file, Duration interval, Duration maxAge) {
    private static final Duration LEAST_INTERVAL = Duration.ofSeconds(30);

    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public StateConfig {
        if (interval.compareTo(LEAST_INTERVAL) < 0) {
            throw new IllegalArgumentException("interval: " + interval + " (expected: >= " + LEAST_INTERVAL + ")");
        }
        ConfigChecks.positive("maxAge", maxAge);
    }
}
