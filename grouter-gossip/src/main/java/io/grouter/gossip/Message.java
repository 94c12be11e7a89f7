package io.grouter.gossip;

import io.grouter.overrides.OverrideEntry;
import io.grouter.rib.OfferTable;
import io.grouter.route.OfferChange;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What nodes say to each other. Every message is signed by the site it comes from, and about one table. */
sealed interface Message {
    /** Returns what all messages have. */
    Head head();

    /**
     * What all messages have.
     *
     * @param from the site that says it, and signs it
     * @param to the site it is meant for, or null when it is for everyone
     * @param table the table it is about
     * @param incarnation incarnation of that table; 0 where the message does not speak of one
     * @param claimant process that speaks in this incarnation; 0 where there is none
     */
    record Head(SiteId from, @Nullable SiteId to, TableId table, long incarnation, long claimant) {}

    /**
     * A site is alive, and this is its table in short.
     *
     * @param beat counts up within an incarnation, so that an old one is recognised
     * @param sequence sequence of the last change
     * @param routes number of routes
     * @param digest digest of all routes
     * @param complete whether the site is sure that this is all it has; if not, nothing may be taken as withdrawn
     * @param hears the sites it hears directly at present
     * @param info what the site, or this node of it, says of itself
     * @param overrides digest of the overrides this node holds, which only its siblings are told; 0 = none
     */
    record Heartbeat(
            Head head,
            long beat,
            long sequence,
            int routes,
            long digest,
            boolean complete,
            Set<SiteId> hears,
            SiteInfo info,
            long overrides)
            implements Message {
        public Heartbeat {
            hears = new TreeSet<>(hears);
        }

        /** Makes a heartbeat that says nothing of overrides. */
        Heartbeat(
                Head head,
                long beat,
                long sequence,
                int routes,
                long digest,
                boolean complete,
                Set<SiteId> hears,
                SiteInfo info) {
            this(head, beat, sequence, routes, digest, complete, hears, info, 0);
        }
    }

    /**
     * A site's routes changed.
     *
     * @param previous number of changes before these; a receiver that is elsewhere has missed something
     * @param changes what changed, in order; at least one
     * @param ageMillis how long before this was signed the first of the changes came to the speaking node, which need
     *     not be more than a day; {@value #NO_AGE} = it does not say
     */
    record Announce(Head head, long previous, List<OfferChange> changes, long ageMillis) implements Message {
        /** Age of an announcement that says nothing of it. */
        static final long NO_AGE = -1;

        private static final long MOST_AGE = Duration.ofDays(1).toMillis();

        public Announce {
            ageMillis = ageMillis < 0 || ageMillis > MOST_AGE ? NO_AGE : ageMillis;
        }

        /** Makes an announcement that does not say how old it is. */
        Announce(Head head, long previous, List<OfferChange> changes) {
            this(head, previous, changes, NO_AGE);
        }

        /** Returns the same, so much later. */
        Announce after(long millis) {
            return ageMillis == NO_AGE ? this : new Announce(head, previous, changes, ageMillis + Math.max(0, millis));
        }

        /** Returns the sequence of the last of the changes. */
        long sequence() {
            return previous + changes.size();
        }
    }

    /**
     * Asks for what the asker lacks. The answer is the changes since then, or, if they are no longer kept, digests.
     *
     * @param query number of the question, repeated in answers
     * @param sequence sequence up to which the asker has everything, in the incarnation of the head
     * @param byDigest whether changes are of no use, because the tables differ all the same
     */
    record Pull(Head head, long query, long sequence, boolean byDigest) implements Message {}

    /**
     * The digests and sizes of all buckets.
     *
     * @param sequence sequence of the table they were taken from
     * @param digests one for each of the {@value OfferTable#BUCKETS} buckets; 0 = empty; not to be changed
     * @param sizes number of routes in each; not to be changed
     */
    record Digests(Head head, long query, long sequence, long[] digests, int[] sizes) implements Message {}

    /** Asks for the routes in some buckets. */
    record BucketRequest(Head head, long query, List<Integer> buckets) implements Message {}

    /**
     * All routes in some buckets.
     *
     * @param sequence sequence of the table they were taken from
     */
    record Buckets(Head head, long query, long sequence, List<Bucket> buckets) implements Message {}

    /**
     * One bucket's routes, or a part of them.
     *
     * @param last whether no more of this bucket follow
     * @param routes the routes; no offer among them is null
     */
    record Bucket(int bucket, boolean last, List<OfferChange> routes) {}

    /** A question cannot be answered now; ask again a little later. */
    record Busy(Head head, long query) implements Message {}

    /** Asks which incarnation of the asker's own table was seen last. */
    record Ask(Head head) implements Message {}

    /** Tells a site which incarnation of its table was seen last; 0 = none. */
    record Behind(Head head) implements Message {}

    /**
     * Overrides that a node of the site holds, for its siblings only: all, or a part of them.
     *
     * @param entries at most {@value #MOST_ENTRIES}
     */
    record Overrides(Head head, List<OverrideEntry> entries) implements Message {
        /** Most entries of one message. */
        static final int MOST_ENTRIES = 64;
    }

    /** Returns how many bytes this takes at most once it is encoded, roughly. */
    default int weight() {
        if (this instanceof Announce announce) {
            return 200 + announce.changes().size() * 80;
        } else if (this instanceof Buckets buckets) {
            int routes = 0;
            for (Bucket bucket : buckets.buckets()) {
                routes += bucket.routes().size();
            }
            return 200 + routes * 80;
        } else if (this instanceof Overrides overrides) {
            int bytes = 200;
            for (OverrideEntry entry : overrides.entries()) {
                bytes += OverrideCodec.weight(entry);
            }
            return bytes;
        }
        return this instanceof Digests ? 12 * OfferTable.BUCKETS : 400;
    }
}
