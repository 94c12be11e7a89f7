package io.grouter.route;

/**
 * How well a site, or one node of it, can take requests.
 *
 * @param goRouters number of GoRouters that can take requests, at least 0
 * @param draining whether it asks to be left alone
 * @param limit requests that may be on their way through its GoRouters at a time, by what they have shown; at least 0
 * @param inFlight requests that are on their way, at least 0
 * @param errorPermille requests of the last seconds, per thousand, that no GoRouter answered; 0 to 1000
 */
public record SiteHealth(int goRouters, boolean draining, int limit, int inFlight, int errorPermille) {
    /** Nothing there. */
    public static final SiteHealth NONE = new SiteHealth(0, false, 0, 0, 0);

    /** Checks the ranges; throws {@link IllegalArgumentException}. */
    public SiteHealth {
        if (goRouters < 0 || limit < 0 || inFlight < 0 || errorPermille < 0 || errorPermille > 1000) {
            throw new IllegalArgumentException("health: " + goRouters + ", " + limit + ", " + inFlight + ", "
                    + errorPermille + " (expected: none negative, errors <= 1000)");
        }
    }

    /** Returns the health of a site with nothing to do. */
    public static SiteHealth idle(int goRouters) {
        return new SiteHealth(goRouters, false, 1000 * goRouters, 0, 0);
    }

    /** Returns whether it can take requests: at least one GoRouter can, and it is not draining. */
    public boolean fit() {
        return goRouters > 0 && !draining;
    }

    /** Returns how many more requests at a time it could take; at least 0. */
    public int free() {
        return goRouters == 0 ? 0 : Math.max(0, limit - inFlight);
    }

    /** Returns the free share of its limit, 0 to 1. */
    public double headroom() {
        return limit == 0 ? 0 : (double) free() / limit;
    }

    /** Returns a copy that asks to be left alone, or does not. */
    public SiteHealth withDraining(boolean now) {
        return new SiteHealth(goRouters, now, limit, inFlight, errorPermille);
    }
}
