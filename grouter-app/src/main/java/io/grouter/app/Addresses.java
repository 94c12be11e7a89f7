package io.grouter.app;

import io.grouter.route.HostNames;
import io.grouter.route.IpLiterals;
import java.net.InetSocketAddress;
import java.util.Locale;

/** Addresses as {@code host:port} or {@code [ipv6]:port}. */
public final class Addresses {
    private Addresses() {}

    /** Returns the address, its host not looked up; throws {@link IllegalArgumentException} for any other text. */
    public static InetSocketAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException("no port");
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
            if (host.indexOf(':') < 0 || !IpLiterals.isIpLiteral(host)) {
                throw new IllegalArgumentException("no IPv6 address in the brackets");
            }
        } else if (!IpLiterals.isIpv4(host) && !HostNames.isDomain(host.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("neither a host name nor an address");
        }
        int port = Integer.parseInt(text.substring(colon + 1));
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("a port goes from 0 to 65535");
        }
        return InetSocketAddress.createUnresolved(host, port);
    }

    /** Returns an address as {@link #parse} reads it. */
    static String text(InetSocketAddress address) {
        String host = address.getHostString();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
