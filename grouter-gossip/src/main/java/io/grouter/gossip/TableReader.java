package io.grouter.gossip;

import io.grouter.rib.OfferTable;
import io.grouter.route.OfferChange;
import io.grouter.route.RouteUri;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a copy of one table equal to the original: takes in changes in order, notices what is missing, and brings it: the
 * changes themselves while the other side still has them, else the buckets whose digests differ. Used by the rib thread
 * only; time is an argument.
 */
final class TableReader {
    /** Routes that may have been asked for and not come yet; about 20 bytes each on the wire. */
    private static final int ROUTES_ON_THE_WAY = 40_000;

    private static final int BUCKETS_PER_REQUEST = 64;
    /** Keys whose changes are remembered while buckets are on their way. */
    private static final int MOST_TOUCHED = 200_000;
    /** Routes of half-received buckets. */
    private static final int MOST_PARTIAL = 250_000;

    private static final long ANSWER_NANOS = Duration.ofMillis(1_500).toNanos();
    /** Buckets may have to wait behind others. */
    private static final long PROGRESS_NANOS = Duration.ofSeconds(3).toNanos();

    /** Not more: an answer that was lost in an outage is waited for after its end, too. */
    private static final long LONGEST_PATIENCE_NANOS = Duration.ofSeconds(12).toNanos();

    private static final long FIRST_WAIT_NANOS = Duration.ofMillis(500).toNanos();
    private static final long LONGEST_WAIT_NANOS = Duration.ofMinutes(5).toNanos();

    /** The copy. */
    interface Copy {
        OfferTable table();

        /** Takes in one change; returns whether it changed anything. */
        boolean learn(OfferChange change, long nowNanos);
    }

    /** The way to whoever has the original. */
    interface Asking {
        /** Asks for what is missing; {@code sequence} as in {@link Message.Pull}. */
        void pull(TableReader reader, long query, boolean byDigest);

        void fetch(TableReader reader, long query, List<Integer> buckets);
    }

    private final TableId id;
    private final Copy copy;
    private final Asking asking;
    private final GossipMetrics metrics;
    private final TokenBucket budget;
    private long incarnation;
    private long sequence;
    private long beat;
    private long announcedDigest;
    private boolean complete;
    private boolean settled;
    private long queries;
    private long query;
    private long askedNanos;
    private boolean catchingUp;
    private @Nullable Repair repair;
    private boolean waited;
    private long dueNanos;
    private long waitNanos = FIRST_WAIT_NANOS;

    /** One running repair by digests. */
    private static final class Repair {
        /** Whether the site was not sure of its own table: then routes are taken in, but none is taken as withdrawn. */
        final boolean additive;

        final Deque<Integer> wanted = new ArrayDeque<>();
        final Map<Integer, Integer> asked = new HashMap<>();
        final Map<Integer, Map<RouteUri, OfferChange>> parts = new HashMap<>();
        final Map<RouteUri, Long> touched = new HashMap<>();
        int[] sizes = new int[OfferTable.BUCKETS];
        boolean hasDigests;
        int onTheWay;
        /** Routes to be on the way at once: fewer after an answer that did not come, so that a slow way carries them. */
        int window = ROUTES_ON_THE_WAY;

        int partial;
        long progressNanos;
        /** Doubles while nothing comes, so that what is on the way has time to arrive. */
        long patienceNanos = PROGRESS_NANOS;
        /** Whether whoever answers has, itself, not yet what the site has. */
        boolean premature;
        /** Whether an answer did not come. */
        boolean unanswered;
        /** Whether anything was learned. */
        boolean fruitful;

        Repair(boolean additive, long nowNanos) {
            this.additive = additive;
            this.progressNanos = nowNanos;
        }
    }

    /** What a message did. */
    enum Result {
        /** It was news. */
        NEWS,
        /** It was known already. */
        DUPLICATE,
        /** Something before it is missing. */
        GAP
    }

    /**
     * Begins.
     *
     * @param incarnation the last one seen, 0 = none
     * @param firstQuery where to begin with the numbers of questions; random, so that old answers fit no new question
     * @param changesPerSecond more changes than that are asked for later
     */
    TableReader(
            TableId id,
            long incarnation,
            Copy copy,
            Asking asking,
            GossipMetrics metrics,
            long firstQuery,
            int changesPerSecond) {
        this.id = id;
        this.incarnation = incarnation;
        this.copy = copy;
        this.asking = asking;
        this.metrics = metrics;
        this.queries = firstQuery;
        this.budget = new TokenBucket(changesPerSecond, changesPerSecond);
    }

    TableId id() {
        return id;
    }

    long incarnation() {
        return incarnation;
    }

    long sequence() {
        return sequence;
    }

    /** Returns whether a repair is going on, so that the copy is neither the old nor the new table. */
    boolean repairing() {
        Repair now = repair;
        return now != null && now.hasDigests;
    }

    /** Returns whether the copy is as equal as it can be: it was equal, or a repair has brought all there was. */
    boolean settled() {
        return settled;
    }

    /** Forgets that the copy was settled; the next repair waits for a moment, so that not all sites begin at once. */
    void unsettle(long delayNanos, long nowNanos) {
        settled = false;
        if (repair == null && copy.table().size() > 0) {
            waited = true;
            dueNanos = nowNanos + delayNanos;
        }
    }

    private void enter(long newIncarnation) {
        if (newIncarnation != incarnation) {
            incarnation = newIncarnation;
            sequence = 0;
            beat = 0;
            catchingUp = false;
            if (repair != null) {
                // Somebody else speaks now, and does not know what was asked. What was brought so far is kept.
                repair = null;
                waited = false;
            }
        }
    }

    // ---- changes

    Result onAnnounce(Message.Announce announce, long nowNanos) {
        enter(announce.head().incarnation());
        if (announce.sequence() <= sequence) {
            return Result.DUPLICATE;
        }
        Repair now = repair;
        boolean gap = announce.previous() > sequence;
        if (gap && now == null) {
            metrics.gap();
            catchUp(nowNanos);
            return Result.GAP;
        }
        int known = (int) Math.max(0, sequence - announce.previous());
        List<OfferChange> changes =
                announce.changes().subList(known, announce.changes().size());
        if (!budget.take(changes.size(), nowNanos)) {
            metrics.delayed(changes.size());
            if (now == null) {
                // Asked for again as soon as there is room; nothing is lost.
                catchingUp = true;
                query = 0;
                askedNanos = nowNanos - ANSWER_NANOS + budget.waitNanos(changes.size(), nowNanos);
            }
            return Result.GAP;
        }
        for (OfferChange change : changes) {
            copy.learn(change, nowNanos);
        }
        if (now != null) {
            if (now.touched.size() + changes.size() > MOST_TOUCHED) {
                now.touched.clear();
            }
            changes.forEach(change -> now.touched.put(change.uri(), announce.sequence()));
        }
        if (gap && now != null && !now.hasDigests) {
            return Result.NEWS; // what was before will be in the buckets
        }
        sequence = announce.sequence();
        catchingUp = false;
        return Result.NEWS;
    }

    private void catchUp(long nowNanos) {
        if (!catchingUp) {
            catchingUp = true;
            askedNanos = nowNanos;
            query = ++queries;
            metrics.catchUp();
            asking.pull(this, query, false);
        }
    }

    // ---- heartbeats

    /** Takes in a heartbeat; afterwards {@link #equal} says whether the copy is the original. */
    Result onHeartbeat(Message.Heartbeat heartbeat, long nowNanos) {
        enter(heartbeat.head().incarnation());
        if (heartbeat.beat() <= beat) {
            return Result.DUPLICATE;
        }
        beat = heartbeat.beat();
        announcedDigest = heartbeat.digest();
        if (heartbeat.complete() && !complete) {
            waited = false; // what it has withdrawn meanwhile shows only now
            waitNanos = FIRST_WAIT_NANOS;
        }
        complete = heartbeat.complete();
        if (equal(heartbeat)) {
            sequence = Math.max(sequence, heartbeat.sequence());
            catchingUp = false;
            repair = null;
            settled = true;
            waited = false;
            waitNanos = FIRST_WAIT_NANOS;
        } else if (repair == null && !catchingUp) {
            if (heartbeat.sequence() > sequence && (sequence > 0 || copy.table().size() > 0)) {
                catchUp(nowNanos);
            } else if (heartbeat.sequence() >= sequence) {
                startRepair(nowNanos);
            }
        }
        return Result.NEWS;
    }

    /** Returns whether this is the last heartbeat that was taken in. */
    boolean isLatest(Message.Heartbeat heartbeat) {
        return heartbeat.head().incarnation() == incarnation && heartbeat.beat() == beat;
    }

    boolean equal(Message.Heartbeat heartbeat) {
        return copy.table().digest() == heartbeat.digest() && copy.table().size() == heartbeat.routes();
    }

    /** A table that stays different, because a bound was reached or the site is not sure of it, is tried less often. */
    private void startRepair(long nowNanos) {
        if (waited && nowNanos - dueNanos < 0) {
            return;
        }
        waited = true;
        dueNanos = nowNanos + waitNanos;
        repair = new Repair(!complete, nowNanos);
        query = ++queries;
        metrics.repairStarted();
        asking.pull(this, query, true);
    }

    // ---- repair by digests

    /**
     * Takes in digests.
     *
     * @param copied whether they are of another node's copy, not of the original
     */
    void onDigests(Message.Digests digests, boolean copied, long nowNanos) {
        boolean mine = digests.query() == query && query != 0;
        Repair now = repair;
        if (!mine || digests.head().incarnation() != incarnation || (now == null && !catchingUp)) {
            return;
        }
        if (now == null) {
            now = new Repair(!complete, nowNanos); // the changes asked for are no longer kept
            repair = now;
            metrics.repairStarted();
        } else if (now.hasDigests) {
            return;
        }
        catchingUp = false;
        now.hasDigests = true;
        now.sizes = digests.sizes();
        now.progressNanos = nowNanos;
        sequence = Math.max(sequence, digests.sequence());
        now.premature = copied && Arrays.stream(digests.digests()).sum() != announcedDigest;
        for (int bucket = 0; bucket < OfferTable.BUCKETS; bucket++) {
            if (digests.digests()[bucket] != copy.table().digest(bucket)) {
                now.wanted.add(bucket);
            }
        }
        askForMore(now, nowNanos);
    }

    /** Keeps about as much on its way as the wire holds. */
    private void askForMore(Repair now, long nowNanos) {
        boolean enough = now.onTheWay >= now.window / 2 && !now.asked.isEmpty();
        while (!enough && !now.wanted.isEmpty() && budget.waitNanos(1, nowNanos) == 0) {
            List<Integer> next = new ArrayList<>();
            while (!now.wanted.isEmpty() && next.size() < BUCKETS_PER_REQUEST && now.onTheWay < now.window) {
                int bucket = now.wanted.remove();
                int size = Math.min(now.sizes[bucket], ROUTES_ON_THE_WAY) + 1;
                now.asked.put(bucket, size);
                now.onTheWay += size;
                next.add(bucket);
            }
            if (next.isEmpty()) {
                return;
            }
            asking.fetch(this, query, next);
        }
        if (now.asked.isEmpty() && now.wanted.isEmpty()) {
            endRepair(now);
        }
    }

    void onBuckets(Message.Buckets buckets, long nowNanos) {
        Repair now = repair;
        if (now == null || buckets.query() != query || buckets.head().incarnation() != incarnation) {
            return;
        }
        now.progressNanos = nowNanos;
        now.patienceNanos = PROGRESS_NANOS;
        now.window = Math.min(2 * now.window, ROUTES_ON_THE_WAY);
        for (Message.Bucket bucket : buckets.buckets()) {
            if (!now.asked.containsKey(bucket.bucket())) {
                continue; // only what was asked for
            }
            Map<RouteUri, OfferChange> content = now.parts.computeIfAbsent(bucket.bucket(), key -> new HashMap<>());
            bucket.routes().forEach(route -> content.put(route.uri(), route));
            now.partial += bucket.routes().size();
            budget.spend(bucket.routes().size(), nowNanos);
            if (now.partial > MOST_PARTIAL) {
                metrics.rejected("oversized");
                repair = null;
                return;
            }
            if (bucket.last()) {
                now.parts.remove(bucket.bucket());
                now.partial -= content.size();
                now.onTheWay -= now.asked.remove(bucket.bucket());
                replace(now, bucket.bucket(), content, buckets.sequence(), nowNanos);
            }
        }
        askForMore(now, nowNanos);
    }

    /** Makes a bucket what it was at a sequence, but for what changed since. */
    private void replace(Repair now, int bucket, Map<RouteUri, OfferChange> content, long atSequence, long nowNanos) {
        metrics.bucketRepaired();
        if (!now.additive) {
            List<RouteUri> withdrawn = new ArrayList<>();
            copy.table().forEach(bucket, (uri, offer) -> {
                if (!content.containsKey(uri) && now.touched.getOrDefault(uri, 0L) <= atSequence) {
                    withdrawn.add(uri);
                }
            });
            for (RouteUri uri : withdrawn) {
                now.fruitful |= copy.learn(new OfferChange(uri, null), nowNanos);
            }
        }
        for (OfferChange route : content.values()) {
            if (now.touched.getOrDefault(route.uri(), 0L) <= atSequence) {
                now.fruitful |= copy.learn(route, nowNanos);
            }
        }
    }

    /** The next repair may wait longer only when this one had all its answers and still brought nothing. */
    private void endRepair(Repair now) {
        repair = null;
        settled |= !now.unanswered && !now.premature;
        boolean inVain = !now.unanswered && !now.premature && !now.fruitful;
        waitNanos = inVain ? Math.min(2 * waitNanos, LONGEST_WAIT_NANOS) : FIRST_WAIT_NANOS;
    }

    /** The other side has too much to do; the next heartbeat asks again. */
    void onBusy(Message.Busy busy, long nowNanos) {
        if (busy.query() == query && query != 0) {
            repair = null;
            catchingUp = false;
            waited = true;
            dueNanos = nowNanos + FIRST_WAIT_NANOS;
        }
    }

    /** Gives up what is not answered. */
    void tick(long nowNanos) {
        if (catchingUp && nowNanos - askedNanos >= ANSWER_NANOS) {
            catchingUp = false;
            if (query == 0) {
                catchUp(nowNanos); // put off because there were too many changes
            }
        }
        Repair now = repair;
        if (now != null && nowNanos - now.progressNanos >= (now.hasDigests ? now.patienceNanos : ANSWER_NANOS)) {
            if (!now.hasDigests) {
                repair = null;
                return;
            }
            now.unanswered = true;
            now.progressNanos = nowNanos;
            now.patienceNanos = Math.min(2 * now.patienceNanos, LONGEST_PATIENCE_NANOS);
            now.window = Math.max(1, now.window / 4);
            // What did not come may not come now either: the rest first.
            now.wanted.addAll(now.asked.keySet());
            now.asked.clear();
            now.parts.clear();
            now.partial = 0;
            now.onTheWay = 0;
            query = ++queries;
            askForMore(now, nowNanos);
        } else if (now != null && now.hasDigests && now.asked.isEmpty()) {
            now.progressNanos = nowNanos;
            askForMore(now, nowNanos); // there were too many changes for a while
        }
    }
}
