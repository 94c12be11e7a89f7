package io.grouter.admin;

import io.grouter.route.HostNames;
import io.grouter.route.IpLiterals;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The {@code admin} section of the configuration.
 *
 * @param listen address of the admin API; any but a loopback address needs TLS, and tokens or client certificates
 * @param insecure whether that may be missing, so that whoever reaches the address can do everything
 * @param tls certificate of the admin API, and those of its clients
 * @param tokens who may come with a token; when there are any, or client certificates, nobody comes without
 * @param hosts further names under which clients without TLS may ask for the node
 * @param openMetrics whether {@code /metrics} needs no role
 * @param audit where every change is written down
 * @param limits how much may be asked for at a time
 */
public record AdminConfig(
        InetSocketAddress listen,
        boolean insecure,
        AdminTlsConfig tls,
        List<AdminTokenConfig> tokens,
        List<String> hosts,
        boolean openMetrics,
        AdminAuditConfig audit,
        AdminLimits limits) {
    private static final int MOST_TOKENS = 1000;

    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public AdminConfig {
        tokens = List.copyOf(tokens);
        hosts = hosts.stream().map(host -> host.toLowerCase(Locale.ROOT)).toList();
        for (String host : hosts) {
            if (!HostNames.isDomain(host)) {
                throw new IllegalArgumentException("hosts: \"" + host + "\" (expected: host names without a port)");
            }
        }
        if (tokens.stream().map(AdminTokenConfig::name).distinct().count() < tokens.size()) {
            throw new IllegalArgumentException("tokens: a name is there twice (expected: a name of its own for each)");
        }
        if (tokens.size() > MOST_TOKENS) {
            throw new IllegalArgumentException("tokens: " + tokens.size() + " (expected: at most " + MOST_TOKENS + ")");
        }
        List<String> missing = missing(listen, tls, tokens);
        if (!insecure && !missing.isEmpty()) {
            throw new IllegalArgumentException("listen: \"" + text(listen)
                    + "\" is not a loopback address (expected beside it: " + String.join("; and ", missing)
                    + "; or, where nobody else can reach it, admin.insecure: true)");
        }
    }

    /** Returns the section with defaults in all keys but one. */
    static AdminConfig at(InetSocketAddress listen) {
        return at(listen, AdminLimits.DEFAULTS);
    }

    /** Returns the section with defaults in all keys but two. */
    static AdminConfig at(InetSocketAddress listen, AdminLimits limits) {
        return new AdminConfig(
                listen, false, AdminTlsConfig.NONE, List.of(), List.of(), false, new AdminAuditConfig(""), limits);
    }

    private static List<String> missing(InetSocketAddress listen, AdminTlsConfig tls, List<AdminTokenConfig> tokens) {
        List<String> missing = new ArrayList<>();
        if (IpLiterals.isLoopback(listen.getHostString())) {
            return missing;
        }
        if (!tls.on()) {
            missing.add("admin.tls with certificate and key");
        }
        if (tokens.isEmpty() && tls.clients().isEmpty()) {
            missing.add("admin.tokens, as grouter token --name NAME --role operate prints them, "
                    + "or admin.tls.clientCa with admin.tls.clients");
        }
        return missing;
    }

    /** Returns an address as the configuration writes it. */
    static String text(InetSocketAddress address) {
        String host = address.getHostString();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }

    /** Returns whether whoever can reach the address may do everything. */
    boolean open() {
        return tokens.isEmpty() && tls.clients().isEmpty();
    }

    /** Returns whether the address can be reached from this machine alone. */
    boolean loopback() {
        return IpLiterals.isLoopback(listen.getHostString());
    }

    /** Returns whether another one differs at most in who may come and under which names. */
    public boolean sameButForAccess(AdminConfig other) {
        return listen.equals(other.listen)
                && insecure == other.insecure
                && tls.sameFiles(other.tls)
                && audit.equals(other.audit)
                && limits.equals(other.limits);
    }
}
