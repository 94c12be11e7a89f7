package io.grouter.gossip;

import io.grouter.rib.AdjRibIn;
import io.grouter.rib.OfferTable;
import io.grouter.rib.Rib;
import io.grouter.route.ChangeResult;
import io.grouter.route.FeedState;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
import io.grouter.route.OfferChange;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The replication protocol as a state machine: messages, ticks and own changes in, messages and table changes out. No
 * clock, no I/O, no threads: the rib thread calls everything.
 *
 * <p>Each site's speaker sends its own changes in order, numbered within an incarnation, and every second a heartbeat
 * with the digest of its table. A receiver whose table has another digest asks for the digests of the buckets, then for
 * the buckets that differ. A table is written by its own site alone: what is said about a site counts only when the
 * transport says it comes from that site, or from a sibling that passes it on.
 */
final class Protocol {
    private static final int CHANGES_PER_MESSAGE = 500;
    /** At most three bytes each, this stays far below {@link MessageCodec#MAX_BYTES}. */
    private static final int CHARACTERS_PER_MESSAGE = 100_000;

    private static final int BUCKETS_PER_REQUEST = 32;
    private static final int ROUTES_PER_ANSWER = 500;
    private static final long REPAIR_TIMEOUT_NANOS = Duration.ofSeconds(3).toNanos();
    private static final long FIRST_WAIT_NANOS = Duration.ofMillis(500).toNanos();
    private static final long LONGEST_WAIT_NANOS = Duration.ofMinutes(5).toNanos();
    private static final long YIELD_NANOS = Duration.ofSeconds(5).toNanos();
    /** A word from outside may move the own incarnation by this much and no more. */
    private static final long MOST_BEHIND = 1_000_000;
    /** Ticks are due far more often; being this late means that this node itself did not run. */
    private static final long PAUSE_NANOS = Duration.ofMillis(500).toNanos();

    private final SiteId own;
    private final GossipConfig config;
    private final Outbox out;
    private final GossipMetrics metrics;
    private final Map<SiteId, Repair> repairs = new HashMap<>();
    private final Map<SiteId, BackOff> backOffs = new HashMap<>();
    private long incarnation;
    private long sequence;
    private long highestSeen;
    private long requested;
    private long yieldUntilNanos;
    private boolean yielding;
    private boolean ticked;
    private long lastTickNanos;
    private long lastHeartbeatNanos;

    Protocol(SiteId own, GossipConfig config, Outbox out, GossipMetrics metrics) {
        this.own = own;
        this.config = config;
        this.out = out;
        this.metrics = metrics;
    }

    /** One running repair of a site's table. */
    private static final class Repair {
        final boolean viaSibling;
        /** Whether the site was not sure of its own table: then routes are taken in, but none is taken as withdrawn. */
        final boolean additive;

        final Deque<Integer> wanted = new ArrayDeque<>();
        final Set<Integer> asked = new HashSet<>();
        long progressNanos;
        /** Whether an answer did not come. */
        boolean unanswered;
        /** Whether anything was learned. */
        boolean fruitful;

        Repair(boolean viaSibling, boolean additive, long nowNanos) {
            this.viaSibling = viaSibling;
            this.additive = additive;
            this.progressNanos = nowNanos;
        }
    }

    private static final class BackOff {
        long dueNanos;
        long waitNanos = FIRST_WAIT_NANOS;

        BackOff(long nowNanos) {
            this.dueNanos = nowNanos;
        }
    }

    // ---- speaking for this site

    /** Tells the other sites what changed in this one, if this node speaks for it. */
    void onOwnChanges(List<OfferChange> changes) {
        if (!speaking()) {
            return;
        }
        for (int from = 0, to; from < changes.size(); from = to) {
            to = endOfPart(changes, from);
            List<OfferChange> part = changes.subList(from, to);
            Message message = new Message.Announce(own, incarnation, sequence, sequence + 1, List.copyOf(part));
            sequence++;
            out.toSites(message);
        }
    }

    /** A message holds as many changes as surely fit, whatever their names. */
    private static int endOfPart(List<OfferChange> changes, int from) {
        int characters = 0;
        int to = from;
        while (to < changes.size() && to - from < CHANGES_PER_MESSAGE && characters < CHARACTERS_PER_MESSAGE) {
            OfferChange change = changes.get(to++);
            Offer offer = change.offer();
            characters += change.uri().host().length() + change.uri().path().length();
            characters += offer == null ? 0 : offer.appId().length();
        }
        return to;
    }

    /** Takes in the incarnation that was asked for. */
    void onIncarnation(Rib rib, SiteInfo info, long granted) {
        if (out.speaker() && granted > incarnation && granted > highestSeen) {
            incarnation = granted;
            sequence = 0;
            heartbeat(rib, info);
        }
    }

    private boolean speaking() {
        return out.speaker() && incarnation > 0 && incarnation >= highestSeen && !yielding;
    }

    /** Does what is due: claims or keeps the word for the site, sends heartbeats, ages the other sites. */
    void tick(Rib rib, SiteInfo info, long nowNanos) {
        long late = ticked ? nowNanos - lastTickNanos : 0;
        if (late > PAUSE_NANOS) {
            rib.learned().forEach(site -> site.credit(late, nowNanos));
        }
        ticked = true;
        lastTickNanos = nowNanos;
        if (yielding && nowNanos - yieldUntilNanos >= 0) {
            yielding = false;
        }
        if (!out.speaker()) {
            requested = 0;
            if (incarnation > 0) {
                highestSeen = Math.max(highestSeen, incarnation);
                incarnation = 0;
            }
        } else if (!yielding && (incarnation == 0 || incarnation < highestSeen)) {
            claim();
        }
        if (speaking() && nowNanos - lastHeartbeatNanos >= config.heartbeat().toNanos()) {
            lastHeartbeatNanos = nowNanos;
            heartbeat(rib, info);
        }
        age(rib, nowNanos);
        for (Map.Entry<SiteId, Repair> each : List.copyOf(repairs.entrySet())) {
            if (nowNanos - each.getValue().progressNanos > REPAIR_TIMEOUT_NANOS) {
                goOnWithoutAnswer(each.getValue(), each.getKey(), nowNanos);
            }
        }
    }

    /** What was asked for did not come; what is still wanted may. */
    private void goOnWithoutAnswer(Repair repair, SiteId site, long nowNanos) {
        repair.asked.clear();
        repair.unanswered = true;
        repair.progressNanos = nowNanos;
        askForBuckets(repair, site);
    }

    private void claim() {
        if (requested <= highestSeen) {
            requested = highestSeen + 1;
            out.requestIncarnation(highestSeen);
        }
    }

    private void heartbeat(Rib rib, SiteInfo info) {
        OfferTable table = rib.ownOffers();
        Message message = new Message.Heartbeat(
                own, incarnation, sequence, table.size(), table.digest(), rib.feed() == FeedState.LIVE, info);
        out.toSites(message);
        out.toSiblings(message);
    }

    // ---- listening to others

    /** Takes in one message. What may not be believed is counted, and changes nothing. */
    void onMessage(Rib rib, Source source, Message message, long nowNanos) {
        if (message.site().equals(own)) {
            onOwnTable(rib, source, message, nowNanos);
        } else if (message instanceof Message.DigestRequest || message instanceof Message.BucketRequest) {
            if (source.sibling() && isKnown(rib, message.site())) {
                AdjRibIn table = rib.learned(message.site());
                answer(source, message, table.table(), table.incarnation(), table.sequence());
            } else {
                metrics.rejected(source, "not-mine");
            }
        } else if (!source.sibling() && !source.site().equals(message.site())) {
            metrics.rejected(source, "foreign");
        } else if (!isKnown(rib, message.site()) && rib.learned().size() >= config.maxSites()) {
            metrics.rejected(source, "too-many-sites");
        } else {
            onStatement(rib, source, message, nowNanos);
        }
    }

    private static boolean isKnown(Rib rib, SiteId site) {
        return rib.learned().stream().anyMatch(table -> table.site().equals(site));
    }

    /** What others say about this site's own table is never taken in; it only tells which incarnations were used. */
    private void onOwnTable(Rib rib, Source source, Message message, long nowNanos) {
        if (message instanceof Message.DigestRequest || message instanceof Message.BucketRequest) {
            if (speaking()) {
                answer(source, message, rib.ownOffers(), incarnation, sequence);
            }
        } else if (message instanceof Message.Behind) {
            if (message.incarnation() - highestSeen > MOST_BEHIND) {
                metrics.rejected(source, "incarnation-leap");
            } else {
                highestSeen = Math.max(highestSeen, message.incarnation());
            }
        } else if (source.sibling()) {
            if (incarnation > 0 && message.incarnation() > incarnation) {
                yielding = true; // two speakers for a moment: the higher incarnation has the word
                yieldUntilNanos = nowNanos + YIELD_NANOS;
            }
            highestSeen = Math.max(highestSeen, message.incarnation());
        } else {
            metrics.rejected(source, "own-site");
        }
    }

    private void onStatement(Rib rib, Source source, Message message, long nowNanos) {
        AdjRibIn table = rib.learned(message.site());
        if (message.incarnation() < table.incarnation()) {
            metrics.rejected(source, "old-incarnation");
            out.reply(source, new Message.Behind(message.site(), table.incarnation()));
            return;
        }
        if (message instanceof Message.Heartbeat heartbeat) {
            onHeartbeat(rib, table, source, heartbeat, nowNanos);
        } else if (message instanceof Message.Announce announce) {
            onAnnounce(rib, table, source, announce);
        } else if (message instanceof Message.Digests digests) {
            onDigests(table, source, digests, nowNanos);
        } else if (message instanceof Message.Buckets buckets) {
            onBuckets(rib, table, buckets, nowNanos);
        } else if (message instanceof Message.Behind && source.sibling()) {
            out.toSite(message.site(), message); // a sibling has heard more of that site than this node
        }
    }

    private void onHeartbeat(Rib rib, AdjRibIn table, Source source, Message.Heartbeat heartbeat, long nowNanos) {
        passOn(source, heartbeat);
        boolean equal =
                table.table().digest() == heartbeat.digest() && table.table().size() == heartbeat.routes();
        table.heard(heartbeat.info(), heartbeat.routes(), equal, nowNanos);
        if (equal || heartbeat.incarnation() > table.incarnation()) {
            table.position(heartbeat.incarnation(), equal ? heartbeat.sequence() : 0);
        }
        rib.freshness(table.site(), Freshness.FRESH);
        rib.siteTouched();
        if (equal) {
            repairs.remove(table.site());
            backOffs.remove(table.site());
        } else if (!repairs.containsKey(table.site()) && mayRepair(table.site(), nowNanos)) {
            Repair repair = new Repair(source.sibling(), !heartbeat.complete(), nowNanos);
            repairs.put(table.site(), repair);
            metrics.repairStarted();
            ask(repair, table.site(), new Message.DigestRequest(table.site()));
        }
    }

    /** A table that stays different, because a bound was reached or the site is not sure of it, is tried less often. */
    private boolean mayRepair(SiteId site, long nowNanos) {
        BackOff backOff = backOffs.computeIfAbsent(site, key -> new BackOff(nowNanos));
        if (nowNanos - backOff.dueNanos < 0) {
            return false;
        }
        backOff.dueNanos = nowNanos + backOff.waitNanos;
        return true;
    }

    /** The next repair may wait longer only when this one had all its answers and still brought nothing. */
    private void endRepair(Repair repair, SiteId site) {
        repairs.remove(site);
        BackOff backOff = backOffs.get(site);
        if (backOff != null) {
            boolean inVain = !repair.unanswered && !repair.fruitful;
            backOff.waitNanos = inVain ? Math.min(2 * backOff.waitNanos, LONGEST_WAIT_NANOS) : FIRST_WAIT_NANOS;
        }
    }

    private void onAnnounce(Rib rib, AdjRibIn table, Source source, Message.Announce announce) {
        boolean sameIncarnation = announce.incarnation() == table.incarnation();
        if (sameIncarnation && announce.sequence() <= table.sequence()) {
            metrics.rejected(source, "duplicate");
            return;
        }
        passOn(source, announce);
        if (sameIncarnation && announce.previous() != table.sequence()) {
            metrics.gap(); // what is missing shows in the next digest
        }
        for (OfferChange change : announce.changes()) {
            rib.learn(table.site(), change);
        }
        table.position(announce.incarnation(), announce.sequence());
    }

    /** News that came from the other site itself is told to this site's other nodes, unchanged. */
    private void passOn(Source source, Message message) {
        if (!source.sibling()) {
            out.toSiblings(message);
        }
    }

    private void onDigests(AdjRibIn table, Source source, Message.Digests digests, long nowNanos) {
        Repair repair = repairs.get(table.site());
        if (repair == null || repair.viaSibling != source.sibling() || !repair.asked.isEmpty()) {
            return;
        }
        long[] theirs = new long[OfferTable.BUCKETS];
        for (Message.BucketDigest bucket : digests.buckets()) {
            theirs[bucket.bucket()] = bucket.digest();
        }
        repair.wanted.clear();
        for (int bucket = 0; bucket < OfferTable.BUCKETS; bucket++) {
            if (theirs[bucket] != table.table().digest(bucket)) {
                repair.wanted.add(bucket);
            }
        }
        repair.progressNanos = nowNanos;
        askForBuckets(repair, table.site());
    }

    private void onBuckets(Rib rib, AdjRibIn table, Message.Buckets buckets, long nowNanos) {
        Repair repair = repairs.get(table.site());
        if (repair == null) {
            return;
        }
        for (Message.Bucket bucket : buckets.buckets()) {
            if (!repair.asked.remove(bucket.bucket())) {
                continue; // only what was asked for
            }
            metrics.bucketRepaired();
            Set<RouteUri> gone =
                    new HashSet<>(table.table().bucket(bucket.bucket()).keySet());
            for (OfferChange route : bucket.routes()) {
                gone.remove(route.uri());
                repair.fruitful |= isChange(rib.learn(table.site(), route));
            }
            if (!repair.additive) {
                gone.forEach(uri -> rib.learn(table.site(), new OfferChange(uri, null)));
                repair.fruitful |= !gone.isEmpty();
            }
        }
        repair.progressNanos = nowNanos;
        if (repair.asked.isEmpty()) {
            askForBuckets(repair, table.site());
        }
    }

    private static boolean isChange(ChangeResult result) {
        return result != ChangeResult.UNCHANGED && result != ChangeResult.REFUSED;
    }

    private void askForBuckets(Repair repair, SiteId site) {
        while (!repair.wanted.isEmpty() && repair.asked.size() < BUCKETS_PER_REQUEST) {
            repair.asked.add(repair.wanted.remove());
        }
        if (repair.asked.isEmpty()) {
            endRepair(repair, site);
        } else {
            ask(repair, site, new Message.BucketRequest(site, List.copyOf(repair.asked)));
        }
    }

    private void ask(Repair repair, SiteId site, Message request) {
        if (repair.viaSibling) {
            out.toOwnSpeaker(request);
        } else {
            out.toSite(site, request);
        }
    }

    // ---- answering

    private void answer(Source source, Message request, OfferTable table, long atIncarnation, long atSequence) {
        if (request instanceof Message.BucketRequest wanted) {
            if (Set.copyOf(wanted.buckets()).size() != wanted.buckets().size()
                    || wanted.buckets().size() > BUCKETS_PER_REQUEST) {
                metrics.rejected(source, "oversized");
                return;
            }
            answerBuckets(source, wanted, table, atIncarnation, atSequence);
            return;
        }
        List<Message.BucketDigest> digests = new ArrayList<>();
        for (int bucket = 0; bucket < OfferTable.BUCKETS; bucket++) {
            if (table.digest(bucket) != 0) {
                digests.add(new Message.BucketDigest(bucket, table.digest(bucket)));
            }
        }
        out.reply(source, new Message.Digests(request.site(), atIncarnation, atSequence, List.copyOf(digests)));
    }

    private void answerBuckets(
            Source source, Message.BucketRequest request, OfferTable table, long atIncarnation, long atSequence) {
        List<Message.Bucket> part = new ArrayList<>();
        int routes = 0;
        for (int index : request.buckets()) {
            List<OfferChange> content = new ArrayList<>();
            table.bucket(index).forEach((uri, offer) -> content.add(new OfferChange(uri, offer)));
            part.add(new Message.Bucket(index, List.copyOf(content)));
            routes += content.size();
            if (routes >= ROUTES_PER_ANSWER) {
                out.reply(source, new Message.Buckets(request.site(), atIncarnation, atSequence, List.copyOf(part)));
                part.clear();
                routes = 0;
            }
        }
        if (!part.isEmpty()) {
            out.reply(source, new Message.Buckets(request.site(), atIncarnation, atSequence, List.copyOf(part)));
        }
    }

    // ---- ageing

    private void age(Rib rib, long nowNanos) {
        for (AdjRibIn table : List.copyOf(rib.learned())) {
            if (!table.known()) {
                continue;
            }
            Freshness now = freshness(nowNanos - table.heardNanos());
            // Only a heartbeat makes a site fresher again.
            if (now.compareTo(table.freshness()) > 0) {
                rib.freshness(table.site(), now);
            }
        }
    }

    private Freshness freshness(long silentNanos) {
        if (silentNanos > config.goneAfter().toNanos()) {
            return Freshness.GONE;
        }
        if (silentNanos > config.staleAfter().toNanos()) {
            return Freshness.STALE;
        }
        return silentNanos > config.suspectAfter().toNanos() ? Freshness.SUSPECT : Freshness.FRESH;
    }
}
