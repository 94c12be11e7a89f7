package io.grouter.rib;

import io.grouter.fib.LearnedOffer;
import io.grouter.fib.RouteEntry;
import io.grouter.route.Offer;
import io.grouter.route.RouteUri;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Merges what this site has and what others offer into one entry: local first, then every other site's offer by site
 * name. Which of the others is best depends on how fresh and fit they are at the time of a request, so that choice is
 * left to steering.
 */
final class BestRoute {
    private BestRoute() {}

    /** Returns the merged entry, or null when nobody has the route. */
    static @Nullable RouteEntry of(RouteUri uri, @Nullable Offer local, Collection<AdjRibIn> others) {
        List<LearnedOffer> learned = new ArrayList<>(others.size());
        for (AdjRibIn other : others) {
            Offer offer = other.table().get(uri);
            if (offer != null) {
                learned.add(new LearnedOffer(other.site(), offer));
            }
        }
        if (local != null) {
            return new RouteEntry(uri, local.instances(), local.appId(), learned);
        }
        return learned.isEmpty()
                ? null
                : new RouteEntry(uri, 0, learned.get(0).offer().appId(), learned);
    }
}
