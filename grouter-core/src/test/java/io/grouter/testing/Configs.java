package io.grouter.testing;

import io.grouter.gorouter.GoRouterConfig;
import io.grouter.gorouter.GoRouterTlsConfig;
import io.grouter.nats.NatsConfig;
import io.grouter.nats.NatsTlsConfig;
import io.grouter.rib.GuardConfig;
import io.grouter.rib.RibConfig;
import io.grouter.route.PolicyRule;
import io.grouter.route.RedirectMode;
import io.grouter.steering.SteeringConfig;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Configurations for tests: as shipped, but for what a test is about. */
public final class Configs {
    /** The guard as shipped. */
    public static final GuardConfig GUARD = new GuardConfig(30, 50, Duration.ofSeconds(20), Duration.ofMinutes(10));

    private Configs() {}

    /** Returns the rules as they are by default. */
    public static SteeringConfig steering() {
        return steering(RedirectMode.AUTO, List.of());
    }

    /** Returns the rules with exceptions. */
    public static SteeringConfig steering(RedirectMode redirect, List<PolicyRule> rules) {
        return new SteeringConfig(
                redirect, rules, true, true, 65_536, 1 << 26, new SteeringConfig.SpillConfig(true, 10, 25));
    }

    /** Returns tables of the usual size. */
    public static RibConfig rib() {
        return rib(1_500_000, 10_000, 1_500_000);
    }

    /** Returns tables with these bounds. */
    public static RibConfig rib(int maxLocalRoutes, int maxEndpointsPerRoute, int maxRoutesPerSite) {
        return new RibConfig(
                Duration.ofSeconds(120),
                Duration.ofSeconds(30),
                GUARD,
                maxLocalRoutes,
                100_000,
                maxEndpointsPerRoute,
                maxRoutesPerSite,
                131_072,
                10_000);
    }

    /** Returns a feed that warms up and notices a dead server within a second or two. */
    public static NatsConfig nats(List<String> servers) {
        return nats(servers, "", "", NatsTlsConfig.OFF);
    }

    /** Returns such a feed with credentials. */
    public static NatsConfig nats(List<String> servers, String user, String password, NatsTlsConfig tls) {
        return new NatsConfig(
                servers,
                user,
                password,
                tls,
                "all",
                List.of(),
                Duration.ofMillis(500),
                Duration.ofSeconds(1),
                Duration.ofMillis(100),
                131_072,
                128 << 20);
    }

    /** Returns GoRouters at ports of the loopback address, with short times; each also answers probes there. */
    public static GoRouterConfig goRouters(int... ports) {
        List<GoRouterConfig.Member> members = new ArrayList<>();
        for (int port : ports) {
            InetSocketAddress address = InetSocketAddress.createUnresolved("127.0.0.1", port);
            members.add(new GoRouterConfig.Member(address, address));
        }
        return goRouters(members, 1000, GoRouterTlsConfig.OFF);
    }

    /** Returns GoRouters with short times, a limit of requests at a time, and perhaps TLS. */
    public static GoRouterConfig goRouters(
            List<GoRouterConfig.Member> members, int inFlightMost, GoRouterTlsConfig tls) {
        return new GoRouterConfig(
                members,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofMillis(500),
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                1,
                inFlightMost,
                false,
                tls);
    }
}
