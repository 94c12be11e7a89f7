package io.grouter.rib;

import io.grouter.route.ConfigChecks;
import java.time.Duration;

/**
 * The {@code rib} section of the configuration.
 *
 * @param staleThreshold how long an endpoint of this site lives after its last register; &gt; 0
 * @param knownEmptyFor how long a route stays known after its last endpoint has left; 0 = not at all
 * @param guard when expiry is held back
 * @param maxLocalRoutes most routes of this site; more are refused and counted; &gt; 0
 * @param maxKnownEmpty most routes of this site kept although their last endpoint has left, and as many that other sites
 *     withdrew; &gt;= 0
 * @param maxEndpointsPerRoute most endpoints behind one route; more are refused and counted; &gt; 0
 * @param maxRoutesPerSite most routes learned from one other site; more are refused and counted; &gt; 0
 * @param queueCapacity most changes that may wait for the rib thread; more are dropped and counted; &gt; 0
 * @param journalEntries most changes remembered for the admin API; &gt; 0
 */
public record RibConfig(
        Duration staleThreshold,
        Duration knownEmptyFor,
        GuardConfig guard,
        int maxLocalRoutes,
        int maxKnownEmpty,
        int maxEndpointsPerRoute,
        int maxRoutesPerSite,
        int queueCapacity,
        int journalEntries) {
    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public RibConfig {
        ConfigChecks.positive("staleThreshold", staleThreshold);
        ConfigChecks.notNegative("knownEmptyFor", knownEmptyFor);
        ConfigChecks.atLeast("maxLocalRoutes", maxLocalRoutes, 1);
        ConfigChecks.atLeast("maxKnownEmpty", maxKnownEmpty, 0);
        ConfigChecks.atLeast("maxEndpointsPerRoute", maxEndpointsPerRoute, 1);
        ConfigChecks.atLeast("maxRoutesPerSite", maxRoutesPerSite, 1);
        ConfigChecks.atLeast("queueCapacity", queueCapacity, 1);
        ConfigChecks.atLeast("journalEntries", journalEntries, 1);
    }
}
