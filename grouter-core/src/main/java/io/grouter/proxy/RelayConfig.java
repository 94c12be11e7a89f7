package io.grouter.proxy;

import io.grouter.route.ConfigChecks;
import io.grouter.route.IpLiterals;
import io.grouter.route.SiteInfo;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * The {@code relay} section of the configuration: requests from one site's Grouter to another's.
 *
 * @param listen addresses that take requests of other sites; empty = none are taken
 * @param advertised addresses under which other sites reach this site's nodes; empty = {@code listen}, where that is one
 *     address
 * @param tls certificates; without them nothing is relayed
 * @param connectTimeout longest wait for a connection to another site, and once more for TLS
 * @param pingInterval time between two checks of a connection; one that says nothing for as long is given up
 * @param connections most connections per address of another site and event loop
 * @param maxRequests most requests that are relayed to one site at a time
 * @param maxBlocked most bodies of other sites that wait for slow clients or apps at a time, up to 1 MiB of each; more
 *     are broken off and counted; 0 = half as many as fit into memory
 * @param maxIncoming most connections of other sites at a time; more are closed at once and counted
 */
public record RelayConfig(
        List<InetSocketAddress> listen,
        List<InetSocketAddress> advertised,
        FilesConfig tls,
        Duration connectTimeout,
        Duration pingInterval,
        int connections,
        int maxRequests,
        int maxBlocked,
        int maxIncoming) {
    /** No relays. */
    public static final RelayConfig OFF = new RelayConfig(
            List.of(),
            List.of(),
            new FilesConfig("", "", ""),
            Duration.ofSeconds(2),
            Duration.ofSeconds(2),
            4,
            10_000,
            0,
            1_000);

    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public RelayConfig {
        listen = List.copyOf(listen);
        advertised = List.copyOf(advertised);
        if (!listen.isEmpty() && !tls.given()) {
            throw new IllegalArgumentException(
                    "tls: missing (expected: ca, certificate and key, as there is a listen)");
        }
        for (InetSocketAddress address : advertised) {
            if (!IpLiterals.isIpLiteral(address.getHostString()) || address.getPort() == 0) {
                throw new IllegalArgumentException("advertised: \"" + text(address)
                        + "\" (expected: an IPv4 address or an IPv6 address in brackets, and a port)");
            }
        }
        if (advertised.size() > SiteInfo.MOST_ADDRESSES) {
            throw new IllegalArgumentException(
                    "advertised: " + advertised.size() + " of them (expected: <= " + SiteInfo.MOST_ADDRESSES + ")");
        }
        ConfigChecks.positive("connectTimeout", connectTimeout);
        ConfigChecks.positive("pingInterval", pingInterval);
        ConfigChecks.atLeast("connections", connections, 1);
        ConfigChecks.atLeast("maxRequests", maxRequests, 1);
        ConfigChecks.atLeast("maxBlocked", maxBlocked, 0);
        ConfigChecks.atLeast("maxIncoming", maxIncoming, 1);
    }

    /** Returns how many bodies of other sites may wait at a time. */
    int mostBlocked() {
        long fitting = Runtime.getRuntime().maxMemory() / Http2Windows.STREAM_BYTES;
        return maxBlocked > 0 ? maxBlocked : (int) Math.max(16, Math.min(fitting / 2, Integer.MAX_VALUE));
    }

    /**
     * Returns what other sites are told.
     *
     * @param bound the addresses listened on, with the ports the system chose
     */
    List<String> announced(List<InetSocketAddress> bound) {
        if (!advertised.isEmpty()) {
            return advertised.stream().map(RelayConfig::text).toList();
        }
        return bound.stream()
                .filter(address -> !address.getAddress().isAnyLocalAddress())
                .map(address -> text(
                        InetSocketAddress.createUnresolved(address.getAddress().getHostAddress(), address.getPort())))
                .limit(SiteInfo.MOST_ADDRESSES)
                .toList();
    }

    /** Returns an address as other sites read it. */
    static String text(InetSocketAddress address) {
        String host = address.getHostString();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /**
     * The {@code relay.tls} section of the configuration: mutual TLS 1.3 between sites.
     *
     * @param ca file with the CAs of all nodes' certificates
     * @param certificate file with this node's certificate, which names its site, and those that lead to its CA
     * @param key file with its private key
     */
    public record FilesConfig(String ca, String certificate, String key) {
        /** Checks the values; throws {@link IllegalArgumentException} naming the keys. */
        public FilesConfig {
            if (ca.isEmpty() != certificate.isEmpty() || ca.isEmpty() != key.isEmpty()) {
                throw new IllegalArgumentException(
                        "ca, certificate and key: not all of them are given (expected: all or none)");
            }
        }

        /** Returns whether there are files. */
        public boolean given() {
            return !ca.isEmpty();
        }
    }
}
