package io.grouter.rib;

import io.grouter.route.Offer;
import io.grouter.route.RouteUri;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The routes one site announces, in {@value #BUCKETS} buckets with a digest each, so that two copies can be compared
 * and mended part by part. Used by the rib thread only.
 *
 * <p>A digest is the sum of a 64-bit hash of each route with its offer: the same content gives the same digest on
 * every node, in whatever order it was put in, and a change costs one addition.
 */
public final class OfferTable {
    /** Number of buckets. */
    public static final int BUCKETS = 1024;

    private final Bucket[] buckets = new Bucket[BUCKETS];
    private int size;
    private long digest;

    private static final class Bucket {
        final Map<RouteUri, Offer> offers = new HashMap<>(2);
        long digest;
    }

    /** Makes an empty table. */
    public OfferTable() {}

    /** Returns the bucket a route belongs to, 0 to {@value #BUCKETS} - 1. */
    public static int bucketOf(RouteUri uri) {
        return (int) (hash(hash(0, uri.host()), uri.path()) & (BUCKETS - 1));
    }

    /** Returns the number of routes. */
    public int size() {
        return size;
    }

    /** Returns the digest of the whole table. */
    public long digest() {
        return digest;
    }

    /** Returns the digest of one bucket; 0 when it is empty. */
    public long digest(int bucket) {
        Bucket found = buckets[bucket];
        return found == null ? 0 : found.digest;
    }

    /** Returns the number of routes in one bucket. */
    public int size(int bucket) {
        Bucket found = buckets[bucket];
        return found == null ? 0 : found.offers.size();
    }

    /** Returns the offer for a route, or null. */
    public @Nullable Offer get(RouteUri uri) {
        Bucket bucket = buckets[bucketOf(uri)];
        return bucket == null ? null : bucket.offers.get(uri);
    }

    /** Returns a bucket's routes; a copy. */
    public Map<RouteUri, Offer> bucket(int bucket) {
        Bucket found = buckets[bucket];
        return found == null ? Map.of() : Map.copyOf(found.offers);
    }

    /** Shows the routes of one bucket with their offers. The action must not change the table. */
    public void forEach(int bucket, BiConsumer<RouteUri, Offer> action) {
        Bucket found = buckets[bucket];
        if (found != null) {
            found.offers.forEach(action);
        }
    }

    /** Shows the routes of one bucket. The action must not change the table. */
    void forEachUri(int bucket, Consumer<RouteUri> action) {
        Bucket found = buckets[bucket];
        if (found != null) {
            found.offers.keySet().forEach(action);
        }
    }

    /**
     * Adds, replaces or, with a null offer, removes a route.
     *
     * @return the offer that was there before, or null
     */
    public @Nullable Offer set(RouteUri uri, @Nullable Offer offer) {
        int at = bucketOf(uri);
        Bucket bucket = buckets[at];
        if (bucket == null) {
            if (offer == null) {
                return null;
            }
            bucket = new Bucket();
            buckets[at] = bucket;
        }
        Offer old = offer == null ? bucket.offers.remove(uri) : bucket.offers.put(uri, offer);
        long change = (offer == null ? 0 : hash(uri, offer)) - (old == null ? 0 : hash(uri, old));
        bucket.digest += change;
        digest += change;
        size += (offer == null ? 0 : 1) - (old == null ? 0 : 1);
        if (bucket.offers.isEmpty()) {
            buckets[at] = null;
        }
        return old;
    }

    private static long hash(RouteUri uri, Offer offer) {
        long h = hash(hash(0, uri.host()), uri.path());
        return mix(h + mix(offer.digest()));
    }

    private static long hash(long seed, String text) {
        long h = seed ^ 0xCBF29CE484222325L;
        for (int i = 0; i < text.length(); i++) {
            h = (h ^ text.charAt(i)) * 0x100000001B3L;
        }
        return mix(h ^ text.length());
    }

    private static long mix(long value) {
        long h = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        h = (h ^ (h >>> 27)) * 0x94D049BB133111EBL;
        return h ^ (h >>> 31);
    }
}
