package io.grouter.steering;

import io.grouter.fib.Fib;
import io.grouter.fib.SiteView;
import io.grouter.route.Alias;
import io.grouter.route.HostNames;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Names under which one site alone is reached. Immutable. */
final class Aliases {
    private final SiteId ownSite;
    private final List<Alias> own;

    Aliases(SiteId ownSite, List<Alias> own) {
        this.ownSite = ownSite;
        this.own = own;
    }

    /** Returns the app-domain name of an alias of this site, or null when the name is none. */
    @Nullable
    String ownName(String host) {
        for (int i = 0; i < own.size(); i++) {
            String name = own.get(i).toGlobal(host);
            if (name != null) {
                return name;
            }
        }
        return null;
    }

    /** Returns the app-domain name of another site's alias, or null when the name is none. */
    @Nullable
    String foreignName(Fib fib, String host) {
        List<SiteView> sites = fib.sites();
        for (int i = 0; i < sites.size(); i++) {
            SiteInfo info = sites.get(i).info();
            List<Alias> aliases = info == null ? List.of() : info.aliases();
            for (int j = 0; j < aliases.size(); j++) {
                Alias alias = aliases.get(j);
                String name = alias.toGlobal(host);
                if (name != null && isBelievable(alias)) {
                    return name;
                }
            }
        }
        return null;
    }

    /** Returns the site whose alias the name is, this one included, or null when it is none. */
    @Nullable
    SiteId siteOf(Fib fib, String host) {
        if (isUnder(own, host)) {
            return ownSite;
        }
        for (SiteView view : fib.sites()) {
            SiteInfo info = view.info();
            if (info != null && isUnderForeign(info.aliases(), host)) {
                return view.site();
            }
        }
        return null;
    }

    private static boolean isUnder(List<Alias> aliases, String host) {
        for (int i = 0; i < aliases.size(); i++) {
            if (HostNames.isUnder(host, aliases.get(i).aliasDomain())) {
                return true;
            }
        }
        return false;
    }

    private boolean isUnderForeign(List<Alias> aliases, String host) {
        for (int i = 0; i < aliases.size(); i++) {
            if (HostNames.isUnder(host, aliases.get(i).aliasDomain()) && isBelievable(aliases.get(i))) {
                return true;
            }
        }
        return false;
    }

    /** Another site cannot claim a domain that holds one of this site's app domains as its own alias domain. */
    private boolean isBelievable(Alias foreign) {
        for (int i = 0; i < own.size(); i++) {
            if (HostNames.isUnder(own.get(i).appDomain(), foreign.aliasDomain())) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns host and, where it is not the scheme's default, port where another site serves a name alone; null =
     * nowhere. A site that claims an alias of this one has none: its clients would come back here.
     */
    @Nullable
    String authority(SiteInfo info, boolean https, String host) {
        int port = info.port(https);
        List<Alias> aliases = port == 0 ? List.of() : info.aliases();
        for (int i = 0; i < aliases.size(); i++) {
            String name = aliases.get(i).toAlias(host);
            if (name != null && (!https || info.canShow(name)) && !isUnder(own, name)) {
                return port == (https ? 443 : 80) ? name : name + ":" + port;
            }
        }
        return null;
    }
}
