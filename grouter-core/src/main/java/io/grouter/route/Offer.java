package io.grouter.route;

import org.jspecify.annotations.Nullable;

/**
 * What one site announces for one route: aggregates, never endpoints. Immutable.
 *
 * <p>There is one for every route, so an app id that is a GUID, as nearly all are, is kept in 16 bytes instead of as
 * text.
 */
public final class Offer {
    private final int instances;
    private final long guidHigh;
    private final long guidLow;
    private final @Nullable String otherId;

    /**
     * Makes an offer; throws {@link IllegalArgumentException} when there is less than one instance.
     *
     * @param instances number of endpoints behind the route, at least 1
     * @param appId GUID of the app, or {@code ""} when unknown
     */
    public Offer(int instances, String appId) {
        if (instances < 1) {
            throw new IllegalArgumentException("offer.instances: " + instances + " (expected: >= 1)");
        }
        this.instances = instances;
        boolean guid = Guid.is(appId);
        this.guidHigh = guid ? Guid.high(appId) : 0;
        this.guidLow = guid ? Guid.low(appId) : 0;
        this.otherId = guid ? null : appId;
    }

    /** Makes an offer for an app whose id is a GUID. */
    Offer(int instances, long guidHigh, long guidLow) {
        this.instances = instances;
        this.guidHigh = guidHigh;
        this.guidLow = guidLow;
        this.otherId = null;
    }

    /** Returns a 64-bit hash that is the same on every node. */
    public long digest() {
        long id =
                otherId == null ? guidHigh * 0x9E3779B97F4A7C15L ^ Long.rotateLeft(guidLow, 32) : otherDigest(otherId);
        return id * 0xD6E8FEB86659FD93L + instances;
    }

    private static long otherDigest(String id) {
        long h = 0xCBF29CE484222325L;
        for (int i = 0; i < id.length(); i++) {
            h = (h ^ id.charAt(i)) * 0x100000001B3L;
        }
        return h;
    }

    /** Returns the number of endpoints behind the route, at least 1. */
    public int instances() {
        return instances;
    }

    /** Returns the GUID of the app, or {@code ""} when it is unknown. */
    public String appId() {
        return otherId != null ? otherId : Guid.text(guidHigh, guidLow);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Offer offer
                && instances == offer.instances
                && guidHigh == offer.guidHigh
                && guidLow == offer.guidLow
                && (otherId == null ? offer.otherId == null : otherId.equals(offer.otherId));
    }

    @Override
    public int hashCode() {
        return 31 * (31 * instances + Long.hashCode(guidHigh ^ guidLow)) + (otherId == null ? 0 : otherId.hashCode());
    }

    @Override
    public String toString() {
        return "Offer[instances=" + instances + ", appId=" + appId() + "]";
    }
}
