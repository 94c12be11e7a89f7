package io.grouter.rib;

import io.grouter.route.ConfigChecks;
import java.time.Duration;

/**
 * The {@code rib.guard} section of the configuration: when expiry is held back because it would take too much at once.
 *
 * @param percent share of the endpoints that may expire within {@code window}; more are held back; 0 to 100
 * @param minimum so many endpoints may always expire within {@code window}; &gt;= 0
 * @param window time over which expiries are counted; &gt; 0
 * @param hold how long expiry is held back at most; &gt; 0
 */
public record GuardConfig(int percent, int minimum, Duration window, Duration hold) {
    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public GuardConfig {
        if (percent < 0 || percent > 100) {
            throw new IllegalArgumentException("percent: " + percent + " (expected: 0 to 100)");
        }
        ConfigChecks.atLeast("minimum", minimum, 0);
        ConfigChecks.positive("window", window);
        ConfigChecks.positive("hold", hold);
    }
}
