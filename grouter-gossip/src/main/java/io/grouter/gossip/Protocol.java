package io.grouter.gossip;

import io.grouter.link.Membership;
import io.grouter.link.Peer;
import io.grouter.rib.AdjRibIn;
import io.grouter.rib.OfferTable;
import io.grouter.rib.Rib;
import io.grouter.route.ChangeResult;
import io.grouter.route.FeedState;
import io.grouter.route.Freshness;
import io.grouter.route.OfferChange;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The replication protocol as a state machine: messages, ticks, members and own changes in; messages and table changes
 * out. No clock, no I/O, no threads: the rib thread calls everything. What it does is written down in docs/protocol.md.
 */
final class Protocol {
    /** A word from outside may move the own incarnation by this much and no more. */
    private static final long MOST_BEHIND = 1_000_000;

    private static final long MOST_INCARNATION = 1L << 62;
    private static final double LEAPS_PER_SECOND = 0.2;
    private static final int MOST_LEAPS = 8;
    /** Ticks are due far more often; being this late means that this node itself did not run. */
    private static final long PAUSE_NANOS = Duration.ofMillis(500).toNanos();
    /** For so long a node that knows no incarnation waits for what other sites say. */
    private static final long ASK_NANOS = Duration.ofSeconds(1).toNanos();

    private static final long BEHIND_NANOS = Duration.ofMillis(500).toNanos();
    private static final long DIVERGED_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long STRANGERS_NANOS = Duration.ofSeconds(10).toNanos();

    private final SiteId own;
    private final GossipConfig config;
    private final Outbox out;
    private final GossipMetrics metrics;
    private final RandomGenerator random;
    private final Speech speech;
    private final Siblings siblings;
    private final Answers answers;
    private final Map<SiteId, Remote> remotes = new TreeMap<>();
    /** The sites that get a site's news from here; forgotten when members or what sites hear have changed. */
    private final Map<SiteId, List<SiteId>> passedOnTo = new HashMap<>();
    /** Each other site may, without a proof, make this one take another incarnation so often. */
    private final Map<SiteId, TokenBucket> leaps = new TreeMap<>();

    private Membership members = Membership.NONE;
    private long strangersNanos;
    private boolean strangersReported;
    /** Whether the last heartbeat said that the site is draining. */
    private boolean draining;

    private boolean ticked;
    private long lastTickNanos;
    private long nowNanos;

    /** What is known of another site besides its table. */
    private static final class Remote {
        final TableReader reader;
        final Claims claims;
        /** The sites it hears, by its last heartbeat; null before the first. */
        @Nullable
        Set<SiteId> hears;

        /** The node that spoke for it last, without anyone between. */
        @Nullable
        Peer speaker;

        /** Its last heartbeat, with its signature: what proves to the site itself which incarnation was seen. */
        @Nullable
        Received proof;

        boolean heard;
        /** Whether the last heartbeat came through the own site's speaker. */
        boolean viaSibling;

        long directNanos;
        boolean direct;
        long behindNanos;
        boolean behindTold;
        boolean convergedReported;
        long equalNanos;

        Remote(TableReader reader, Claims claims) {
            this.reader = reader;
            this.claims = claims;
        }
    }

    /**
     * Makes the protocol of one node.
     *
     * @param node number of this process
     * @param remembers whether this node knows the last incarnation it used
     * @param overrides what operators ordered for this site
     */
    Protocol(
            SiteId own,
            long node,
            boolean remembers,
            GossipConfig config,
            Outbox out,
            GossipMetrics metrics,
            RandomGenerator random,
            SharedOverrides overrides) {
        this.own = own;
        this.config = config;
        this.out = out;
        this.metrics = metrics;
        this.random = random;
        this.speech = new Speech(own, node, remembers, out);
        this.answers = new Answers(out, metrics, config.maxTransfers());
        this.siblings = new Siblings(own, node, config, out, metrics, random, speech.log(), overrides);
    }

    // ---- members

    void onMembership(Membership now) {
        if (!now.sites().keySet().equals(members.sites().keySet())) {
            passedOnTo.clear();
        }
        members = now;
        siblings.onMembership(now);
    }

    /** Returns the nodes that speak for the other sites in the WAN channel, as far as is known. */
    private List<Peer> speakers() {
        List<Peer> speakers = new ArrayList<>();
        members.sites().keySet().forEach(site -> {
            Peer speaker = speakerOf(site);
            if (speaker != null) {
                speakers.add(speaker);
            }
        });
        return speakers;
    }

    /** Prefers the node that has proven, by a signed statement, that it speaks for the site. */
    private @Nullable Peer speakerOf(SiteId site) {
        List<Peer> peers = members.sites().get(site);
        if (peers == null) {
            return null;
        }
        Remote remote = remotes.get(site);
        Peer proven = remote == null || !hearsDirectly(remote) ? null : remote.speaker;
        return proven != null && peers.contains(proven) ? proven : peers.get(0);
    }

    private boolean hearsDirectly(Remote remote) {
        return remote.direct
                && nowNanos - remote.directNanos < config.suspectAfter().toNanos();
    }

    private Set<SiteId> hears() {
        Set<SiteId> sites = new TreeSet<>();
        remotes.forEach((site, remote) -> {
            if (hearsDirectly(remote)) {
                sites.add(site);
            }
        });
        return sites;
    }

    // ---- speaking for this site

    /**
     * Tells the other sites what changed in this one, if this node speaks for it.
     *
     * @param sinceNanos when the first of the changes came to this node
     */
    void onOwnChanges(List<OfferChange> changes, long sinceNanos, long now) {
        nowNanos = now;
        changes.forEach(change -> speech.log().add(change, sinceNanos));
        siblings.onOwnChanges(changes, nowNanos);
        speech.announce(members.speaker(), false, this::speakers, nowNanos);
    }

    /** Takes in the incarnation that was asked for. */
    void onIncarnation(Rib rib, SiteInfo info, long granted) {
        if (members.speaker() && speech.begin(granted)) {
            heartbeat(rib, info);
        }
    }

    /** Does what is due: claims or keeps the word for the site, sends heartbeats, ages the other sites. */
    void tick(Rib rib, SiteInfo info, long now) {
        long late = ticked ? now - lastTickNanos : 0;
        if (late > PAUSE_NANOS) {
            rib.learned().forEach(site -> site.credit(late, now));
        }
        ticked = true;
        lastTickNanos = now;
        nowNanos = now;
        if (speech.tick(members.speaker(), now)) {
            if (speech.mustAsk(now, members.sites().keySet())) {
                out.send(speakers(), true, new Message.Ask(head(null, TableId.of(own), 0)));
            } else if (speech.knowsEnough(now, ASK_NANOS)) {
                speech.claim();
            }
        }
        if (speech.speaking(members.speaker())) {
            speech.announce(true, false, this::speakers, now);
            boolean turned = draining != siblings.together(info).health().draining();
            if (turned || speech.beatDue(now, config.heartbeat().toNanos())) {
                heartbeat(rib, info);
            }
        }
        siblings.tick(rib, info, now);
        remotes.values().forEach(remote -> remote.reader.tick(now));
        age(rib, now);
        watchStrangers(rib, now);
    }

    private void heartbeat(Rib rib, SiteInfo info) {
        speech.announce(true, true, this::speakers, nowNanos);
        OfferTable table = rib.ownOffers();
        SiteInfo site = siblings.together(info);
        draining = site.health().draining();
        out.send(
                speakers(),
                true,
                new Message.Heartbeat(
                        speech.head(null),
                        speech.nextBeat(nowNanos),
                        speech.sequence(),
                        table.size(),
                        table.digest(),
                        rib.complete(),
                        hears(),
                        site));
    }

    private Message.Head head(@Nullable SiteId to, TableId table, long incarnation) {
        return new Message.Head(own, to, table, incarnation, 0);
    }

    /** Nodes that claim this site's name but are not among its nodes, for longer than a split heals. */
    private void watchStrangers(Rib rib, long now) {
        if (members.strangers().isEmpty()) {
            strangersNanos = now;
            if (strangersReported) {
                strangersReported = false;
                rib.alarm(own, false, "nodes outside claim this site's name");
            }
        } else if (!strangersReported && now - strangersNanos > STRANGERS_NANOS) {
            strangersReported = true;
            rib.alarm(
                    own,
                    true,
                    "nodes outside claim this site's name: " + members.strangers()
                            + "; either another site has the same name, or the local channel is split");
        }
    }

    // ---- listening

    /** Takes in one message. What may not be believed is counted, and changes nothing. */
    void onMessage(Rib rib, Received received, long now) {
        nowNanos = now;
        Message message = received.message();
        Message.Head head = message.head();
        Peer source = received.source();
        SiteId to = head.to();
        boolean direct = !source.sibling() && source.site().equals(head.from());
        if (to != null && !to.equals(own)) {
            passOn(received, to, direct);
        } else if (head.from().equals(own) && !source.sibling() && message instanceof Message.Heartbeat) {
            // This site's own word, sent back: somebody else spoke for the site in that incarnation.
            speech.saw(head.incarnation(), head.claimant(), source.site(), now);
        } else if (head.from().equals(own) != source.sibling() && !(source.sibling() && isStatement(message))) {
            metrics.rejected(source, "own-site");
        } else if (head.table().official() && message instanceof Message.Overrides) {
            metrics.rejected(source, "not-a-sibling");
        } else if (!head.table().official()) {
            siblings.onMessage(rib, received, answers, now);
        } else if (message instanceof Message.Pull || message instanceof Message.BucketRequest) {
            onQuestion(rib, received, now);
        } else if (head.table().site().equals(own)) {
            onOwnTable(received, now);
        } else if (message instanceof Message.Ask
                && head.from().equals(head.table().site())) {
            Remote remote = remotes.get(head.from());
            if (remote == null) {
                Message.Head none = head(head.from(), head.table(), 0);
                out.send(List.of(source), false, new Message.Behind(none));
            } else {
                tellWhatWasSeen(remote, head.from(), source);
            }
        } else if (!head.from().equals(head.table().site()) && !source.sibling()) {
            metrics.rejected(source, "foreign");
        } else {
            onOther(rib, received, direct, now);
        }
    }

    private static boolean isStatement(Message message) {
        return message instanceof Message.Heartbeat || message instanceof Message.Announce;
    }

    /** A message for another site, from one that cannot reach it: one step, never more. */
    private void passOn(Received received, SiteId to, boolean direct) {
        Remote remote = remotes.get(to);
        Peer next = remote == null || !hearsDirectly(remote) ? null : speakerOf(to);
        if (!direct || next == null || out.congested(next)) {
            metrics.rejected(received.source(), "no-way");
        } else {
            metrics.relayed();
            out.forward(List.of(next), false, received);
        }
    }

    private void onQuestion(Rib rib, Received received, long now) {
        TableId table = received.message().head().table();
        Message.Head from = received.message().head();
        if (table.site().equals(own)) {
            if (speech.speaking(members.speaker())) {
                speech.announce(true, true, this::speakers, now);
                SiteId to = received.source().sibling() ? null : from.from();
                answers.answer(received, speech.head(to), speech.sequence(), rib.ownOffers(), speech, now);
            }
            return;
        }
        Remote remote = remotes.get(table.site());
        if (!received.source().sibling() || remote == null) {
            metrics.rejected(received.source(), "not-mine");
            return;
        }
        TableReader reader = remote.reader;
        Message.Head head = head(null, table, reader.incarnation());
        if (reader.repairing()) {
            answers.busy(received, head);
        } else {
            OfferTable routes = rib.learned(table.site()).table();
            answers.answer(received, head, reader.sequence(), routes, null, now);
        }
    }

    /** What others say about this site's own table is never taken in; it only tells which incarnations were used. */
    private void onOwnTable(Received received, long now) {
        Message message = received.message();
        long incarnation = message.head().incarnation();
        if (message instanceof Message.Behind) {
            SiteId by = message.head().from();
            boolean news =
                    incarnation > speech.highestSeen() && !received.source().sibling();
            boolean leap = speech.highestSeen() > 0 && incarnation - speech.highestSeen() > MOST_BEHIND;
            // Nobody has to prove what is said here, so it must not keep the site busy.
            if (news && (leap || incarnation > MOST_INCARNATION || !mayLeap(by, now))) {
                metrics.rejected(received.source(), "incarnation-leap");
            } else {
                speech.saw(incarnation, message.head().claimant(), by, now);
            }
        } else if (message instanceof Message.Ask) {
            if (received.source().sibling() && speech.highestSeen() > 0) {
                tellSibling(received.source());
            }
        } else if (received.source().sibling()) {
            if (incarnation < speech.highestSeen() && message instanceof Message.Heartbeat) {
                tellSibling(received.source());
            }
            speech.onSibling(message, now);
        } else {
            metrics.rejected(received.source(), "own-site");
        }
    }

    private boolean mayLeap(SiteId by, long now) {
        return leaps.computeIfAbsent(by, site -> new TokenBucket(LEAPS_PER_SECOND, MOST_LEAPS))
                .take(1, now);
    }

    private void tellSibling(Peer sibling) {
        Message.Head head = head(null, TableId.of(own), speech.highestSeen());
        out.send(List.of(sibling), false, new Message.Behind(head));
    }

    // ---- other sites' tables

    private @Nullable Remote remote(Rib rib, SiteId site) {
        Remote known = remotes.get(site);
        if (known != null) {
            return known;
        }
        if (remotes.size() >= config.maxSites()) {
            return null;
        }
        AdjRibIn table = rib.learned(site);
        TableReader reader = new TableReader(
                TableId.of(site),
                table.incarnation(),
                new Learned(rib, site),
                new Asking(site),
                metrics,
                random.nextLong() >>> 2,
                config.maxChangesPerSecond());
        Remote made = new Remote(
                reader, new Claims(table.incarnation(), config.suspectAfter().toNanos()));
        remotes.put(site, made);
        passedOnTo.clear();
        return made;
    }

    private record Learned(Rib rib, SiteId site) implements TableReader.Copy {
        @Override
        public OfferTable table() {
            return rib.learned(site).table();
        }

        @Override
        public boolean learn(OfferChange change, long nowNanos) {
            ChangeResult result = rib.learn(site, change, nowNanos);
            return result != ChangeResult.UNCHANGED && result != ChangeResult.REFUSED;
        }
    }

    private void onOther(Rib rib, Received received, boolean direct, long now) {
        Message message = received.message();
        Message.Head head = message.head();
        SiteId site = head.table().site();
        Remote remote = remote(rib, site);
        if (remote == null) {
            metrics.rejected(received.source(), "too-many-sites");
            return;
        }
        if (message instanceof Message.Behind) {
            onBehind(remote, head, site);
        } else if (message instanceof Message.Digests digests) {
            remote.reader.onDigests(digests, received.source().sibling(), now);
        } else if (message instanceof Message.Buckets buckets) {
            remote.reader.onBuckets(buckets, now);
            position(rib, site, remote);
        } else if (message instanceof Message.Busy busy) {
            remote.reader.onBusy(busy, now);
        } else if (listens(rib, received, remote, now)) {
            TableReader.Result result = message instanceof Message.Heartbeat heartbeat
                    ? onHeartbeat(rib, remote, received, heartbeat, now)
                    : remote.reader.onAnnounce((Message.Announce) message, now);
            // Whoever has heard a statement can repeat it, so only the first time tells whom to talk to.
            boolean news = result != TableReader.Result.DUPLICATE;
            if (direct && (news || isLate(remote, received, site))) {
                remote.direct = true;
                remote.directNanos = now;
                remote.speaker = news ? received.source() : remote.speaker;
            }
            if (result == TableReader.Result.NEWS && message instanceof Message.Announce announce) {
                observeLag(site, announce, received, now);
            }
            if (result == TableReader.Result.DUPLICATE) {
                metrics.duplicate();
            } else if (!received.source().sibling()) {
                out.forward(direct && head.to() == null ? inNeedOf(site) : List.of(), true, received);
            }
            position(rib, site, remote);
        }
    }

    /** All that was waited on the way, by the clock of whoever waited; the ways between nodes are not in it. */
    private void observeLag(SiteId site, Message.Announce announce, Received received, long now) {
        if (announce.ageMillis() != Message.Announce.NO_AGE) {
            long millis = announce.ageMillis() + received.waitedMillis();
            metrics.lag(site, millis / 1e3 + Math.max(0, now - received.heardNanos()) / 1e9);
        }
    }

    /**
     * Says whether a heartbeat has come straight from its site, too, only later than through another one. If that did not
     * count, a site whose own way is the longer one would be passed on for ever.
     */
    private boolean isLate(Remote remote, Received received, SiteId site) {
        return received.message() instanceof Message.Heartbeat heartbeat
                && remote.reader.isLatest(heartbeat)
                && members.sites().getOrDefault(site, List.of()).contains(received.source());
    }

    /** A sibling has heard more of that site than this node, so its speaker has to be told. */
    private void onBehind(Remote remote, Message.Head head, SiteId site) {
        boolean more = head.incarnation() > remote.claims.incarnation();
        boolean other = head.incarnation() == remote.claims.incarnation()
                && head.claimant() != 0
                && head.claimant() != remote.claims.claimant();
        if (head.from().equals(own) && (more || other)) {
            Peer way = wayTo(site);
            if (way != null && (!remote.behindTold || nowNanos - remote.behindNanos >= BEHIND_NANOS)) {
                remote.behindNanos = nowNanos;
                remote.behindTold = true;
                Message.Head told = new Message.Head(own, site, head.table(), head.incarnation(), head.claimant());
                out.send(List.of(way), false, new Message.Behind(told));
            }
        }
    }

    private static void position(Rib rib, SiteId site, Remote remote) {
        rib.learned(site).position(remote.reader.incarnation(), remote.reader.sequence());
    }

    /** Says whether what a process says in a site's name counts. */
    private boolean listens(Rib rib, Received received, Remote remote, long now) {
        Message.Head head = received.message().head();
        SiteId site = head.table().site();
        boolean before = remote.claims.conflict();
        long beat = received.message() instanceof Message.Heartbeat heartbeat ? heartbeat.beat() : 0;
        Claims.Verdict verdict = remote.claims.check(head.incarnation(), head.claimant(), beat, now);
        if (remote.claims.conflict() != before) {
            conflict(rib, site, !before);
        }
        switch (verdict) {
            case OLD, TWICE -> {
                metrics.rejected(received.source(), verdict == Claims.Verdict.OLD ? "old-incarnation" : "twice");
                if (now - remote.behindNanos >= BEHIND_NANOS || !remote.behindTold) {
                    remote.behindTold = true;
                    remote.behindNanos = now;
                    tellWhatWasSeen(remote, site, received.source());
                }
                return false;
            }
            case QUARANTINED -> {
                metrics.rejected(received.source(), "quarantined");
                return false;
            }
            default -> {
                return true;
            }
        }
    }

    /** The site's own signed word, where there is one; else only that of this site, which proves nothing. */
    private void tellWhatWasSeen(Remote remote, SiteId site, Peer to) {
        Received proof = remote.proof;
        boolean direct = !to.sibling() && to.site().equals(site);
        if (direct && proof != null && proof.message().head().incarnation() == remote.claims.incarnation()) {
            out.forward(List.of(to), false, proof);
        } else {
            out.send(List.of(to), false, new Message.Behind(behind(remote, to.sibling() ? null : site, site)));
        }
    }

    private Message.Head behind(Remote remote, @Nullable SiteId to, SiteId site) {
        return new Message.Head(own, to, TableId.of(site), remote.claims.incarnation(), remote.claims.claimant());
    }

    private static void conflict(Rib rib, SiteId site, boolean now) {
        rib.conflict(
                site,
                now,
                "two rivals speak in its name, the one heard of later is not listened to; give one of them another name");
    }

    private TableReader.Result onHeartbeat(
            Rib rib, Remote remote, Received received, Message.Heartbeat heartbeat, long now) {
        SiteId site = heartbeat.head().table().site();
        Freshness before = rib.learned(site).freshness();
        if (before != Freshness.FRESH && before != Freshness.SUSPECT) {
            remote.reader.unsettle(jitter(), now);
        }
        remote.viaSibling = received.source().sibling();
        TableReader.Result result = remote.reader.onHeartbeat(heartbeat, now);
        if (result == TableReader.Result.DUPLICATE) {
            return result;
        }
        remote.heard = true;
        remote.proof = received;
        if (!heartbeat.hears().equals(remote.hears)) {
            remote.hears = heartbeat.hears();
            passedOnTo.clear();
        }
        boolean equal = remote.reader.equal(heartbeat);
        SiteId via = received.source().site();
        AdjRibIn table = rib.learned(site);
        boolean passed = !via.equals(site) && !remote.viaSibling;
        table.heard(heartbeat.info(), heartbeat.routes(), heartbeat.sequence(), passed ? via : null, now);
        table.converged(equal, now);
        position(rib, site, remote);
        if (equal || before == Freshness.FRESH || remote.reader.settled()) {
            rib.freshness(site, Freshness.FRESH, now);
        } else if (before != Freshness.SUSPECT) {
            rib.freshness(site, Freshness.SUSPECT, now);
        }
        reportConverged(rib, site, remote, equal, now);
        rib.siteTouched();
        return result;
    }

    private void reportConverged(Rib rib, SiteId site, Remote remote, boolean equal, long now) {
        if (equal) {
            remote.equalNanos = now;
        }
        boolean differs = !equal && now - remote.equalNanos > DIVERGED_NANOS;
        if (equal ? !remote.convergedReported : differs && remote.convergedReported) {
            remote.convergedReported = equal;
            rib.converged(site, equal);
        }
    }

    private long jitter() {
        long most = config.repairJitter().toNanos();
        return most == 0 ? 0 : random.nextLong(most);
    }

    // ---- ways

    /** The nodes that get a site's news from here, because their site does not hear it itself. */
    private Collection<Peer> inNeedOf(SiteId site) {
        List<Peer> needy = new ArrayList<>();
        for (SiteId other : passedOnTo.computeIfAbsent(site, this::sitesInNeedOf)) {
            Peer speaker = speakerOf(other);
            if (speaker != null && !out.congested(speaker)) {
                needy.add(speaker);
                metrics.relayed();
            }
        }
        return needy;
    }

    /** The sites that hear this one but not that other one, and get its news from here: exactly one site sees to it. */
    private List<SiteId> sitesInNeedOf(SiteId site) {
        List<SiteId> needy = new ArrayList<>();
        for (SiteId other : members.sites().keySet()) {
            Remote remote = remotes.get(other);
            Set<SiteId> hears = remote == null ? null : remote.hears;
            boolean needs = !other.equals(site) && hears != null && !hears.contains(site) && hears.contains(own);
            if (needs && hears != null && own.equals(relayBetween(site, other, hears))) {
                needy.add(other);
            }
        }
        return needy;
    }

    /** The first site by name that hears the one and is heard by the other. */
    private SiteId relayBetween(SiteId site, SiteId other, Set<SiteId> otherHears) {
        SiteId first = own;
        for (Map.Entry<SiteId, Remote> each : remotes.entrySet()) {
            Set<SiteId> hears = each.getValue().hears;
            if (!each.getKey().equals(site)
                    && !each.getKey().equals(other)
                    && hears != null
                    && hears.contains(site)
                    && otherHears.contains(each.getKey())
                    && each.getKey().compareTo(first) < 0) {
                first = each.getKey();
            }
        }
        return first;
    }

    /** The node to which a message for a site goes: its speaker, or one of a site that reaches it. */
    private @Nullable Peer wayTo(SiteId site) {
        Remote remote = remotes.get(site);
        Set<SiteId> hears = remote == null ? null : remote.hears;
        boolean direct = remote != null && hearsDirectly(remote) && (hears == null || hears.contains(own));
        if (!direct && remote != null && remote.heard) {
            for (Map.Entry<SiteId, Remote> each : remotes.entrySet()) {
                Remote between = each.getValue();
                boolean reaches = hears != null && hears.contains(each.getKey());
                if (!each.getKey().equals(site) && hearsDirectly(between) && reaches) {
                    return speakerOf(each.getKey());
                }
            }
        }
        return speakerOf(site);
    }

    /** Asks a site, or the own site's speaker, who is nearer. */
    private final class Asking implements TableReader.Asking {
        private final SiteId site;

        Asking(SiteId site) {
            this.site = site;
        }

        @Override
        public void pull(TableReader reader, long query, boolean byDigest) {
            Message.Head head = head(to(), reader.id(), reader.incarnation());
            ask(new Message.Pull(head, query, reader.sequence(), byDigest));
        }

        @Override
        public void fetch(TableReader reader, long query, List<Integer> buckets) {
            Message.Head head = head(to(), reader.id(), reader.incarnation());
            ask(new Message.BucketRequest(head, query, List.copyOf(buckets)));
        }

        private boolean viaSpeaker() {
            return members.ownSpeaker() != null && !members.speaker();
        }

        private @Nullable SiteId to() {
            return viaSpeaker() ? null : site;
        }

        private void ask(Message question) {
            Peer way = viaSpeaker() ? members.ownSpeaker() : wayTo(site);
            if (way != null) {
                out.send(List.of(way), false, question);
            }
        }
    }

    // ---- ageing

    private void age(Rib rib, long now) {
        for (AdjRibIn table : List.copyOf(rib.learned())) {
            Remote remote = remotes.get(table.site());
            if (remote != null && remote.claims.settle(now)) {
                conflict(rib, table.site(), false);
            }
            if (!table.known()) {
                continue;
            }
            Freshness aged = freshness(now - table.heardNanos());
            // Only a heartbeat makes a site fresher again.
            if (aged.compareTo(table.freshness()) > 0) {
                rib.freshness(table.site(), aged, now);
            }
            rib.unheard(table.site(), table.freshness() != Freshness.FRESH && missedByAnother(rib, table.site()));
        }
    }

    /** Returns whether a site that is heard does not hear the given one: two that agree. */
    private boolean missedByAnother(Rib rib, SiteId site) {
        for (Map.Entry<SiteId, Remote> each : remotes.entrySet()) {
            Set<SiteId> hears = each.getValue().hears;
            boolean another = !each.getKey().equals(site) && hears != null && !hears.contains(site);
            if (another && rib.learned(each.getKey()).freshness() == Freshness.FRESH) {
                return true;
            }
        }
        return false;
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

    /** Forgets a site with all that is known of it; returns whether there was anything. */
    boolean forget(Rib rib, SiteId site, long now) {
        boolean known = remotes.remove(site) != null;
        metrics.forget(site);
        passedOnTo.clear();
        return rib.forget(site, now) || known;
    }

    /** Returns whether this node's own feed is all its site has. */
    static boolean live(Rib rib) {
        return rib.feed() == FeedState.LIVE;
    }

    /** Returns how many other nodes of this site have for long not heard the same as this one. */
    int siblingsThatDiffer() {
        return siblings.differing();
    }
}
