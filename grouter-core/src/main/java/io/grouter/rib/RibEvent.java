package io.grouter.rib;

import io.grouter.overrides.OverrideChange;
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
     * @param instances endpoints behind it
     * @param cause why
     */
    record RouteAdded(SiteId site, RouteUri uri, int instances, Cause cause) implements RibEvent {}

    /**
     * A site has more or fewer endpoints behind a route, or another app.
     *
     * @param site the site, this one or another
     * @param uri the route
     * @param from endpoints before
     * @param to endpoints now
     * @param cause why
     */
    record RouteChanged(SiteId site, RouteUri uri, int from, int to, Cause cause) implements RibEvent {}

    /**
     * A site no longer has a route.
     *
     * @param site the site, this one or another
     * @param uri the route
     * @param cause why
     */
    record RouteRemoved(SiteId site, RouteUri uri, Cause cause) implements RibEvent {}

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
     * @param why in a few words
     */
    record FeedChanged(FeedState from, FeedState to, String why) implements RibEvent {}

    /**
     * Expiry of this site's endpoints, or another site's withdrawals, are held back from now on, or no longer.
     *
     * @param site the site, this one or another
     * @param holding whether it is held back now
     * @param count how many endpoints would expire, or how many routes were withdrawn
     * @param why in a few words
     */
    record GuardChanged(SiteId site, boolean holding, int count, String why) implements RibEvent {}

    /**
     * Another node of this site stands in while the own feed is not live, or no longer.
     *
     * @param complete whether its table is all this site has
     * @param routes routes in its table
     */
    record SiblingChanged(boolean complete, int routes) implements RibEvent {}

    /**
     * The table held from another site became equal to the site's own, or has not been for a while.
     *
     * @param site the site
     * @param converged whether the two are equal
     * @param routes routes held
     * @param announced routes the site says it has
     */
    record SiteConverged(SiteId site, boolean converged, int routes, int announced) implements RibEvent {}

    /**
     * Something that an operator has to look at began or ended.
     *
     * @param site the site it is about
     * @param raised whether it began
     * @param what what it is, in one sentence
     */
    record Alarm(SiteId site, boolean raised, String what) implements RibEvent {}

    /**
     * The tables were filled from the state file.
     *
     * @param local routes of this site
     * @param learned routes of other sites
     */
    record Restored(int local, int learned) implements RibEvent {}

    /**
     * An operator's override began or ended.
     *
     * @param change which one, and why
     */
    record OverrideChanged(OverrideChange change) implements RibEvent {}
}
