package io.grouter.sim.whatif;

import io.grouter.route.Freshness;
import io.grouter.route.SiteConfig;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;

/**
 * What the exported tables say of one site.
 *
 * @param site the site
 * @param info how it is reached and how well it is
 * @param freshness how far others trust its announcements
 */
public record KnownSite(SiteId site, SiteInfo info, Freshness freshness) {
    /** Returns the configuration that its nodes have; throws {@link IllegalArgumentException} when none have such one. */
    SiteConfig config() {
        return new SiteConfig(site, info.region(), info.aliases(), info.httpPort(), info.httpsPort(), info.entries());
    }
}
