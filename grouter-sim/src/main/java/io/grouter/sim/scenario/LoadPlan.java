package io.grouter.sim.scenario;

import java.time.Duration;
import java.util.List;

/**
 * The constant load of a scenario: one client for each class, site and node.
 *
 * @param ask what clients ask for
 * @param pause how long a client waits after an answer, on average
 */
public record LoadPlan(List<RequestClass> ask, Duration pause) {
    private static final Duration LEAST = Duration.ofMillis(20);
    private static final Duration MOST = Duration.ofSeconds(10);

    /** Checks the values; throws {@link IllegalArgumentException} that names the key. */
    public LoadPlan {
        ask = List.copyOf(ask);
        if (ask.isEmpty()) {
            throw new IllegalArgumentException("ask: is empty (expected: at least one class, such as local)");
        }
        if (pause.compareTo(LEAST) < 0 || pause.compareTo(MOST) > 0) {
            throw new IllegalArgumentException("pause: is out of bounds (expected: 20ms to 10s)");
        }
    }
}
