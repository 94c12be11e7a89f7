package io.grouter.testing;

import io.grouter.proxy.ProxyConfig;
import io.grouter.proxy.ProxyTlsConfig;
import io.grouter.proxy.ProxyTlsConfig.ClientCertificates;
import io.grouter.proxy.XfccMode;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A configuration of the proxy for tests: one event loop, loopback, short times; change what matters. */
public final class ProxySettings {
    /** As in the configuration. */
    public List<InetSocketAddress> listen = List.of(InetSocketAddress.createUnresolved("127.0.0.1", 0));

    /** As in the configuration. */
    public int maxConnections = 100;

    /** As in the configuration. */
    public int maxConnectionsPerClient = 100;

    /** As in the configuration. */
    public List<String> proxyProtocolFrom = List.of();

    /** As in the configuration. */
    public List<String> trustedNetworks = List.of("0.0.0.0/0", "::/0");

    /** As in the configuration. */
    public Duration headTimeout = Duration.ofSeconds(10);

    /** As in the configuration. */
    public Duration bodyTimeout = Duration.ofSeconds(10);

    /** As in the configuration. */
    public Duration idleTimeout = Duration.ofSeconds(10);

    /** As in the configuration. */
    public Duration responseTimeout = Duration.ofSeconds(10);

    /** As in the configuration. */
    public int queue = 10;

    /** As in the configuration. */
    public Duration queueTimeout = Duration.ofSeconds(5);

    /** As in the configuration. */
    public int retryPercent = 20;

    /** As in the configuration. */
    public Duration upstreamIdleTimeout = Duration.ofSeconds(30);

    /** As in the configuration. */
    public ProxyTlsConfig tls = ProxyTlsConfig.OFF;

    /** As in the configuration. */
    public ProxyConfig.Http2Config http2 = new ProxyConfig.Http2Config(100, 65_535, 100, 200);

    /** As in the configuration. */
    public ProxyConfig.DrainConfig drain = new ProxyConfig.DrainConfig(Duration.ZERO, Duration.ofSeconds(5));

    /** Returns a listener for HTTPS on a free port, over HTTP/2 too, with the certificates of a folder. */
    public static ProxyTlsConfig https(Path folder) {
        return new ProxyTlsConfig(
                List.of(InetSocketAddress.createUnresolved("127.0.0.1", 0)),
                folder.toString(),
                "",
                true,
                true,
                ClientCertificates.NONE,
                "",
                XfccMode.ALWAYS_FORWARD);
    }

    /** Sets all times a client or a GoRouter is waited for. */
    public ProxySettings timeouts(Duration timeout) {
        headTimeout = timeout;
        bodyTimeout = timeout;
        idleTimeout = timeout;
        responseTimeout = timeout;
        return this;
    }

    /** Returns the configuration. */
    public ProxyConfig build() {
        return new ProxyConfig(
                listen,
                false,
                1,
                maxConnections,
                maxConnectionsPerClient,
                proxyProtocolFrom,
                trustedNetworks,
                4096,
                8192,
                64,
                headTimeout,
                bodyTimeout,
                idleTimeout,
                Duration.ofSeconds(1),
                responseTimeout,
                queue,
                queueTimeout,
                retryPercent,
                upstreamIdleTimeout,
                10,
                true,
                tls,
                http2,
                drain);
    }
}
