package io.grouter.fib;

import io.grouter.route.Offer;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of one route: what this site has and what others offer. With neither, the route is known to be
 * empty: it was there a moment ago, and still shadows wildcards.
 *
 * @param uri the route
 * @param own what this site has; null = nothing
 * @param learned the offers of other sites, in the order of their site names, at most one per site
 */
public record RouteEntry(RouteUri uri, @Nullable Offer own, List<LearnedOffer> learned) {
    /** Copies the list. */
    public RouteEntry {
        learned = List.copyOf(learned);
    }

    /** Returns whether this site has the route. */
    public boolean local() {
        return own != null;
    }

    /** Returns whether nobody has the route any more. */
    public boolean knownEmpty() {
        return own == null && learned.isEmpty();
    }

    /** Returns the number of endpoints in this site; 0 = not here. */
    public int localInstances() {
        return own == null ? 0 : own.instances();
    }

    /** Returns the GUID of the app here, else of the first offer, or {@code ""}. */
    public String appId() {
        return own != null
                ? own.appId()
                : learned.isEmpty() ? "" : learned.get(0).offer().appId();
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
