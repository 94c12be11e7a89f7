package io.grouter.rib;

import io.grouter.route.ConfigChecks;
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
        ConfigChecks.positive("staleThreshold", staleThreshold);
        ConfigChecks.atLeast("maxLocalRoutes", maxLocalRoutes, 1);
        ConfigChecks.atLeast("maxEndpointsPerRoute", maxEndpointsPerRoute, 1);
        ConfigChecks.atLeast("maxRoutesPerSite", maxRoutesPerSite, 1);
        ConfigChecks.atLeast("queueCapacity", queueCapacity, 1);
    }
}
