package io.grouter.sim.virtual;

import io.grouter.gossip.GossipConfig;
import io.grouter.link.LinkTlsConfig;
import io.grouter.rib.GuardConfig;
import io.grouter.rib.RibConfig;
import io.grouter.route.RedirectMode;
import io.grouter.steering.SteeringConfig;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/** How the nodes of a virtual world are configured: as shipped, but that what takes minutes takes seconds. */
final class Settings {
    /** Time between two registrations of an endpoint. */
    static final Duration REGISTRATION = Duration.ofSeconds(5);
    /** Most bytes a second to one node of another site. */
    static final int BYTES_PER_SECOND = 200_000;
    /** Most bytes under way to one node. */
    static final int WINDOW = 128 << 10;
    /** How long a guard holds withdrawals back. */
    static final Duration GUARD_HOLD = Duration.ofSeconds(15);

    static final RibConfig RIB = new RibConfig(
            Duration.ofSeconds(20),
            Duration.ofSeconds(6),
            new GuardConfig(30, 10, Duration.ofSeconds(10), GUARD_HOLD),
            10_000,
            1_000,
            1_000,
            10_000,
            10_000,
            100);

    static final SteeringConfig STEERING = new SteeringConfig(
            RedirectMode.AUTO, List.of(), true, true, 65_536, 1 << 26, new SteeringConfig.SpillConfig(false, 10, 25));

    static final GossipConfig GOSSIP = gossip();

    private Settings() {}

    private static GossipConfig gossip() {
        InetSocketAddress none = InetSocketAddress.createUnresolved("127.0.0.1", 1);
        return new GossipConfig(
                true,
                none,
                List.of(),
                none,
                List.of(),
                List.of(),
                true,
                "",
                List.of(),
                LinkTlsConfig.OFF,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(3),
                Duration.ofSeconds(10),
                Duration.ofSeconds(40),
                Duration.ofSeconds(30),
                Duration.ofSeconds(1),
                300,
                8,
                BYTES_PER_SECOND,
                10_000,
                WINDOW,
                "");
    }
}
