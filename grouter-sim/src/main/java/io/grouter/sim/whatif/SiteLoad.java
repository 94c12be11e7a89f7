package io.grouter.sim.whatif;

import io.grouter.route.SiteId;

/**
 * The traffic of one site, in requests per second.
 *
 * @param site the site
 * @param state in one word: {@code up}, {@code lost}, {@code drained}, {@code no GoRouters}
 * @param entering what clients send here first
 * @param served what its GoRouters get for apps that are here
 * @param redirectedOut what is redirected to other sites
 * @param redirectedIn what is redirected here from other sites
 * @param relayedOut what is relayed to other sites
 * @param relayedIn what is relayed here from other sites
 * @param failed what enters here and is served nowhere
 * @param capacity what it can serve; 0 = not known
 */
public record SiteLoad(
        SiteId site,
        String state,
        double entering,
        double served,
        double redirectedOut,
        double redirectedIn,
        double relayedOut,
        double relayedIn,
        double failed,
        double capacity) {
    /** Returns whether more is served than can be. Rounding is not meant. */
    public boolean over() {
        return capacity > 0 && served > capacity * (1 + 1e-9);
    }

    /** Returns the share of the capacity that is used; meaningless when that is not known. */
    public double share() {
        return capacity > 0 ? served / capacity : 0;
    }
}
