package io.grouter.sim.whatif;

import io.grouter.route.ListDefault;
import io.grouter.route.SiteId;

/**
 * What is assumed of one site.
 *
 * @param site the site
 * @param weight how many clients enter here, compared to other sites; 0 = none
 * @param capacity requests per second that it can serve; 0 = not known
 */
public record SitePlan(
        SiteId site,
        @ListDefault("1") int weight,
        @ListDefault("0") String capacity) {
    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public SitePlan {
        if (weight < 0 || weight > 1_000_000) {
            throw new IllegalArgumentException("weight: " + weight + " (expected: 0 to 1000000)");
        }
        Rates.parse("capacity", capacity);
    }

    /** Returns requests per second that it can serve; 0 = not known. */
    public double limit() {
        return Rates.parse("capacity", capacity);
    }
}
