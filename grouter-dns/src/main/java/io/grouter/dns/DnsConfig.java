package io.grouter.dns;

import io.grouter.route.ConfigChecks;
import io.grouter.route.HostNames;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * The {@code dns} section of the configuration.
 *
 * @param enabled whether to answer DNS at all
 * @param listen addresses for UDP and TCP; at least one when enabled
 * @param ttl lifetime of an answer in caches, 1 s to 1 day
 * @param nameServers host names of the name servers of the zones, for NS and SOA records; may be empty
 * @param maxTcpConnections most TCP connections at a time; more are closed at once
 */
public record DnsConfig(
        boolean enabled,
        List<InetSocketAddress> listen,
        Duration ttl,
        List<String> nameServers,
        int maxTcpConnections) {
    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public DnsConfig {
        listen = List.copyOf(listen);
        nameServers = List.copyOf(nameServers);
        if (enabled) {
            ConfigChecks.notEmpty("listen", listen, "host:port");
        }
        if (ttl.compareTo(Duration.ofSeconds(1)) < 0 || ttl.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("ttl: " + ttl + " (expected: 1s to 1d)");
        }
        for (String name : nameServers) {
            if (!HostNames.isDomain(name)) {
                throw new IllegalArgumentException("nameServers: \"" + name + "\" (expected: host names)");
            }
        }
        ConfigChecks.atLeast("maxTcpConnections", maxTcpConnections, 1);
    }
}
