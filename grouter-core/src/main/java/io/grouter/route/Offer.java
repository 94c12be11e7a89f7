package io.grouter.route;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one site announces for one route: aggregates, never endpoints. Immutable.
 *
 * <p>There is one for every route, so an app id that is a GUID, as nearly all are, is kept in 16 bytes instead of as
 * text.
 */
public final class Offer {
    /** Most bytes of {@link #extension}. */
    public static final int MAX_EXTENSION = 1024;

    private final int instances;
    /** One or two hints, which is all that most offers say besides, or 0. */
    private final int hints;

    private final long guidHigh;
    private final long guidLow;
    /** Nothing, an id that is no GUID, labels, or both: one field, because there are millions of offers. */
    private final @Nullable Object more;

    private record Both(String id, byte[] labels) {}

    /**
     * Makes an offer; throws {@link IllegalArgumentException} when there is less than one instance.
     *
     * @param instances number of endpoints behind the route, at least 1
     * @param appId GUID of the app, or {@code ""} when unknown
     */
    public Offer(int instances, String appId) {
        this(instances, appId, OfferLabels.NONE);
    }

    /**
     * Makes an offer that says more.
     *
     * @param extension as of {@link #extension}, at most {@value #MAX_EXTENSION} bytes; not copied
     */
    public Offer(int instances, String appId, byte[] extension) {
        this(
                instances,
                Guid.is(appId) ? Guid.high(appId) : 0,
                Guid.is(appId) ? Guid.low(appId) : 0,
                Guid.is(appId) ? null : appId,
                extension);
    }

    /** Makes an offer for an app whose id is a GUID, given as its first and last 16 digits. */
    public Offer(int instances, long guidHigh, long guidLow, byte[] extension) {
        this(instances, guidHigh, guidLow, null, extension);
    }

    /** Makes an offer for an app whose id is a GUID. */
    Offer(int instances, long guidHigh, long guidLow) {
        this(instances, guidHigh, guidLow, null, OfferLabels.NONE);
    }

    private Offer(int instances, long guidHigh, long guidLow, @Nullable String otherId, byte[] extension) {
        check(instances, extension);
        this.instances = instances;
        this.guidHigh = guidHigh;
        this.guidLow = guidLow;
        this.hints = OfferLabels.onlyHints(extension);
        byte[] labels = hints != 0 || extension.length == 0 ? null : extension;
        this.more = otherId == null ? labels : labels == null ? otherId : new Both(otherId, labels);
    }

    /**
     * Returns this offer with other labels.
     *
     * @param draining whether the site sends this route's requests away, as far as others have it
     * @param redirect how requests get to another site; null = as usual
     * @param regions the only regions where the app may be served; empty = all
     * @param sessions {@link SessionHint} of each instance, ascending
     */
    public Offer labelled(boolean draining, @Nullable RedirectMode redirect, List<String> regions, int[] sessions) {
        return new Offer(
                instances, guidHigh, guidLow, otherId(), OfferLabels.write(draining, redirect, regions, sessions));
    }

    private static void check(int instances, byte[] extension) {
        if (instances < 1) {
            throw new IllegalArgumentException("offer.instances: " + instances + " (expected: >= 1)");
        }
        if (extension.length > MAX_EXTENSION) {
            throw new IllegalArgumentException(
                    "offer.extension: " + extension.length + " bytes (expected: <= " + MAX_EXTENSION + ")");
        }
    }

    /** Returns whether the app's id is a GUID, so that {@link #guidHigh} and {@link #guidLow} are all of it. */
    public boolean hasGuid() {
        return otherId() == null;
    }

    private @Nullable String otherId() {
        return more instanceof String id ? id : more instanceof Both both ? both.id() : null;
    }

    private byte[] labels() {
        return more instanceof byte[] labels ? labels : more instanceof Both both ? both.labels() : OfferLabels.NONE;
    }

    /** Returns whether the site sends this route's requests away, as far as others have it. No allocation. */
    public boolean draining() {
        return OfferLabels.draining(labels());
    }

    /** Returns how requests get to another site, or null when nothing is said of that. No allocation. */
    public @Nullable RedirectMode redirect() {
        return OfferLabels.redirect(labels());
    }

    /** Returns whether the app may be served in a region. No allocation. */
    public boolean allows(String region) {
        return OfferLabels.allows(labels(), region);
    }

    /** Returns the only regions where the app may be served; empty = all. */
    public List<String> regions() {
        return OfferLabels.regions(labels());
    }

    /** Returns whether one of the instances likely is that of a session, by {@link SessionHint}. No allocation. */
    public boolean hasSession(int hint) {
        return hints == 0
                ? OfferLabels.hasHint(labels(), hint)
                : hints >>> 16 == hint || (hint != 0 && (hints & 0xFFFF) == hint);
    }

    /** Returns the first 16 digits of the GUID; 0 when the id is none. */
    public long guidHigh() {
        return guidHigh;
    }

    /** Returns the last 16 digits of the GUID; 0 when the id is none. */
    public long guidLow() {
        return guidLow;
    }

    /** Returns all that the offer says besides instances and app, as it travels; not to be changed. */
    public byte[] extension() {
        return hints == 0 ? labels() : OfferLabels.ofHints(hints);
    }

    /** Returns a 64-bit hash that is the same on every node. */
    public long digest() {
        String other = otherId();
        long id = other == null ? guidHigh * 0x9E3779B97F4A7C15L ^ Long.rotateLeft(guidLow, 32) : otherDigest(other);
        long known = id * 0xD6E8FEB86659FD93L + instances;
        byte[] extension = extension();
        return extension.length == 0
                ? known
                : known * 31 + otherDigest(new String(extension, StandardCharsets.ISO_8859_1));
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
        String other = otherId();
        return other != null ? other : Guid.text(guidHigh, guidLow);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Offer offer
                && instances == offer.instances
                && hints == offer.hints
                && guidHigh == offer.guidHigh
                && guidLow == offer.guidLow
                && Objects.equals(otherId(), offer.otherId())
                && Arrays.equals(labels(), offer.labels());
    }

    @Override
    public int hashCode() {
        return 31 * (31 * instances + Long.hashCode(guidHigh ^ guidLow)) + Objects.hashCode(otherId());
    }

    @Override
    public String toString() {
        return "Offer[instances=" + instances + ", appId=" + appId() + "]";
    }
}
