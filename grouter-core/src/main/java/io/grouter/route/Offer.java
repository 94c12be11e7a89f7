package io.grouter.route;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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

    private static final byte[] NO_EXTENSION = {};

    private final int instances;
    private final long guidHigh;
    private final long guidLow;
    private final @Nullable String otherId;
    private final byte @Nullable [] extension;

    /**
     * Makes an offer; throws {@link IllegalArgumentException} when there is less than one instance.
     *
     * @param instances number of endpoints behind the route, at least 1
     * @param appId GUID of the app, or {@code ""} when unknown
     */
    public Offer(int instances, String appId) {
        this(instances, appId, NO_EXTENSION);
    }

    /**
     * Makes an offer of which only a part is understood here.
     *
     * @param extension what a newer version says besides, at most {@value #MAX_EXTENSION} bytes; kept and compared,
     *     never read, not copied
     */
    public Offer(int instances, String appId, byte[] extension) {
        check(instances, extension);
        this.instances = instances;
        boolean guid = Guid.is(appId);
        this.extension = extension.length == 0 ? null : extension;
        this.guidHigh = guid ? Guid.high(appId) : 0;
        this.guidLow = guid ? Guid.low(appId) : 0;
        this.otherId = guid ? null : appId;
    }

    /** Makes an offer for an app whose id is a GUID. */
    Offer(int instances, long guidHigh, long guidLow) {
        this(instances, guidHigh, guidLow, NO_EXTENSION);
    }

    /** Makes an offer for an app whose id is a GUID, given as its first and last 16 digits. */
    public Offer(int instances, long guidHigh, long guidLow, byte[] extension) {
        check(instances, extension);
        this.instances = instances;
        this.guidHigh = guidHigh;
        this.guidLow = guidLow;
        this.otherId = null;
        this.extension = extension.length == 0 ? null : extension;
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
        return otherId == null;
    }

    /** Returns the first 16 digits of the GUID; 0 when the id is none. */
    public long guidHigh() {
        return guidHigh;
    }

    /** Returns the last 16 digits of the GUID; 0 when the id is none. */
    public long guidLow() {
        return guidLow;
    }

    /** Returns what a newer version says besides; not to be changed. */
    public byte[] extension() {
        return extension == null ? NO_EXTENSION : extension;
    }

    /** Returns a 64-bit hash that is the same on every node. */
    public long digest() {
        long id =
                otherId == null ? guidHigh * 0x9E3779B97F4A7C15L ^ Long.rotateLeft(guidLow, 32) : otherDigest(otherId);
        long known = id * 0xD6E8FEB86659FD93L + instances;
        return extension == null ? known : known * 31 + otherDigest(new String(extension, StandardCharsets.ISO_8859_1));
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
                && Objects.equals(otherId, offer.otherId)
                && Arrays.equals(extension, offer.extension);
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
