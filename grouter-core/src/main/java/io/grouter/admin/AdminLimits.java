package io.grouter.admin;

import java.time.Duration;

/**
 * The {@code admin.limits} section of the configuration.
 *
 * @param eventSubscribers most readers of {@code /v1/events} at a time, 0 to 1000
 * @param streams most tables that are streamed at a time, 1 to 100
 * @param streamTimeout longest time that streaming one may take; above 0
 */
public record AdminLimits(int eventSubscribers, int streams, Duration streamTimeout) {
    /** The defaults. */
    public static final AdminLimits DEFAULTS = new AdminLimits(16, 2, Duration.ofMinutes(2));

    /** Checks the ranges; throws {@link IllegalArgumentException} naming the key. */
    public AdminLimits {
        if (eventSubscribers < 0 || eventSubscribers > 1000) {
            throw new IllegalArgumentException("eventSubscribers: " + eventSubscribers + " (expected: 0 to 1000)");
        }
        if (streams < 1 || streams > 100) {
            throw new IllegalArgumentException("streams: " + streams + " (expected: 1 to 100)");
        }
        if (streamTimeout.isNegative() || streamTimeout.isZero()) {
            throw new IllegalArgumentException("streamTimeout: " + streamTimeout + " (expected: > 0)");
        }
    }
}
