package io.grouter.route;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A pair of domains: names under the app domain are served by every site, the same names under the alias domain by one
 * site alone. With {@code apps.example.com} and {@code dc2.apps.example.com}, {@code shop.apps.example.com} has the
 * alias {@code shop.dc2.apps.example.com}.
 *
 * @param appDomain the domain that all sites share, lower case, no leading or trailing dot
 * @param aliasDomain the domain of one site, lower case, no leading or trailing dot
 */
public record Alias(String appDomain, String aliasDomain) {
    /** Normalises both to lower case; throws {@link IllegalArgumentException} when one is not a domain name. */
    public Alias {
        appDomain = domain("appDomain", appDomain);
        aliasDomain = domain("aliasDomain", aliasDomain);
        if (appDomain.equals(aliasDomain)) {
            throw new IllegalArgumentException("alias: aliasDomain equals appDomain \"" + appDomain
                    + "\" (expected: a domain that only this site serves)");
        }
    }

    private static String domain(String what, String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (!HostNames.isDomain(lower)) {
            throw new IllegalArgumentException(
                    what + ": \"" + name + "\" (expected: a domain name such as apps.example.com)");
        }
        return lower;
    }

    /**
     * Returns the alias of a name under the app domain, or null when the name is not under it, is already under the
     * alias domain, or is no proper host name (then no name can safely be built from it).
     */
    public @Nullable String toAlias(String host) {
        if (HostNames.isUnder(host, aliasDomain)) {
            return null;
        }
        return move(host, appDomain, aliasDomain);
    }

    /** Returns the app-domain name of an alias, or null when the name is not under the alias domain. */
    public @Nullable String toGlobal(String host) {
        return move(host, aliasDomain, appDomain);
    }

    private static @Nullable String move(String host, String from, String to) {
        if (!HostNames.isUnder(host, from)) {
            return null;
        }
        int kept = host.length() - from.length();
        if (kept + to.length() > HostNames.MAX_LENGTH || !HostNames.isSafePrefix(host, kept)) {
            return null;
        }
        return host.substring(0, kept).concat(to).toLowerCase(Locale.ROOT);
    }
}
