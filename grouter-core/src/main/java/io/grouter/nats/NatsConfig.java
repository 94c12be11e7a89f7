package io.grouter.nats;

import io.grouter.route.ConfigChecks;
import java.time.Duration;
import java.util.List;

/**
 * The {@code nats} section of the configuration.
 *
 * @param servers {@code nats://host:port} of the site's NATS servers; at least one
 * @param user user name, or {@code ""} for none
 * @param password password, or {@code ""} for none
 * @param tls the certificates for TLS
 * @param shardingMode {@code all}, {@code segments} or {@code shared-and-segments}, as in GoRouter
 * @param isolationSegments the segments whose routes are taken in, in the modes other than {@code all}
 * @param registrationInterval how often emitters repeat their registrations; the feed is warm after one of these
 * @param pingInterval time between pings; a server that does not answer two of them is taken as lost
 * @param reconnectWait time between two attempts to connect, spread by up to as much again
 * @param maxPendingMessages most messages that may wait to be read; more are dropped and counted
 * @param maxPendingBytes most bytes that may wait to be read; more are dropped and counted
 */
public record NatsConfig(
        List<String> servers,
        String user,
        String password,
        NatsTlsConfig tls,
        String shardingMode,
        List<String> isolationSegments,
        Duration registrationInterval,
        Duration pingInterval,
        Duration reconnectWait,
        int maxPendingMessages,
        int maxPendingBytes) {
    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public NatsConfig {
        servers = List.copyOf(servers);
        isolationSegments = List.copyOf(isolationSegments);
        ConfigChecks.notEmpty("servers", servers, "nats://host:port");
        for (String server : servers) {
            if (!server.matches("nats://[^/\\s:@]+:\\d{1,5}|nats://\\[[0-9a-fA-F:.]+]:\\d{1,5}")) {
                throw new IllegalArgumentException("servers: \"" + server + "\" (expected: nats://host:port)");
            }
        }
        if (user.isEmpty() && !password.isEmpty()) {
            throw new IllegalArgumentException("user: empty (expected: a user name, because there is a password)");
        }
        new Sharding(shardingMode, isolationSegments);
        ConfigChecks.positive("registrationInterval", registrationInterval);
        ConfigChecks.positive("pingInterval", pingInterval);
        ConfigChecks.positive("reconnectWait", reconnectWait);
        ConfigChecks.atLeast("maxPendingMessages", maxPendingMessages, 1);
        ConfigChecks.atLeast("maxPendingBytes", maxPendingBytes, 1);
    }

    /** Returns which isolation segments' routes are taken in. */
    Sharding sharding() {
        return new Sharding(shardingMode, isolationSegments);
    }
}
