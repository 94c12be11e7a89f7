package io.grouter.route;

import java.time.Duration;
import java.util.List;

/**
 * Checks that the configuration records share. A failed one throws {@link IllegalArgumentException} with a message of
 * one form, {@code key: value (expected: what)}, so that the loader can find the place of the key.
 */
public final class ConfigChecks {
    private ConfigChecks() {}

    /** Refuses a duration of zero or less. */
    public static void positive(String key, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: > 0)");
        }
    }

    /** Refuses a duration below zero. */
    public static void notNegative(String key, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: >= 0)");
        }
    }

    /** Refuses a number below the least allowed. */
    public static void atLeast(String key, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: >= " + least + ")");
        }
    }

    /** Refuses an empty list; says at least one of what is expected. */
    public static void notEmpty(String key, List<?> values, String what) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException(key + ": empty (expected: at least one " + what + ")");
        }
    }
}
