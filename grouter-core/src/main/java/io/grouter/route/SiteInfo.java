package io.grouter.route;

import java.util.List;

/**
 * What a site says of itself with every heartbeat: how it is reached and whether it can take requests.
 *
 * @param region label that several sites may share, or {@code ""}
 * @param aliases the names under which this site alone is reached
 * @param httpPort port of the aliases for {@code http}; 0 = not served
 * @param httpsPort port of the aliases for {@code https}; 0 = not served
 * @param entries IPv4 and IPv6 addresses where requests enter the site, for DNS answers
 * @param healthyGoRouters number of GoRouters that can take requests, at least 0
 * @param draining whether the site asks to be left alone
 */
public record SiteInfo(
        String region,
        List<Alias> aliases,
        int httpPort,
        int httpsPort,
        List<String> entries,
        int healthyGoRouters,
        boolean draining) {
    /** Most aliases, and most entries, that a site may have. */
    public static final int MOST_ADDRESSES = 64;

    /** Copies the lists. */
    public SiteInfo {
        aliases = List.copyOf(aliases);
        entries = List.copyOf(entries);
    }

    /** Returns whether the site can take requests: at least one healthy GoRouter and not draining. */
    public boolean fit() {
        return healthyGoRouters > 0 && !draining;
    }

    /** Returns the port of the aliases for a scheme; 0 = the site does not serve it. */
    public int port(boolean https) {
        return https ? httpsPort : httpPort;
    }

    /** Returns a copy with other health figures. */
    public SiteInfo withHealth(int healthy, boolean nowDraining) {
        return new SiteInfo(region, aliases, httpPort, httpsPort, entries, healthy, nowDraining);
    }
}
