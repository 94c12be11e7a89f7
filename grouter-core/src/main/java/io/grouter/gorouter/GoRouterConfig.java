package io.grouter.gorouter;

import io.grouter.route.ConfigChecks;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * The {@code goRouters} section of the configuration.
 *
 * @param members the site's GoRouters; at least one
 * @param probeInterval time between two health probes of one GoRouter
 * @param probeTimeout longest wait for the answer of a probe
 * @param probeSlow a probe that takes longer shows that the GoRouter has too much to do
 * @param failurePause how long a GoRouter that refused a connection is passed over
 * @param slowStart time in which a GoRouter that is back gets its share of requests again
 * @param inFlightLeast requests that a GoRouter is given at a time at least, however slow it seems
 * @param inFlightMost requests that a GoRouter is given at a time at most
 * @param proxyProtocol whether each connection begins with a PROXY protocol v1 line; then none is kept for another client
 * @param tls TLS to the GoRouters
 */
public record GoRouterConfig(
        List<Member> members,
        Duration probeInterval,
        Duration probeTimeout,
        Duration probeSlow,
        Duration failurePause,
        Duration slowStart,
        int inFlightLeast,
        int inFlightMost,
        boolean proxyProtocol,
        GoRouterTlsConfig tls) {
    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public GoRouterConfig {
        members = List.copyOf(members);
        ConfigChecks.notEmpty("members", members, "GoRouter");
        ConfigChecks.positive("probeInterval", probeInterval);
        ConfigChecks.positive("probeTimeout", probeTimeout);
        ConfigChecks.positive("probeSlow", probeSlow);
        ConfigChecks.positive("failurePause", failurePause);
        ConfigChecks.notNegative("slowStart", slowStart);
        ConfigChecks.atLeast("inFlightLeast", inFlightLeast, 1);
        ConfigChecks.atLeast("inFlightMost", inFlightMost, inFlightLeast);
    }

    /**
     * One GoRouter.
     *
     * @param address where it takes requests
     * @param status where it answers {@code /health}
     */
    public record Member(InetSocketAddress address, InetSocketAddress status) {}
}
