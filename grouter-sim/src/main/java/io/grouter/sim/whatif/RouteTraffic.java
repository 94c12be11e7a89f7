package io.grouter.sim.whatif;

import io.grouter.route.PolicyRule;
import io.grouter.route.RedirectMode;
import java.util.List;

/**
 * How much some routes are asked for.
 *
 * @param host a host name, or {@code *.} and a domain for all names below it
 * @param requestsPerSecond requests per second of each of these routes, in all sites together
 */
public record RouteTraffic(String host, String requestsPerSecond) {
    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public RouteTraffic {
        if (host.isEmpty()) {
            throw new IllegalArgumentException("host: is empty (expected: a host name, or *. and a domain)");
        }
        pattern(host);
        Rates.parse("requestsPerSecond", requestsPerSecond);
    }

    /** Returns whether a host is meant. */
    public boolean fits(String name) {
        return pattern(host).fitsHost(name);
    }

    /** Returns requests per second of each route. */
    public double rate() {
        return Rates.parse("requestsPerSecond", requestsPerSecond);
    }

    /** Patterns are those of steering rules. */
    private static PolicyRule pattern(String host) {
        return new PolicyRule(host, "", "", "", RedirectMode.AUTO, List.of());
    }
}
