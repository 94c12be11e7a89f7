package io.grouter.route;

import java.util.List;

/**
 * What a site says of itself with every heartbeat: how it is reached and whether it can take requests.
 *
 * @param region label that several sites may share, or {@code ""}
 * @param aliases the names under which this site alone is reached
 * @param httpPort port of the aliases for {@code http}; 0 = not served
 * @param httpsPort port of the aliases for {@code https}; 0 = not served
 * @param certificateNames names, or {@code *.} and a domain, for which the site can show a certificate
 * @param entries IPv4 and IPv6 addresses where requests enter the site, for DNS answers
 * @param relays where the site takes requests from other sites: {@code address:port} with an IPv4 address or an IPv6
 *     address in brackets
 * @param health how well it can take requests
 */
public record SiteInfo(
        String region,
        List<Alias> aliases,
        int httpPort,
        int httpsPort,
        List<String> certificateNames,
        List<String> entries,
        List<String> relays,
        SiteHealth health) {
    /** Most aliases, most entries and most relays that a site may have. */
    public static final int MOST_ADDRESSES = 64;

    /** Most names of certificates that a site tells of. */
    public static final int MOST_CERTIFICATE_NAMES = 256;

    /** Copies the lists. */
    public SiteInfo {
        aliases = List.copyOf(aliases);
        certificateNames = List.copyOf(certificateNames);
        entries = List.copyOf(entries);
        relays = List.copyOf(relays);
    }

    /** Returns whether the site can take requests, by its own word. */
    public boolean fit() {
        return health.fit();
    }

    /** Returns whether the site can show a certificate for a name; {@code *.} stands for one label. */
    public boolean canShow(String host) {
        for (int i = 0; i < certificateNames.size(); i++) {
            String name = certificateNames.get(i);
            if (name.startsWith("*.")) {
                int suffix = name.length() - 1;
                int label = host.length() - suffix;
                if (label > 0 && host.indexOf('.') == label && host.regionMatches(true, label, name, 1, suffix)) {
                    return true;
                }
            } else if (name.equalsIgnoreCase(host)) {
                return true;
            }
        }
        return false;
    }

    /** Returns a copy with another health. */
    public SiteInfo withHealth(SiteHealth now) {
        return new SiteInfo(region, aliases, httpPort, httpsPort, certificateNames, entries, relays, now);
    }

    /** Returns the port of the aliases for a scheme; 0 = the site does not serve it. */
    public int port(boolean https) {
        return https ? httpsPort : httpPort;
    }
}
