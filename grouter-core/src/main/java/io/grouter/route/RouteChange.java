package io.grouter.route;

/** What one NATS message says about one route of this site. */
public sealed interface RouteChange {
    /** Returns the route. */
    RouteUri uri();

    /** Returns the endpoint the message is about. */
    Endpoint endpoint();

    /**
     * An endpoint is there, or still there.
     *
     * @param uri the route
     * @param endpoint the endpoint
     */
    record Register(RouteUri uri, Endpoint endpoint) implements RouteChange {}

    /**
     * An endpoint has left; only its address counts.
     *
     * @param uri the route
     * @param endpoint the endpoint
     */
    record Unregister(RouteUri uri, Endpoint endpoint) implements RouteChange {}
}
