package io.grouter.proxy;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** A set of IP networks in CIDR notation. Immutable. */
final class Networks {
    private final List<Network> networks;

    private record Network(byte[] prefix, int bits) {
        boolean has(byte[] address) {
            if (address.length != prefix.length) {
                return false;
            }
            int whole = bits / 8;
            for (int i = 0; i < whole; i++) {
                if (address[i] != prefix[i]) {
                    return false;
                }
            }
            int rest = bits % 8;
            return rest == 0 || ((address[whole] ^ prefix[whole]) & 0xFF) >>> (8 - rest) == 0;
        }
    }

    private Networks(List<Network> networks) {
        this.networks = networks;
    }

    /**
     * Reads networks.
     *
     * @param key name in the configuration, for {@link IllegalArgumentException}
     * @param texts addresses, or networks such as {@code 10.0.0.0/8} and {@code fd00::/8}
     */
    static Networks parse(String key, List<String> texts) {
        List<Network> networks = new ArrayList<>();
        for (String text : texts) {
            int slash = text.indexOf('/');
            byte[] address = NetUtil.createByteArrayFromIpAddressString(slash < 0 ? text : text.substring(0, slash));
            int bits = address == null ? -1 : slash < 0 ? address.length * 8 : bits(text.substring(slash + 1));
            if (address == null || bits < 0 || bits > address.length * 8) {
                throw new IllegalArgumentException(
                        key + ": \"" + text + "\" (expected: a network such as 10.0.0.0/8 or fd00::/8)");
            }
            networks.add(new Network(address, bits));
        }
        return new Networks(List.copyOf(networks));
    }

    private static int bits(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** Returns whether an address is in one of them. An IPv4 address written as IPv6 counts as IPv4. */
    boolean has(InetAddress address) {
        byte[] bytes = address.getAddress();
        for (Network network : networks) {
            if (network.has(bytes)) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether an address given as text is in one of them. */
    boolean has(String address) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
        try {
            return bytes != null && has(InetAddress.getByAddress(bytes));
        } catch (UnknownHostException e) {
            return false; // not with 4 or 16 bytes
        }
    }
}
