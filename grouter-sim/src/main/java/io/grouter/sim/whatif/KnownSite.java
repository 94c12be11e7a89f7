package io.grouter.sim.whatif;

import io.grouter.route.Freshness;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;

/**
 * What the exported tables say of one site.
 *
 * @param site the site
 * @param info how it is reached and how well it is
 * @param freshness how far others trust its announcements
 */
public record KnownSite(SiteId site, SiteInfo info, Freshness freshness) {}
