package io.grouter.admin;

import java.net.InetSocketAddress;

/**
 * The {@code admin} section of the configuration.
 *
 * @param listen address of the admin API; loopback unless you know who can reach it, because it asks for no password
 * @param limits how much may be asked for at a time
 */
public record AdminConfig(InetSocketAddress listen, AdminLimits limits) {
    /** Makes the section of a node with the default limits. */
    public AdminConfig(InetSocketAddress listen) {
        this(listen, AdminLimits.DEFAULTS);
    }
}
