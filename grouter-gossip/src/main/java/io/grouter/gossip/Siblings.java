package io.grouter.gossip;

import io.grouter.link.Membership;
import io.grouter.link.Peer;
import io.grouter.overrides.OverrideEntry;
import io.grouter.rib.OfferTable;
import io.grouter.rib.Rib;
import io.grouter.route.ChangeResult;
import io.grouter.route.OfferChange;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What the nodes of one site do for each other: each tells the others once a second what it hears itself, in short; a
 * node whose own feed is not live copies the table of one whose feed is; nodes that for long do not hear the same are
 * reported. Used by the rib thread only; time is an argument.
 */
final class Siblings {
    private static final SiteInfo NO_INFO =
            new SiteInfo("", List.of(), 0, 0, List.of(), List.of(), List.of(), SiteHealth.NONE);
    private static final long QUIET_NANOS = Duration.ofSeconds(2).toNanos();
    private static final int CHANGES_PER_MESSAGE = 2_000;
    /** Orders that are given one after the other go out together. */
    private static final long ORDERS_NANOS = Duration.ofMillis(50).toNanos();

    private static final long OVERRIDES_NANOS = Duration.ofSeconds(1).toNanos();
    private static final String DIFFERS = "node %s hears something else than this one";

    private final SiteId own;
    private final long node;
    private final GossipConfig config;
    private final Outbox out;
    private final GossipMetrics metrics;
    private final RandomGenerator random;
    private final AnnounceLog log;
    private final SharedOverrides overrides;
    private final TableId table;
    private final Map<Long, Sibling> known = new HashMap<>();
    private Membership members = Membership.NONE;
    private @Nullable TableReader reader;
    private boolean live;
    private long beat;
    private boolean beatSent;
    private long beatNanos;
    private long changedNanos;
    private long told;
    private boolean draining;
    private long ordersTold;
    private boolean ordersSent;
    private long ordersNanos;

    private static final class Sibling {
        final Peer peer;
        boolean live;
        int routes;
        long digest;
        long heardNanos;
        boolean differs;
        long differsNanos;
        boolean reported;
        SiteInfo info = NO_INFO;
        boolean overridesSent;
        long overridesNanos;

        Sibling(Peer peer) {
            this.peer = peer;
        }
    }

    Siblings(
            SiteId own,
            long node,
            GossipConfig config,
            Outbox out,
            GossipMetrics metrics,
            RandomGenerator random,
            AnnounceLog log,
            SharedOverrides overrides) {
        this.own = own;
        this.node = node;
        this.config = config;
        this.out = out;
        this.metrics = metrics;
        this.random = random;
        this.log = log;
        this.overrides = overrides;
        this.ordersTold = overrides.orders();
        this.table = new TableId(own, node);
    }

    void onMembership(Membership now) {
        // Who is new here is told at once.
        beatSent &= members.siblings().containsAll(now.siblings());
        members = now;
    }

    // ---- telling

    /** Tells the siblings what this node heard, if one of them needs it and no other node tells it. */
    void onOwnChanges(List<OfferChange> changes, long now) {
        changedNanos = now;
        boolean needed = live && tellerNode() == node && known.values().stream().anyMatch(each -> !each.live);
        long total = log.total();
        if (needed) {
            long from = Math.max(total - changes.size(), log.first());
            while (from < total) {
                List<OfferChange> part = log.from(from, CHANGES_PER_MESSAGE);
                out.send(List.of(), true, new Message.Announce(head(), from, part));
                from += part.size();
            }
        }
        told = total;
    }

    private Message.Head head() {
        return new Message.Head(own, null, table, 1, node);
    }

    /** The live node with the lowest number; 0 when there is none. */
    private long tellerNode() {
        long lowest = live ? node : 0;
        for (Map.Entry<Long, Sibling> each : known.entrySet()) {
            if (each.getValue().live && (lowest == 0 || each.getKey() < lowest)) {
                lowest = each.getKey();
            }
        }
        return lowest;
    }

    void tick(Rib rib, SiteInfo info, long now) {
        live = Protocol.live(rib);
        known.values().removeIf(each -> left(rib, each, now));
        tellOrders(now);
        boolean turned = draining != info.health().draining();
        if (!members.siblings().isEmpty()
                && (!beatSent || turned || now - beatNanos >= config.heartbeat().toNanos())) {
            beatSent = true;
            beatNanos = now;
            draining = info.health().draining();
            OfferTable routes = rib.ownOffers();
            out.send(
                    List.of(),
                    true,
                    new Message.Heartbeat(
                            head(),
                            ++beat,
                            told,
                            routes.size(),
                            routes.digest(),
                            live,
                            Set.of(),
                            info,
                            overrides.digest()));
        }
        follow(rib, now);
        TableReader current = reader;
        if (current != null) {
            current.tick(now);
        }
        report(rib, now);
    }

    /** Tells the siblings all overrides as soon as an operator has told this node something. */
    private void tellOrders(long now) {
        long orders = overrides.orders();
        if (orders != ordersTold && (!ordersSent || now - ordersNanos >= ORDERS_NANOS)) {
            ordersTold = orders;
            ordersSent = true;
            ordersNanos = now;
            tellOverrides(List.of(), true);
        }
    }

    private void tellOverrides(List<Peer> to, boolean all) {
        List<OverrideEntry> entries = overrides.entries();
        for (int from = 0; from < entries.size(); from += Message.Overrides.MOST_ENTRIES) {
            int end = Math.min(entries.size(), from + Message.Overrides.MOST_ENTRIES);
            out.send(to, all, new Message.Overrides(head(), List.copyOf(entries.subList(from, end))));
        }
    }

    /** Returns what the site says of itself: this node's word together with that of the siblings heard. */
    SiteInfo together(SiteInfo mine) {
        List<SiteInfo> nodes = new ArrayList<>();
        nodes.add(mine);
        known.values().forEach(each -> nodes.add(each.info));
        return SiteSum.together(nodes, overrides.siteDrained());
    }

    private boolean left(Rib rib, Sibling each, long now) {
        boolean left = !members.siblings().contains(each.peer)
                || now - each.heardNanos > config.suspectAfter().toNanos();
        if (left && each.reported) {
            rib.alarm(own, false, DIFFERS.formatted(each.peer.name()));
        }
        return left;
    }

    /** Copies the table of the teller while the own feed is not live. */
    private void follow(Rib rib, long now) {
        if (live) {
            if (reader != null) {
                reader = null;
                rib.siblingComplete(false);
            }
            return;
        }
        long teller = tellerNode();
        Sibling sibling = known.get(teller);
        if (sibling == null || now - sibling.heardNanos > config.suspectAfter().toNanos()) {
            if (reader != null) {
                reader = null;
                rib.siblingComplete(false);
            }
            return;
        }
        if (reader == null || reader.id().node() != teller) {
            TableId source = new TableId(own, teller);
            reader = new TableReader(
                    source,
                    0,
                    new Copy(rib),
                    new Asking(sibling.peer),
                    metrics,
                    random.nextLong() >>> 2,
                    config.maxChangesPerSecond());
        }
    }

    private record Copy(Rib rib) implements TableReader.Copy {
        @Override
        public OfferTable table() {
            return rib.siblingOffers();
        }

        @Override
        public boolean learn(OfferChange change, long nowNanos) {
            ChangeResult result = rib.sibling(change);
            return result != ChangeResult.UNCHANGED && result != ChangeResult.REFUSED;
        }
    }

    private final class Asking implements TableReader.Asking {
        private final Peer teller;

        Asking(Peer teller) {
            this.teller = teller;
        }

        private Message.Head head(TableReader of) {
            return new Message.Head(own, null, of.id(), of.incarnation(), 0);
        }

        @Override
        public void pull(TableReader of, long query, boolean byDigest) {
            out.send(List.of(teller), false, new Message.Pull(head(of), query, of.sequence(), true));
        }

        @Override
        public void fetch(TableReader of, long query, List<Integer> buckets) {
            out.send(List.of(teller), false, new Message.BucketRequest(head(of), query, List.copyOf(buckets)));
        }
    }

    // ---- listening

    void onMessage(Rib rib, Received received, Answers answers, long now) {
        Message message = received.message();
        TableId about = message.head().table();
        Peer source = received.source();
        if (!source.sibling()
                || !about.site().equals(own)
                || !message.head().from().equals(own)) {
            metrics.rejected(source, "not-a-sibling");
        } else if (about.node() == node) {
            if (message instanceof Message.Pull || message instanceof Message.BucketRequest) {
                answers.answer(received, head(), log.total(), rib.ownOffers(), null, now);
            }
        } else if (message instanceof Message.Heartbeat heartbeat) {
            onHeartbeat(rib, source, heartbeat, now);
        } else if (message instanceof Message.Overrides told) {
            onOverrides(source, told);
        } else {
            onContent(message, now);
        }
    }

    private void onHeartbeat(Rib rib, Peer source, Message.Heartbeat heartbeat, long now) {
        long from = heartbeat.head().table().node();
        if (from != source.node()) {
            metrics.rejected(source, "not-a-sibling");
            return;
        }
        Sibling sibling = known.computeIfAbsent(from, key -> new Sibling(source));
        sibling.live = heartbeat.complete();
        sibling.routes = heartbeat.routes();
        sibling.digest = heartbeat.digest();
        sibling.heardNanos = now;
        sibling.info = heartbeat.info();
        boolean due = !sibling.overridesSent || now - sibling.overridesNanos >= OVERRIDES_NANOS;
        if (heartbeat.overrides() != overrides.digest() && due) {
            sibling.overridesSent = true;
            sibling.overridesNanos = now;
            tellOverrides(List.of(source), false);
        }
        compare(rib, sibling, now);
        TableReader current = reader;
        if (current != null && current.id().node() == from && heartbeat.complete()) {
            current.onHeartbeat(heartbeat, now);
            rib.siblingComplete(current.equal(heartbeat) || current.settled());
        }
    }

    private void onOverrides(Peer source, Message.Overrides told) {
        if (told.head().table().node() == source.node()) {
            overrides.merge(told.entries());
        } else {
            metrics.rejected(source, "not-a-sibling");
        }
    }

    private void onContent(Message message, long now) {
        TableReader current = reader;
        if (current == null || !current.id().equals(message.head().table())) {
            return; // of a node that is not followed now
        }
        if (message instanceof Message.Announce announce) {
            current.onAnnounce(announce, now);
        } else if (message instanceof Message.Digests digests) {
            current.onDigests(digests, false, now);
        } else if (message instanceof Message.Buckets buckets) {
            current.onBuckets(buckets, now);
        } else if (message instanceof Message.Busy busy) {
            current.onBusy(busy, now);
        }
    }

    // ---- comparing

    /** While routes come and go two nodes differ for moments; that counts only if the numbers are far apart. */
    private void compare(Rib rib, Sibling sibling, long now) {
        OfferTable mine = rib.ownOffers();
        boolean equal = sibling.digest == mine.digest() && sibling.routes == mine.size();
        if (!live || !sibling.live || equal) {
            sibling.differs = false;
            return;
        }
        boolean far = Math.abs(sibling.routes - mine.size()) > 1 + Math.max(sibling.routes, mine.size()) / 100;
        boolean quiet = now - changedNanos > QUIET_NANOS;
        if (!sibling.differs && (far || quiet)) {
            sibling.differs = true;
            sibling.differsNanos = now;
        }
    }

    private void report(Rib rib, long now) {
        for (Sibling each : known.values()) {
            boolean lasting = each.differs
                    && now - each.differsNanos > config.siblingDiffersAfter().toNanos();
            if (lasting != each.reported) {
                each.reported = lasting;
                int mine = rib.ownOffers().size();
                String more = each.routes > mine ? "more than" : each.routes < mine ? "less than" : "other routes than";
                rib.alarm(
                        own,
                        lasting,
                        lasting
                                ? "node " + each.peer.name() + " hears " + more + " this one: " + each.routes
                                        + " routes there, " + mine + " here"
                                : DIFFERS.formatted(each.peer.name()));
            }
        }
    }

    /** Returns how many other nodes have for long not heard the same as this one. */
    int differing() {
        return (int) known.values().stream().filter(each -> each.reported).count();
    }
}
