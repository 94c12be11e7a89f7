package io.grouter.proxy;

import io.grouter.http.HeadLimits;
import io.grouter.route.ConfigChecks;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * The {@code proxy} section of the configuration.
 *
 * @param listen addresses that take requests in clear; at least one here or in {@code tls}
 * @param sharePorts whether other nodes on this machine may listen on the same ports (SO_REUSEPORT)
 * @param threads event loops; 0 = one per processor
 * @param maxConnections most client connections at a time; more are closed at once and counted
 * @param maxConnectionsPerClient most of one client address (IPv6: of one /64)
 * @param proxyProtocolFrom networks whose connections may begin with the PROXY protocol
 * @param trustedNetworks networks whose X-Forwarded headers are believed
 * @param maxRequestLineBytes longest request line; longer is answered 414
 * @param maxHeaderBytes longest head without the request line; longer is answered 431
 * @param maxHeaders most header lines; more are answered 431
 * @param headTimeout longest time from the first byte of a head to its last, and of a TLS handshake
 * @param bodyTimeout longest wait for more of a body from a client
 * @param idleTimeout longest wait for the next request on a connection
 * @param connectTimeout longest wait for a connection to a GoRouter
 * @param responseTimeout longest wait for a GoRouter to answer, or to go on answering
 * @param queue most requests that wait because every GoRouter has as much to do as it can take
 * @param queueTimeout longest wait of such a request
 * @param retryPercent requests tried again per hundred, besides ten per second and event loop
 * @param upstreamIdleTimeout how long an unused connection to a GoRouter is kept; below GoRouter's 900 s
 * @param upstreamIdleConnections most unused connections kept per GoRouter and event loop
 * @param decisionHeaders whether forwarded answers carry {@code X-Grouter-Site} and {@code X-Grouter-Reason} too
 * @param tls listeners that speak TLS
 * @param http2 limits of HTTP/2
 * @param drain how the proxy ends
 */
public record ProxyConfig(
        List<InetSocketAddress> listen,
        boolean sharePorts,
        int threads,
        int maxConnections,
        int maxConnectionsPerClient,
        List<String> proxyProtocolFrom,
        List<String> trustedNetworks,
        int maxRequestLineBytes,
        int maxHeaderBytes,
        int maxHeaders,
        Duration headTimeout,
        Duration bodyTimeout,
        Duration idleTimeout,
        Duration connectTimeout,
        Duration responseTimeout,
        int queue,
        Duration queueTimeout,
        int retryPercent,
        Duration upstreamIdleTimeout,
        int upstreamIdleConnections,
        boolean decisionHeaders,
        ProxyTlsConfig tls,
        Http2Config http2,
        DrainConfig drain) {
    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public ProxyConfig {
        listen = List.copyOf(listen);
        proxyProtocolFrom = List.copyOf(proxyProtocolFrom);
        trustedNetworks = List.copyOf(trustedNetworks);
        if (tls.listen().isEmpty()) {
            ConfigChecks.notEmpty("listen", listen, "host:port");
        }
        ConfigChecks.atLeast("threads", threads, 0);
        ConfigChecks.atLeast("maxConnections", maxConnections, 1);
        ConfigChecks.atLeast("maxConnectionsPerClient", maxConnectionsPerClient, 1);
        Networks.parse("proxyProtocolFrom", proxyProtocolFrom);
        Networks.parse("trustedNetworks", trustedNetworks);
        ConfigChecks.atLeast("maxRequestLineBytes", maxRequestLineBytes, 256);
        ConfigChecks.atLeast("maxHeaderBytes", maxHeaderBytes, 256);
        ConfigChecks.atLeast("maxHeaders", maxHeaders, 16);
        ConfigChecks.positive("headTimeout", headTimeout);
        ConfigChecks.positive("bodyTimeout", bodyTimeout);
        ConfigChecks.positive("idleTimeout", idleTimeout);
        ConfigChecks.positive("connectTimeout", connectTimeout);
        ConfigChecks.positive("responseTimeout", responseTimeout);
        ConfigChecks.atLeast("queue", queue, 0);
        ConfigChecks.positive("queueTimeout", queueTimeout);
        ConfigChecks.atLeast("retryPercent", retryPercent, 0);
        ConfigChecks.positive("upstreamIdleTimeout", upstreamIdleTimeout);
        ConfigChecks.atLeast("upstreamIdleConnections", upstreamIdleConnections, 0);
    }

    /** Returns how long heads may be. */
    HeadLimits headLimits() {
        return new HeadLimits(maxRequestLineBytes, maxHeaderBytes, maxHeaders);
    }

    /**
     * Limits of HTTP/2 (RFC 9113), per connection.
     *
     * @param maxStreams most requests at a time
     * @param windowBytes bytes of a body that may be under way to here, per request
     * @param maxResetsPer30s most requests a client may give up within 30 s
     * @param maxControlFramesPer10s most SETTINGS, PING, PRIORITY and the like within 10 s
     */
    public record Http2Config(int maxStreams, int windowBytes, int maxResetsPer30s, int maxControlFramesPer10s) {
        /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
        public Http2Config {
            ConfigChecks.atLeast("maxStreams", maxStreams, 1);
            ConfigChecks.atLeast("windowBytes", windowBytes, 65_535);
            ConfigChecks.atLeast("maxResetsPer30s", maxResetsPer30s, 1);
            ConfigChecks.atLeast("maxControlFramesPer10s", maxControlFramesPer10s, 10);
        }
    }

    /**
     * How the proxy ends when it is told to.
     *
     * @param grace how long it still takes connections, while readiness fails and answers end their connections
     * @param timeout how long requests and tunnels may go on after that
     */
    public record DrainConfig(Duration grace, Duration timeout) {
        /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
        public DrainConfig {
            ConfigChecks.notNegative("grace", grace);
            ConfigChecks.notNegative("timeout", timeout);
        }
    }
}
