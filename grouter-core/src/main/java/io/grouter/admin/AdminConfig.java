package io.grouter.admin;

import java.net.InetSocketAddress;

/**
 * The {@code admin} section of the configuration.
 *
 * @param listen address of the admin API; loopback unless you know who can reach it, because it asks for no password
 */
public record AdminConfig(InetSocketAddress listen) {}
