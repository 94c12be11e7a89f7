package io.grouter.route;

/** What a write to a table did. */
public enum ChangeResult {
    /** A route appeared. */
    ROUTE_ADDED,
    /** A known route gained or lost an endpoint, or an endpoint changed. */
    UPDATED,
    /** Nothing but a time stamp moved. */
    UNCHANGED,
    /** The last endpoint of a route left and the route with it. */
    ROUTE_REMOVED,
    /** A bound was reached; nothing was stored. */
    REFUSED
}
