package io.grouter.rib;

import io.grouter.route.Offer;
import io.grouter.route.RouteUri;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
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

    private static final int BUCKET_BITS = 10;
    private static final int LEAST_SLOTS = 4;

    private final @Nullable Bucket[] buckets = new Bucket[BUCKETS];
    private int size;
    private long digest;

    /** An open-addressed table: no object per route besides the route and the offer themselves. */
    private static final class Bucket {
        @Nullable
        RouteUri[] uris = new RouteUri[LEAST_SLOTS];

        @Nullable
        Offer[] offers = new Offer[LEAST_SLOTS];

        int size;
        long digest;

        /** Returns the slot of a route, or, when it is not there, minus one minus the slot where it would stand. */
        int find(long hash, RouteUri uri) {
            int mask = uris.length - 1;
            int slot = (int) (hash >>> BUCKET_BITS) & mask;
            while (true) {
                RouteUri there = uris[slot];
                if (there == null) {
                    return -1 - slot;
                }
                if (there.equals(uri)) {
                    return slot;
                }
                slot = (slot + 1) & mask;
            }
        }

        void add(int slot, RouteUri uri, Offer offer) {
            uris[slot] = uri;
            offers[slot] = offer;
            size++;
            if (4 * size > 3 * uris.length) {
                resize(2 * uris.length);
            }
        }

        private void resize(int slots) {
            @Nullable RouteUri[] oldUris = uris;
            @Nullable Offer[] oldOffers = offers;
            uris = new RouteUri[slots];
            offers = new Offer[slots];
            for (int i = 0; i < oldUris.length; i++) {
                RouteUri uri = oldUris[i];
                if (uri != null) {
                    int slot = -1 - find(hash(uri), uri);
                    uris[slot] = uri;
                    offers[slot] = oldOffers[i];
                }
            }
        }

        /** Takes a route out, and moves those behind it that would no longer be found (Knuth, 6.4, algorithm R). */
        void remove(int at) {
            int mask = uris.length - 1;
            int hole = at;
            for (int next = (at + 1) & mask; uris[next] != null; next = (next + 1) & mask) {
                RouteUri uri = uris[next];
                int home = uri == null ? 0 : (int) (hash(uri) >>> BUCKET_BITS) & mask;
                if (((next - home) & mask) >= ((next - hole) & mask)) {
                    uris[hole] = uri;
                    offers[hole] = offers[next];
                    hole = next;
                }
            }
            uris[hole] = null;
            offers[hole] = null;
            size--;
            if (uris.length > LEAST_SLOTS && 8 * size < uris.length) {
                resize(uris.length / 2);
            }
        }
    }

    /** Makes an empty table. */
    public OfferTable() {}

    /** Returns the bucket a route belongs to, 0 to {@value #BUCKETS} - 1. */
    public static int bucketOf(RouteUri uri) {
        return (int) hash(uri) & (BUCKETS - 1);
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
        return found == null ? 0 : found.size;
    }

    /** Returns the offer for a route, or null. */
    public @Nullable Offer get(RouteUri uri) {
        long hash = hash(uri);
        Bucket bucket = buckets[(int) hash & (BUCKETS - 1)];
        int slot = bucket == null ? -1 : bucket.find(hash, uri);
        return bucket == null || slot < 0 ? null : bucket.offers[slot];
    }

    /** Shows the routes of one bucket with their offers. The action must not change the table. */
    public void forEach(int bucket, BiConsumer<RouteUri, Offer> action) {
        Bucket found = buckets[bucket];
        for (int i = 0; found != null && i < found.uris.length; i++) {
            RouteUri uri = found.uris[i];
            Offer offer = found.offers[i];
            if (uri != null && offer != null) {
                action.accept(uri, offer);
            }
        }
    }

    /** Returns the routes of one bucket; a copy. */
    public List<RouteUri> uris(int bucket) {
        List<RouteUri> uris = new ArrayList<>(size(bucket));
        forEach(bucket, (uri, offer) -> uris.add(uri));
        return uris;
    }

    /**
     * Adds, replaces or, with a null offer, removes a route.
     *
     * @return the offer that was there before, or null
     */
    public @Nullable Offer set(RouteUri uri, @Nullable Offer offer) {
        long hash = hash(uri);
        int at = (int) hash & (BUCKETS - 1);
        Bucket bucket = buckets[at];
        if (bucket == null) {
            if (offer == null) {
                return null;
            }
            bucket = new Bucket();
            buckets[at] = bucket;
        }
        int slot = bucket.find(hash, uri);
        Offer old = slot < 0 ? null : bucket.offers[slot];
        if (slot < 0 && offer != null) {
            bucket.add(-1 - slot, uri, offer);
            size++;
        } else if (slot >= 0 && offer != null) {
            bucket.offers[slot] = offer;
        } else if (slot >= 0) {
            bucket.remove(slot);
            size--;
        }
        long change = digest(hash, offer) - digest(hash, old);
        bucket.digest += change;
        digest += change;
        if (bucket.size == 0) {
            buckets[at] = null;
        }
        return old;
    }

    private static long digest(long hash, @Nullable Offer offer) {
        return offer == null ? 0 : mix(hash + mix(offer.digest()));
    }

    /** The same on every node. */
    private static long hash(RouteUri uri) {
        return hash(hash(0, uri.host()), uri.path());
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
