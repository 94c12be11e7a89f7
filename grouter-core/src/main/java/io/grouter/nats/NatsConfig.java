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
 * @param registrationInterval how often emitters repeat their registrations; the feed is warm after one of these
 * @param pingInterval time between pings; a server that does not answer two of them is taken as lost
 * @param reconnectWait time between two attempts to connect, spread by up to as much again
 */
public record NatsConfig(
        List<String> servers,
        String user,
        String password,
        Duration registrationInterval,
        Duration pingInterval,
        Duration reconnectWait) {
    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public NatsConfig {
        servers = List.copyOf(servers);
        ConfigChecks.notEmpty("servers", servers, "nats://host:port");
        for (String server : servers) {
            if (!server.matches("nats://[^/\\s:@]+:\\d{1,5}|nats://\\[[0-9a-fA-F:.]+]:\\d{1,5}")) {
                throw new IllegalArgumentException("servers: \"" + server + "\" (expected: nats://host:port)");
            }
        }
        ConfigChecks.positive("registrationInterval", registrationInterval);
        ConfigChecks.positive("pingInterval", pingInterval);
        ConfigChecks.positive("reconnectWait", reconnectWait);
    }
}
