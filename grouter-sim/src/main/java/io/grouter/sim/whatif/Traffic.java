package io.grouter.sim.whatif;

import java.util.List;

/**
 * What is assumed of the clients.
 *
 * @param requestsPerSecond requests per second of each route, in all sites together
 * @param redirectablePercent share of the requests that a redirect would do for
 * @param routes exceptions; the first that fits counts
 */
public record Traffic(String requestsPerSecond, int redirectablePercent, List<RouteTraffic> routes) {
    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public Traffic {
        routes = List.copyOf(routes);
        Rates.parse("requestsPerSecond", requestsPerSecond);
        if (redirectablePercent < 0 || redirectablePercent > 100) {
            throw new IllegalArgumentException("redirectablePercent: " + redirectablePercent + " (expected: 0 to 100)");
        }
        if (routes.size() > 1000) {
            throw new IllegalArgumentException("routes: " + routes.size() + " (expected: <= 1000)");
        }
    }

    /** Returns requests per second of the route of a host. */
    public double rate(String host) {
        for (RouteTraffic each : routes) {
            if (each.fits(host)) {
                return each.rate();
            }
        }
        return Rates.parse("requestsPerSecond", requestsPerSecond);
    }
}
