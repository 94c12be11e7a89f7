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
 * @param failurePause how long a GoRouter that refused a connection is passed over
 */
public record GoRouterConfig(
        List<Member> members, Duration probeInterval, Duration probeTimeout, Duration failurePause) {
    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public GoRouterConfig {
        members = List.copyOf(members);
        ConfigChecks.notEmpty("members", members, "GoRouter");
        ConfigChecks.positive("probeInterval", probeInterval);
        ConfigChecks.positive("probeTimeout", probeTimeout);
        ConfigChecks.positive("failurePause", failurePause);
    }

    /**
     * One GoRouter.
     *
     * @param address where it takes requests
     * @param status where it answers {@code /health}
     */
    public record Member(InetSocketAddress address, InetSocketAddress status) {}
}
