package io.grouter.proxy;

import io.grouter.route.ConfigChecks;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * The {@code proxy} section of the configuration.
 *
 * @param listen addresses that take requests; at least one
 * @param sharePorts whether other nodes on this machine may listen on the same ports (SO_REUSEPORT)
 * @param threads event loops; 0 = one per processor
 * @param maxConnections most client connections at a time; more are closed at once and counted
 * @param maxRequestLineBytes longest request line; longer is answered 414
 * @param maxHeaderBytes longest head without the request line; longer is answered 431
 * @param idleTimeout longest wait for a complete head, or for more of a body, from a client
 * @param connectTimeout longest wait for a connection to a GoRouter
 * @param responseTimeout longest wait for a GoRouter to answer, or to go on answering
 * @param upstreamIdleTimeout how long an unused connection to a GoRouter is kept; below GoRouter's 900 s
 * @param upstreamIdleConnections most unused connections kept per GoRouter and event loop
 * @param decisionHeaders whether forwarded answers carry {@code X-Grouter-Site} and {@code X-Grouter-Reason} too
 */
public record ProxyConfig(
        List<InetSocketAddress> listen,
        boolean sharePorts,
        int threads,
        int maxConnections,
        int maxRequestLineBytes,
        int maxHeaderBytes,
        Duration idleTimeout,
        Duration connectTimeout,
        Duration responseTimeout,
        Duration upstreamIdleTimeout,
        int upstreamIdleConnections,
        boolean decisionHeaders) {
    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public ProxyConfig {
        listen = List.copyOf(listen);
        ConfigChecks.notEmpty("listen", listen, "host:port");
        ConfigChecks.atLeast("threads", threads, 0);
        ConfigChecks.atLeast("maxConnections", maxConnections, 1);
        ConfigChecks.atLeast("maxRequestLineBytes", maxRequestLineBytes, 256);
        ConfigChecks.atLeast("maxHeaderBytes", maxHeaderBytes, 256);
        ConfigChecks.positive("idleTimeout", idleTimeout);
        ConfigChecks.positive("connectTimeout", connectTimeout);
        ConfigChecks.positive("responseTimeout", responseTimeout);
        ConfigChecks.positive("upstreamIdleTimeout", upstreamIdleTimeout);
        ConfigChecks.atLeast("upstreamIdleConnections", upstreamIdleConnections, 0);
    }
}
