package io.grouter.proxy;

import io.netty.channel.Channel;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How many connections there are, in all and per client address, and their bounds. Safe for all threads. */
final class ClientCounts {
    private static final int IPV6_NETWORK_BYTES = 8;

    private final int mostPerClient;
    private final int most;
    private final ProxyMetrics metrics;
    private final Map<ByteBuffer, Integer> perClient = new ConcurrentHashMap<>();

    ClientCounts(ProxyConfig config, ProxyMetrics metrics) {
        this.most = config.maxConnections();
        this.mostPerClient = config.maxConnectionsPerClient();
        this.metrics = metrics;
    }

    /** Counts a connection in until it is closed; false, after counting, when there are too many. */
    boolean enter(Channel channel) {
        if (metrics.connections.incrementAndGet() > most) {
            metrics.connections.decrementAndGet();
            metrics.connectionsRefused.inc();
            return false;
        }
        channel.closeFuture().addListener(closed -> metrics.connections.decrementAndGet());
        return true;
    }

    /** Counts a connection of a client in until it is closed; false when that client has too many. */
    boolean enter(InetAddress client, Channel channel) {
        byte[] address = client.getAddress();
        // A client has a /64 of IPv6 addresses for itself.
        ByteBuffer key = ByteBuffer.wrap(address.length == 4 ? address : Arrays.copyOf(address, IPV6_NETWORK_BYTES));
        int count = perClient.merge(key, 1, Integer::sum);
        channel.closeFuture()
                .addListener(closed -> perClient.computeIfPresent(key, (same, now) -> now == 1 ? null : now - 1));
        if (count > mostPerClient) {
            metrics.clientConnectionsRefused.inc();
            return false;
        }
        return true;
    }
}
