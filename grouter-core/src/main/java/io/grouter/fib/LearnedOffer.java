package io.grouter.fib;

import io.grouter.route.Offer;
import io.grouter.route.SiteId;

/**
 * One other site's offer for a route.
 *
 * @param site the site
 * @param offer what it announced
 */
public record LearnedOffer(SiteId site, Offer offer) {}
