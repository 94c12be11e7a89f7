package io.grouter.route;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The {@code site} section of the configuration: who this site is and how others reach it.
 *
 * @param name the site's name; the same on all its nodes
 * @param region label that several sites may share, or {@code ""}
 * @param aliases names under which this site alone is reached; empty = others cannot redirect here
 * @param httpPort port of the aliases for {@code http}, 0 to 65535; 0 = not served
 * @param httpsPort port of the aliases for {@code https}, 0 to 65535; 0 = not served
 * @param entries IPv4 or IPv6 addresses where requests enter the site
 */
public record SiteConfig(
        SiteId name, String region, List<Alias> aliases, int httpPort, int httpsPort, List<String> entries) {
    /** Checks ports and addresses; throws {@link IllegalArgumentException} naming the key. */
    public SiteConfig {
        aliases = List.copyOf(aliases);
        entries = List.copyOf(entries);
        if (!region.isEmpty()) {
            Regions.check("region", region);
        }
        checkPort("httpPort", httpPort);
        checkPort("httpsPort", httpsPort);
        atMost("aliases", aliases.size());
        atMost("entries", entries.size());
        Set<String> appDomains = new HashSet<>();
        for (Alias alias : aliases) {
            if (!appDomains.add(alias.appDomain())) {
                throw new IllegalArgumentException("aliases: appDomain \"" + alias.appDomain()
                        + "\" is there twice (expected: one alias domain per app domain)");
            }
        }
        for (String entry : entries) {
            if (!IpLiterals.isIpLiteral(entry)) {
                throw new IllegalArgumentException(
                        "entries: \"" + entry + "\" (expected: IPv4 or IPv6 addresses without port)");
            }
        }
    }

    /** Other sites take no more: it travels with every heartbeat. */
    private static void atMost(String key, int count) {
        if (count > SiteInfo.MOST_ADDRESSES) {
            throw new IllegalArgumentException(
                    key + ": " + count + " of them (expected: <= " + SiteInfo.MOST_ADDRESSES + ")");
        }
    }

    private static void checkPort(String key, int port) {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException(key + ": " + port + " (expected: 0 to 65535)");
        }
    }

    /**
     * Returns what this site announces of itself.
     *
     * @param certificateNames names for which this node can show a certificate, of which those of aliases matter; null =
     *     it takes no TLS itself, so what stands before it is believed to have one for each alias domain
     * @param relays where it takes requests from other sites
     */
    public SiteInfo info(@Nullable Collection<String> certificateNames, List<String> relays, SiteHealth health) {
        Collection<String> names = certificateNames != null
                ? certificateNames
                : httpsPort == 0
                        ? List.of()
                        : aliases.stream()
                                .map(alias -> "*." + alias.aliasDomain())
                                .toList();
        List<String> most = names.stream()
                .filter(name -> aliases.stream().anyMatch(alias -> HostNames.isUnder(name, alias.aliasDomain())))
                .limit(SiteInfo.MOST_CERTIFICATE_NAMES)
                .toList();
        return new SiteInfo(region, aliases, httpPort, httpsPort, most, entries, relays, health);
    }
}
