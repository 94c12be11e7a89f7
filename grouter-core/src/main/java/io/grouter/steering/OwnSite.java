package io.grouter.steering;

import io.grouter.overrides.Overrides;
import io.grouter.route.SiteHealth;

/**
 * What is so in this site at one moment, besides its routes. Immutable.
 *
 * @param health how well its GoRouters, seen from this node, can take requests
 * @param spillPermille how many of a thousand new clients are to be sent to sites with more room; 0 to 1000
 * @param overrides what operators ordered
 */
public record OwnSite(SiteHealth health, int spillPermille, Overrides overrides) {
    /** Returns a site with nothing to do and no orders. */
    public static OwnSite idle(int goRouters) {
        return new OwnSite(SiteHealth.idle(goRouters), 0, Overrides.NONE);
    }
}
