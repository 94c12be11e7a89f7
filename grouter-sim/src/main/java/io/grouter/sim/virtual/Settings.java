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

/**
 * How the nodes on a stage are configured.
 *
 * @param rib tables
 * @param gossip replication; addresses mean nothing
 * @param steering rules
 * @param registration time between two registrations of an endpoint
 * @param tickNanos how often a node looks after itself
 */
record Settings(RibConfig rib, GossipConfig gossip, SteeringConfig steering, Duration registration, long tickNanos) {
    /** Most bytes a second to one node of another site, in {@link #QUICK}. */
    static final int BYTES_PER_SECOND = 200_000;
    /** Most bytes under way to one node, in {@link #QUICK}. */
    static final int WINDOW = 128 << 10;

    /** As shipped, but that what takes minutes takes seconds, and what is large is small. */
    static final Settings QUICK = new Settings(
            new RibConfig(
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(6),
                    new GuardConfig(30, 10, Duration.ofSeconds(10), Duration.ofSeconds(15)),
                    10_000,
                    1_000,
                    1_000,
                    10_000,
                    10_000,
                    100),
            gossip(Duration.ofSeconds(10), Duration.ofSeconds(40), 8, BYTES_PER_SECOND, 10_000, WINDOW),
            usualRules(),
            Duration.ofSeconds(5),
            100_000_000);

    /**
     * As shipped, for as many sites as wanted. Registrations are rare, because they cost the study more than Grouter:
     * an endpoint that is heard again changes nothing.
     */
    static Settings asShipped(int routes) {
        return new Settings(
                new RibConfig(
                        Duration.ofHours(6),
                        Duration.ofSeconds(30),
                        new GuardConfig(30, 50, Duration.ofSeconds(20), Duration.ofMinutes(10)),
                        Math.max(10_000, 2 * routes),
                        100_000,
                        1_000,
                        Math.max(10_000, 2 * routes),
                        131_072,
                        100),
                gossip(Duration.ofSeconds(30), Duration.ofHours(12), 4, 10_000_000, 500_000, 208 << 10),
                usualRules(),
                Duration.ofSeconds(20),
                100_000_000);
    }

    private static SteeringConfig usualRules() {
        return new SteeringConfig(
                RedirectMode.AUTO,
                List.of(),
                true,
                true,
                65_536,
                1 << 26,
                new SteeringConfig.SpillConfig(false, 10, 25));
    }

    private static GossipConfig gossip(
            Duration staleAfter, Duration goneAfter, int transfers, int bytesPerSecond, int changes, int window) {
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
                staleAfter,
                goneAfter,
                Duration.ofSeconds(60),
                Duration.ofSeconds(1),
                1_000,
                transfers,
                bytesPerSecond,
                changes,
                window,
                "");
    }
}
