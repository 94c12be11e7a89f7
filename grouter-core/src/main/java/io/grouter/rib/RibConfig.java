package io.grouter.rib;

import java.time.Duration;

/**
 * The {@code rib} section of the configuration.
 *
 * @param staleThreshold how long an endpoint of this site lives after its last register; &gt; 0
 * @param maxLocalRoutes most routes of this site; more are refused and counted; &gt; 0
 * @param maxEndpointsPerRoute most endpoints behind one route; more are refused and counted; &gt; 0
 * @param maxRoutesPerSite most routes learned from one other site; more are refused and counted; &gt; 0
 * @param queueCapacity most changes that may wait for the rib thread; more are dropped and counted; &gt; 0
 */
public record RibConfig(
        Duration staleThreshold,
        int maxLocalRoutes,
        int maxEndpointsPerRoute,
        int maxRoutesPerSite,
        int queueCapacity) {
    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public RibConfig {
        if (staleThreshold.isNegative() || staleThreshold.isZero()) {
            throw new IllegalArgumentException("staleThreshold: " + staleThreshold + " (expected: > 0)");
        }
        positive("maxLocalRoutes", maxLocalRoutes);
        positive("maxEndpointsPerRoute", maxEndpointsPerRoute);
        positive("maxRoutesPerSite", maxRoutesPerSite);
        positive("queueCapacity", queueCapacity);
    }

    private static void positive(String key, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: >= 1)");
        }
    }
}
