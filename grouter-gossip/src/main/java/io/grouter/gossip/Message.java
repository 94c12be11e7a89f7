package io.grouter.gossip;

import io.grouter.route.OfferChange;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import java.util.List;

/** What nodes say to each other. Every message is about the table of one site. */
sealed interface Message {
    /** Returns the site whose table the message is about. */
    SiteId site();

    /** Returns the incarnation of that table; 0 where the message does not speak of one. */
    long incarnation();

    /**
     * A site is alive, and this is its table in short.
     *
     * @param sequence sequence of the last change
     * @param routes number of routes
     * @param digest digest of all routes
     * @param complete whether the site is sure that this is all it has; if not, nothing may be taken as withdrawn
     * @param info what the site says of itself
     */
    record Heartbeat(
            SiteId site, long incarnation, long sequence, int routes, long digest, boolean complete, SiteInfo info)
            implements Message {}

    /**
     * A site's routes changed.
     *
     * @param previous sequence of the change before; a receiver that is elsewhere has missed something
     * @param sequence sequence of this change
     * @param changes what changed, in order
     */
    record Announce(SiteId site, long incarnation, long previous, long sequence, List<OfferChange> changes)
            implements Message {}

    /** Asks for the digests of all buckets of a site's table. */
    record DigestRequest(SiteId site) implements Message {
        @Override
        public long incarnation() {
            return 0;
        }
    }

    /**
     * The digests of the buckets that are not empty.
     *
     * @param sequence sequence of the table they were taken from
     */
    record Digests(SiteId site, long incarnation, long sequence, List<BucketDigest> buckets) implements Message {}

    /** One bucket's digest. */
    record BucketDigest(int bucket, long digest) {}

    /** Asks for the routes in some buckets of a site's table. */
    record BucketRequest(SiteId site, List<Integer> buckets) implements Message {
        @Override
        public long incarnation() {
            return 0;
        }
    }

    /**
     * All routes in some buckets.
     *
     * @param sequence sequence of the table they were taken from
     */
    record Buckets(SiteId site, long incarnation, long sequence, List<Bucket> buckets) implements Message {}

    /** One bucket with all its routes; no offer among them is null. */
    record Bucket(int bucket, List<OfferChange> routes) {}

    /** Tells a site that it speaks with an incarnation older than one seen before. */
    record Behind(SiteId site, long incarnation) implements Message {}
}
