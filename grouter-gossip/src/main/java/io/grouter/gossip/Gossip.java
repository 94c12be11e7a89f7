package io.grouter.gossip;

import io.grouter.fib.Fib;
import io.grouter.fib.SiteView;
import io.grouter.link.JGroupsLink;
import io.grouter.link.LinkConfig;
import io.grouter.link.Membership;
import io.grouter.link.Peer;
import io.grouter.link.SiteLink;
import io.grouter.overrides.OverrideStore;
import io.grouter.rib.Rib;
import io.grouter.rib.RibTask;
import io.grouter.rib.RibThread;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Replication of one node: joins the protocol, which lives on the rib thread, with its transport. Received bytes are
 * decoded and checked on the transport's threads and only then enqueued.
 */
public final class Gossip implements AutoCloseable {
    private static final Duration TICK = Duration.ofMillis(20);
    private static final int FIRST_HEARTBEATS = 3;
    /** For so long a transport thread waits for room in the rib thread's queue. */
    private static final long ROOM_NANOS = Duration.ofSeconds(1).toNanos();

    private final SiteId own;
    private final GossipConfig config;
    private final SiteKeys keys;
    private final SiteLink link;
    private final Couriers couriers;
    private final RibThread rib;
    private final Protocol protocol;
    private final GossipMetrics metrics;
    private final Incarnations incarnations;
    private final Supplier<SiteInfo> info;
    private final LongSupplier clock;
    private final ExecutorService disk;
    private volatile int siblingsThatDiffer;
    private volatile boolean closed;

    /**
     * Makes the replication of a node, not yet joined; registers its work with the rib thread, which must not run yet.
     *
     * @param nodeName name of this node in logs
     * @param info what this node says of its site now; called on the rib thread, must not block
     * @param overrides what operators ordered for this site; shared with its other nodes
     * @param clock monotonic nanoseconds
     * @param wallClock milliseconds since 1970
     * @throws IOException when the transport cannot be made from the configuration
     */
    public Gossip(
            GossipConfig config,
            SiteId own,
            String nodeName,
            RibThread rib,
            Supplier<SiteInfo> info,
            OverrideStore overrides,
            LongSupplier clock,
            LongSupplier wallClock,
            PrometheusRegistry registry)
            throws IOException {
        SecureRandom random = new SecureRandom();
        long node = random.nextLong() | 1;
        this.own = own;
        this.config = config;
        this.clock = clock;
        this.metrics = new GossipMetrics(registry, clock);
        try {
            this.keys = config.keys(own);
        } catch (IllegalArgumentException e) {
            throw new IOException("gossip." + e.getMessage(), e);
        }
        this.link = new JGroupsLink(own, nodeName, node, transport(), clock, registry);
        this.couriers = new Couriers(link, config, keys, metrics, clock, random);
        this.rib = rib;
        this.info = info;
        this.incarnations = new Incarnations(config.incarnationFile());
        this.disk = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "grouter-gossip-disk");
            thread.setDaemon(true);
            return thread;
        });
        boolean remembers = incarnations.last() > 0;
        this.protocol = new Protocol(
                own,
                node,
                remembers,
                config,
                new LinkOutbox(),
                metrics,
                random,
                new StoredOverrides(overrides, wallClock, clock));
        rib.listen((fib, ownChanges, events) -> protocol.onOwnChanges(ownChanges));
        rib.every(TICK, this::tick);
        register(registry);
    }

    private LinkConfig transport() {
        return new LinkConfig(
                config.local(),
                config.localPeers(),
                config.wan(),
                config.wanAdvertised(),
                config.wanPeers(),
                config.joinTimeout(),
                config.tls(),
                this::trusted);
    }

    private boolean trusted(String name) {
        return !keys.on() || keys.sites().stream().anyMatch(site -> site.name().equals(name));
    }

    private void tick(Rib tables, long now) {
        protocol.tick(tables, info.get(), now);
        siblingsThatDiffer = protocol.siblingsThatDiffer();
    }

    private void register(PrometheusRegistry registry) {
        metrics.gauge(
                "grouter_gossip_speaker",
                "1 while this node speaks for its site",
                () -> link.membership().speaker() ? 1 : 0);
        metrics.gauge(
                "grouter_gossip_sites_in_reach",
                "Other sites that have a node in reach",
                () -> link.membership().sites().size());
        metrics.gauge(
                "grouter_gossip_siblings",
                "Other nodes of this site in reach",
                () -> link.membership().siblings().size());
        metrics.gauge(
                "grouter_gossip_siblings_differing",
                "Other nodes of this site that for long have not heard the same routes",
                () -> siblingsThatDiffer);
        metrics.gauge(
                "grouter_gossip_unacknowledged_bytes",
                "Bytes sent to other nodes and not acknowledged; the bound is windowBytes for each node",
                couriers::underWay);
        lag(
                registry,
                "grouter_gossip_heartbeat_age_seconds",
                "Age of each site's last heartbeat",
                (view, now) -> view.info() == null ? Double.NaN : (now - view.heardNanos()) / 1e9);
        lag(
                registry,
                "grouter_gossip_table_age_seconds",
                "Time since the table held equalled the site's own",
                (view, now) -> view.lag().equalNanos() == 0
                        ? Double.NaN
                        : (now - view.lag().equalNanos()) / 1e9);
        lag(
                registry,
                "grouter_gossip_sequence_gap",
                "Changes of each site known of and not yet taken in",
                (view, now) -> Math.max(0, view.lag().announcedSequence() - view.sequence()));
        lag(
                registry,
                "grouter_gossip_converged",
                "1 while the table held equals the site's own, by digest",
                (view, now) -> view.converged() ? 1 : 0);
        lag(
                registry,
                "grouter_gossip_conflict",
                "1 while two rivals speak in the site's name",
                (view, now) -> view.lag().conflict() ? 1 : 0);
    }

    private interface Figure {
        double of(SiteView view, long now);
    }

    private void lag(PrometheusRegistry registry, String name, String help, Figure figure) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames("site")
                .callback(gauge -> rib.fib()
                        .sites()
                        .forEach(view -> gauge.call(
                                figure.of(view, clock.getAsLong()), view.site().name())))
                .register(registry);
    }

    /** Starts joining in the background. */
    public void start() {
        link.start(new Incoming());
    }

    /**
     * Waits until the tables of all sites in reach have been taken in. Not for sites that are out of reach, and not for
     * longer than joining and {@value #FIRST_HEARTBEATS} heartbeats take.
     *
     * @return whether it is so
     */
    public boolean awaitSitesInReach() throws InterruptedException {
        long most = config.joinTimeout()
                .plus(config.heartbeat().multipliedBy(FIRST_HEARTBEATS))
                .toNanos();
        long since = clock.getAsLong();
        while (!knowsSitesInReach()) {
            if (clock.getAsLong() - since > most) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return true;
    }

    private boolean knowsSitesInReach() {
        Membership members = link.membership();
        boolean joined = members.speaker() || members.ownSpeaker() != null;
        Fib fib = rib.fib();
        return joined
                && members.sites().keySet().stream().allMatch(site -> {
                    SiteView view = fib.site(site);
                    return view != null && view.info() != null && view.converged();
                });
    }

    /**
     * Takes other sites and keys from now on. A site that is no longer among them is not listened to any more; what was
     * learned from it ages, until it is forgotten.
     *
     * @throws IllegalArgumentException when a key is none; then nothing changes
     */
    public void trust(GossipConfig changed) {
        keys.trust(changed.publicKeys());
    }

    /** Returns whether a site is among those configured; without keys none is. */
    public boolean trusts(SiteId site) {
        return !site.equals(own) && keys.on() && trusted(site.name());
    }

    /** Returns whether a node may speak for a site, by its name: another one that is configured, or any while none is. */
    public boolean expects(String site) {
        return !site.equals(own.name()) && trusted(site);
    }

    /**
     * A node that is in reach.
     *
     * @param name its name, for people
     * @param sibling whether it is of this site
     * @param speaker whether it speaks for its site
     */
    public record Node(String name, SiteId site, boolean sibling, boolean speaker) {}

    /** Returns the other nodes in reach, those of this site first. Any thread. */
    public List<Node> nodes() {
        Membership now = link.membership();
        List<Node> nodes = new ArrayList<>();
        for (Peer peer : now.siblings()) {
            nodes.add(node(peer, true, peer.equals(now.ownSpeaker())));
        }
        now.sites().values().forEach(peers -> {
            for (int i = 0; i < peers.size(); i++) {
                nodes.add(node(peers.get(i), false, i == 0));
            }
        });
        return nodes;
    }

    private static Node node(Peer peer, boolean sibling, boolean speaker) {
        return new Node(peer.name(), peer.site(), sibling, speaker);
    }

    /** Returns whether this node speaks for its site. Any thread. */
    public boolean speaks() {
        return link.membership().speaker();
    }

    /** Forgets a site with all its routes; the future says whether anything was known of it. */
    public CompletableFuture<Boolean> forget(SiteId site) {
        return rib.ask(tables -> protocol.forget(tables, site, clock.getAsLong()));
    }

    /** Leaves the other nodes. */
    @Override
    public void close() {
        closed = true;
        couriers.close();
        link.close();
        disk.shutdownNow();
    }

    // ---- receiving

    private final class Incoming implements SiteLink.Receiver {
        private final Doorkeeper door = new Doorkeeper(keys, metrics, clock);

        @Override
        public void onMessage(Peer from, byte[] payload) {
            Frame frame = door.frame(from, payload);
            if (frame == null) {
                return;
            }
            couriers.onFrame(from, frame);
            Frame.Sealed sealed = frame.sealed();
            // What is not believed is not acknowledged either: anyone can give any address as the sender's.
            if (sealed != null) {
                take(from, frame, sealed);
            }
        }

        private void take(Peer from, Frame frame, Frame.Sealed sealed) {
            Received received = door.open(from, sealed);
            if (received == null) {
                return;
            }
            post(from, (tables, now) -> {
                protocol.onMessage(tables, received, now);
                couriers.done(from, frame);
            });
        }

        /** A full queue is waited for: the sender's window sees to it that no more than that comes. */
        private void post(Peer from, RibTask task) {
            long since = clock.getAsLong();
            while (!closed && !rib.post(task)) {
                if (clock.getAsLong() - since > ROOM_NANOS) {
                    metrics.rejected(from, "queue-full");
                    return;
                }
                try {
                    TimeUnit.MILLISECONDS.sleep(1);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }

        @Override
        public void onMembership(Membership now) {
            couriers.onMembership(now);
            // The latest view counts, whichever task comes first.
            if (!rib.post((tables, at) -> protocol.onMembership(link.membership()))) {
                retryLater();
            }
        }

        private void retryLater() {
            try {
                disk.execute(() -> untilPosted((tables, at) -> protocol.onMembership(link.membership())));
            } catch (RejectedExecutionException e) {
                metrics.dropped("local"); // closing
            }
        }
    }

    /** Waits for room in the rib thread's queue; not to be called by threads that others wait for. */
    private void untilPosted(RibTask task) {
        while (!closed && !rib.post(task)) {
            try {
                TimeUnit.MILLISECONDS.sleep(100);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    // ---- sending

    private final class LinkOutbox implements Outbox {
        @Override
        public void send(Collection<Peer> to, boolean siblings, Message message) {
            couriers.send(to, siblings, message);
        }

        @Override
        public void forward(Collection<Peer> to, boolean siblings, Received received) {
            couriers.forward(to, siblings, received);
        }

        @Override
        public boolean congested(Peer to) {
            return couriers.congested(to);
        }

        @Override
        public void requestIncarnation(long above) {
            try {
                disk.execute(() -> {
                    long granted = incarnations.next(above);
                    untilPosted((tables, now) -> protocol.onIncarnation(tables, info.get(), granted));
                });
            } catch (RejectedExecutionException e) {
                metrics.dropped("local"); // closing
            }
        }
    }
}
