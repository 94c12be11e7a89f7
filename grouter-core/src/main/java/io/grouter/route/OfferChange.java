package io.grouter.route;

import org.jspecify.annotations.Nullable;

/**
 * One step in a site's announced table.
 *
 * @param uri the route
 * @param offer the new offer, or null when the site withdraws the route
 */
public record OfferChange(RouteUri uri, @Nullable Offer offer) {}
