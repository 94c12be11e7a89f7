package io.grouter.rib;

import io.grouter.route.FeedState;
import io.grouter.route.Freshness;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;

/** A real change of a table or of a source, as an operator would want to see it. */
public sealed interface RibEvent {
    /**
     * A site has a route that it did not have before.
     *
     * @param site the site, this one or another
     * @param uri the route
     */
    record RouteAdded(SiteId site, RouteUri uri) implements RibEvent {}

    /**
     * A site no longer has a route.
     *
     * @param site the site, this one or another
     * @param uri the route
     */
    record RouteRemoved(SiteId site, RouteUri uri) implements RibEvent {}

    /**
     * Another site's announcements are trusted more or less than before.
     *
     * @param site the site
     * @param from before
     * @param to now
     */
    record SiteChanged(SiteId site, Freshness from, Freshness to) implements RibEvent {}

    /**
     * This site's feed changed its state.
     *
     * @param from before
     * @param to now
     */
    record FeedChanged(FeedState from, FeedState to) implements RibEvent {}
}
