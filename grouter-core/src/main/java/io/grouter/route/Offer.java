package io.grouter.route;

/**
 * What one site announces for one route: aggregates, never endpoints.
 *
 * @param instances number of endpoints behind the route, at least 1
 * @param appId GUID of the app, or {@code ""} when unknown
 */
public record Offer(int instances, String appId) {
    /** Throws {@link IllegalArgumentException} when there is less than one instance. */
    public Offer {
        if (instances < 1) {
            throw new IllegalArgumentException("offer.instances: " + instances + " (expected: >= 1)");
        }
    }
}
