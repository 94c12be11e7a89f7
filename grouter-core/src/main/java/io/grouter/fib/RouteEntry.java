package io.grouter.fib;

import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of one route: what this site has and what others offer.
 *
 * @param uri the route
 * @param localInstances endpoints in this site; 0 = not here
 * @param appId GUID of the app here, else of the first offer, or {@code ""}
 * @param learned the offers of other sites, in the order of their site names, at most one per site
 */
public record RouteEntry(RouteUri uri, int localInstances, String appId, List<LearnedOffer> learned) {
    /** Copies the list. */
    public RouteEntry {
        learned = List.copyOf(learned);
    }

    /** Returns whether this site has the route. */
    public boolean local() {
        return localInstances > 0;
    }

    /** Returns the offer of a site, or null. */
    public @Nullable LearnedOffer from(SiteId site) {
        for (LearnedOffer offer : learned) {
            if (offer.site().equals(site)) {
                return offer;
            }
        }
        return null;
    }
}
