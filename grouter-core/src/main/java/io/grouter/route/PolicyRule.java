package io.grouter.route;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What operators want for some apps: an item of {@code steering.rules}. Criteria left empty fit everything.
 *
 * @param host a host name, or {@code *.} and a domain for all names below it; {@code ""} = any
 * @param organization name of the organization, by the tag {@code organization_name}; {@code ""} = any
 * @param space name of the space, by the tag {@code space_name}; {@code ""} = any
 * @param app GUID of the app, or its name by the tag {@code app_name}; {@code ""} = any
 * @param redirect how requests get to another site
 * @param regions the only regions where the app may be served; empty = all
 */
public record PolicyRule(
        @ListDefault("") String host,
        @ListDefault("") String organization,
        @ListDefault("") String space,
        @ListDefault("") String app,
        @ListDefault("auto") RedirectMode redirect,
        @ListDefault("") List<String> regions) {
    /** Most regions of one rule, and of one route. */
    public static final int MOST_REGIONS = 16;

    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public PolicyRule {
        host = host.toLowerCase(Locale.ROOT);
        regions = List.copyOf(regions);
        if (!host.isEmpty() && !HostNames.isDomain(host.startsWith("*.") ? host.substring(2) : host)) {
            throw new IllegalArgumentException(
                    "host: \"" + host + "\" (expected: a host name, or *. and a domain for all names below it)");
        }
        if (regions.size() > MOST_REGIONS) {
            throw new IllegalArgumentException(
                    "regions: " + regions.size() + " of them (expected: <= " + MOST_REGIONS + ")");
        }
        regions.forEach(region -> Regions.check("regions", region));
    }

    /** Returns whether the rule looks at the host alone, so that every site can apply it to every request. */
    public boolean byHostAlone() {
        return organization.isEmpty() && space.isEmpty() && app.isEmpty();
    }

    /** Returns whether a host, in any case, fits. No allocation. */
    public boolean fitsHost(String name) {
        if (host.isEmpty()) {
            return true;
        }
        if (!host.startsWith("*.")) {
            return host.equalsIgnoreCase(name);
        }
        int suffix = host.length() - 1;
        return name.length() > suffix && name.regionMatches(true, name.length() - suffix, host, 1, suffix);
    }

    /** Returns whether an app fits by organization, space and app. */
    public boolean fitsApp(
            String id, @Nullable String name, @Nullable String itsSpace, @Nullable String itsOrganization) {
        return (organization.isEmpty() || organization.equals(itsOrganization))
                && (space.isEmpty() || space.equals(itsSpace))
                && (app.isEmpty() || app.equals(id) || app.equals(name));
    }
}
