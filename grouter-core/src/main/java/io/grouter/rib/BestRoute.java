package io.grouter.rib;

import io.grouter.fib.LearnedOffer;
import io.grouter.fib.RouteEntry;
import io.grouter.route.Offer;
import io.grouter.route.RouteUri;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Merges what this site has and what others offer into one entry: local first, then every other site's offer by site
 * name. Which of the others is best depends on how fresh and fit they are at the time of a request, so that choice is
 * left to steering.
 */
final class BestRoute {
    private BestRoute() {}

    /**
     * Returns the merged entry, or null when nobody has the route.
     *
     * @param own what this site has, or null
     * @param keptEmpty says whether a route that nobody has is to be kept as known to be empty
     */
    static @Nullable RouteEntry of(
            RouteUri uri, @Nullable Offer own, Predicate<RouteUri> keptEmpty, Collection<AdjRibIn> others) {
        List<LearnedOffer> learned = List.of();
        for (AdjRibIn other : others) {
            Offer offer = other.offer(uri);
            if (offer != null) {
                LearnedOffer found = new LearnedOffer(other.site(), offer);
                // Most routes are in one site, and this runs for each change of each route.
                learned = learned.isEmpty() ? List.of(found) : with(learned, found);
            }
        }
        return own == null && learned.isEmpty() && !keptEmpty.test(uri) ? null : new RouteEntry(uri, own, learned);
    }

    private static List<LearnedOffer> with(List<LearnedOffer> some, LearnedOffer more) {
        List<LearnedOffer> all = new ArrayList<>(some);
        all.add(more);
        return List.copyOf(all);
    }
}
