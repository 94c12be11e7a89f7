package io.grouter.gossip;

import io.grouter.link.LinkTlsConfig;
import io.grouter.link.Membership;
import io.grouter.link.Peer;
import io.grouter.overrides.OperatorOverride;
import io.grouter.overrides.OverrideEntry;
import io.grouter.overrides.OverrideRefused;
import io.grouter.overrides.OverrideStore;
import io.grouter.rib.Rib;
import io.grouter.rib.RibEvent;
import io.grouter.route.ChangeResult;
import io.grouter.route.Endpoint;
import io.grouter.route.FeedState;
import io.grouter.route.RouteChange;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.testing.Configs;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Nodes of several sites on a network without sockets, threads or clocks: the real tables and the real protocol, driven
 * by hand. Every message goes through its bytes.
 */
final class TestNet {
    static final long MILLI = 1_000_000;

    final List<TestNode> nodes = new ArrayList<>();
    final List<Envelope> wire = new ArrayList<>();
    /** What cannot go from one site to another, as {@code from>to}. */
    final Set<String> cuts = new HashSet<>();

    private final @Nullable Random chaos;
    private final Random random = new Random(1);
    long now = 1_000 * MILLI;
    boolean faulty;
    int bucketMessages;
    int overridesMessages;
    int wanBytes;
    int maxChangesPerSecond = 1_000_000;
    int maxTransfers = 8;

    record Envelope(TestNode from, TestNode to, boolean sibling, byte[] bytes) {}

    /** A network that loses, repeats and reorders messages while {@link #faulty}; null = one that never does. */
    TestNet(@Nullable Random chaos) {
        this.chaos = chaos;
    }

    TestNode add(String site) {
        TestNode node = new TestNode(new SiteId(site), nodes.size());
        nodes.add(node);
        return node;
    }

    /** Runs for a time: ticks every 100 ms, and delivers what is under way. */
    void run(int millis) {
        for (int t = 0; t < millis; t += 100) {
            now += 100 * MILLI;
            nodes.stream().filter(node -> node.up).forEach(TestNode::tick);
            deliverAll();
        }
    }

    void deliverAll() {
        for (int i = 0; i < 100_000 && !wire.isEmpty(); i++) {
            Random dice = chaos;
            int at = faulty && dice != null ? dice.nextInt(Math.min(wire.size(), 5)) : 0;
            Envelope envelope = wire.remove(at);
            if (faulty && dice != null) {
                int fate = dice.nextInt(10);
                if (fate == 0) {
                    continue;
                } else if (fate == 1) {
                    wire.add(envelope);
                } else if (fate == 2) {
                    envelope.bytes[dice.nextInt(envelope.bytes.length)] ^= 1;
                }
            }
            if (envelope.from.up && envelope.to.up && reachable(envelope)) {
                envelope.to.receive(envelope);
            }
        }
    }

    private boolean reachable(Envelope envelope) {
        if (envelope.sibling) {
            return !envelope.from.apart && !envelope.to.apart;
        }
        return !envelope.from.cut && !envelope.to.cut && !cuts.contains(envelope.from.site + ">" + envelope.to.site);
    }

    void cutBetween(String a, String b) {
        cuts.add(a + ">" + b);
        cuts.add(b + ">" + a);
    }

    /** A configuration with the usual times. */
    static GossipConfig config(int maxChangesPerSecond, int maxTransfers) {
        InetSocketAddress any = InetSocketAddress.createUnresolved("127.0.0.1", 1);
        return new GossipConfig(
                true,
                any,
                List.of(),
                any,
                List.of(),
                List.of(),
                true,
                "",
                List.of(),
                LinkTlsConfig.OFF,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(3),
                Duration.ofSeconds(30),
                Duration.ofHours(1),
                Duration.ofSeconds(60),
                Duration.ofSeconds(1),
                4,
                maxTransfers,
                10_000_000,
                maxChangesPerSecond,
                128 << 10,
                "");
    }

    /** One node: tables, protocol, and an outbox that puts everything on the wire. */
    final class TestNode implements Outbox {
        final SiteId site;
        final int number;
        final List<RibEvent> events = new ArrayList<>();
        PrometheusRegistry registry = new PrometheusRegistry();
        Rib rib;
        Protocol protocol;
        boolean up = true;
        /** Whether nothing goes from or to other sites. */
        boolean cut;
        /** Whether nothing goes from or to siblings. */
        boolean apart;

        boolean congested;
        /** Whether it neither says nor hears anything, although it is there. */
        boolean mute;
        /** Whether it takes in no overrides. */
        boolean deaf;
        /** Whether it speaks for its site whoever is first. */
        boolean speaks;

        long clockAhead;
        long lastIncarnation;
        long incarnationFile;
        SiteHealth health = SiteHealth.idle(1);
        OverrideStore overrides;
        private long process;
        private long granted;

        TestNode(SiteId site, int number) {
            this.site = site;
            this.number = number;
            this.process = number + 1L;
            this.overrides = new OverrideStore(process, new PrometheusRegistry());
            this.rib = newRib();
            this.protocol = newProtocol();
        }

        private Rib newRib() {
            Rib made = new Rib(Configs.rib(), site, new PrometheusRegistry());
            made.feed(FeedState.LIVE, "test", now);
            return made;
        }

        private Protocol newProtocol() {
            registry = new PrometheusRegistry();
            GossipMetrics metrics = new GossipMetrics(registry, () -> now);
            return new Protocol(
                    site,
                    process,
                    incarnationFile > 0,
                    config(maxChangesPerSecond, maxTransfers),
                    this,
                    metrics,
                    random,
                    new Shared());
        }

        /** The overrides of the process that runs now. */
        private final class Shared implements SharedOverrides {
            @Override
            public long digest() {
                return overrides.digest();
            }

            @Override
            public long orders() {
                return overrides.orders();
            }

            @Override
            public List<OverrideEntry> entries() {
                return overrides.entries();
            }

            @Override
            public boolean siteDrained() {
                return overrides.current().ofSite() != null;
            }

            @Override
            public void merge(List<OverrideEntry> entries) {
                if (!deaf) {
                    overrides.merge(entries, wallMillis(), time());
                }
            }
        }

        long wallMillis() {
            return 1_700_000_000_000L + now / MILLI;
        }

        void drain(String route) {
            RouteUri uri = route.isEmpty() ? null : RouteUri.parse(route);
            OperatorOverride.Kind kind =
                    uri == null ? OperatorOverride.Kind.DRAIN_SITE : OperatorOverride.Kind.DRAIN_ROUTE;
            long since = wallMillis();
            try {
                overrides.add(
                        new OperatorOverride(kind, uri, null, toString(), "a test", since, since + 3_600_000),
                        since,
                        time());
            } catch (OverrideRefused e) {
                throw new AssertionError(e);
            }
        }

        void undrain(OperatorOverride order) {
            overrides.remove(order, "", wallMillis(), time());
        }

        /** Forgets everything but its incarnation file, as a process that starts again. */
        void restart() {
            process += 1000;
            overrides = new OverrideStore(process, new PrometheusRegistry());
            rib = newRib();
            protocol = newProtocol();
            granted = 0;
            up = true;
        }

        long time() {
            return now + clockAhead;
        }

        Peer asPeer(boolean sibling) {
            return new Peer(site, process, sibling, toString(), this);
        }

        private SiteInfo info() {
            return new SiteInfo("", List.of(), 80, 0, List.of(), List.of(), List.of(), health);
        }

        private Membership membership() {
            List<Peer> siblings = new ArrayList<>();
            Map<SiteId, List<Peer>> sites = new TreeMap<>();
            TestNode first = null;
            for (TestNode node : nodes) {
                boolean mine = node.site.equals(site);
                if (!node.up || (mine && node != this && (apart || node.apart))) {
                    continue;
                }
                if (!mine) {
                    sites.computeIfAbsent(node.site, key -> new ArrayList<>()).add(node.asPeer(false));
                } else {
                    first = first == null && !node.mute ? node : first;
                    if (node != this) {
                        siblings.add(node.asPeer(true));
                    }
                }
            }
            return new Membership(
                    first == this || speaks,
                    first == this || first == null || speaks ? null : first.asPeer(true),
                    siblings,
                    sites,
                    List.of());
        }

        void tick() {
            if (mute) {
                return;
            }
            overrides.tick(wallMillis(), time());
            protocol.onMembership(membership());
            protocol.tick(rib, info(), time());
            if (granted > 0) {
                long value = granted;
                granted = 0;
                lastIncarnation = value;
                protocol.onIncarnation(rib, info(), value);
            }
            publish();
        }

        void receive(Envelope envelope) {
            receive(envelope.from.asPeer(envelope.sibling), envelope.bytes);
        }

        void receive(Peer from, byte[] bytes) {
            if (mute) {
                return;
            }
            if (Frame.decode(bytes) instanceof Frame.Decoded.Ok ok && ok.frame().sealed() != null) {
                try {
                    Message message = MessageCodec.decode(ok.frame().sealed().statement());
                    protocol.onMessage(
                            rib, new Received(from, message, ok.frame().sealed(), time(), 0), time());
                } catch (java.io.IOException | IllegalArgumentException e) {
                    return; // as the node does, which counts it
                }
                publish();
            }
        }

        void publish() {
            rib.waitingSince(time());
            rib.publish((fib, ownChanges, told) -> {
                events.addAll(told);
                protocol.onOwnChanges(ownChanges, rib.ownSinceNanos(), time());
            });
        }

        ChangeResult register(String uri, int port) {
            ChangeResult result = rib.apply(new RouteChange.Register(RouteUri.parse(uri), endpoint(port)), time());
            publish();
            return result;
        }

        void unregister(String uri, int port) {
            rib.apply(new RouteChange.Unregister(RouteUri.parse(uri), endpoint(port)), time());
            publish();
        }

        private static Endpoint endpoint(int port) {
            return Endpoint.at("10.0.0.1:" + port, "guid");
        }

        /** The routes held from another site, as text. */
        Set<String> routesOf(String other) {
            Set<String> found = new TreeSet<>();
            rib.fib().forEach(route -> {
                if (route.from(new SiteId(other)) != null) {
                    found.add(route.uri().toString());
                }
            });
            return found;
        }

        /** The routes of its own site, as text. */
        Set<String> ownRoutes() {
            Set<String> found = new TreeSet<>();
            rib.fib().forEach(route -> {
                if (route.local()) {
                    found.add(route.uri().toString());
                }
            });
            return found;
        }

        /** How often a message was rejected for a reason. */
        long rejected(String reason) {
            return (long) registry.scrape(name -> name.equals("grouter_gossip_rejected")).stream()
                    .flatMap(snapshot -> snapshot.getDataPoints().stream())
                    .filter(point -> reason.equals(point.getLabels().get("reason")))
                    .mapToDouble(point -> ((CounterSnapshot.CounterDataPointSnapshot) point).getValue())
                    .sum();
        }

        /** What this node knows of a site, and what was rejected here, for the message of a failed test. */
        String describe(SiteId other) {
            StringBuilder text = new StringBuilder(String.valueOf(rib.fib().site(other)));
            registry.scrape()
                    .forEach(snapshot -> snapshot.getDataPoints().forEach(point -> {
                        if (point instanceof CounterSnapshot.CounterDataPointSnapshot counter
                                && counter.getValue() > 0) {
                            text.append("; ")
                                    .append(snapshot.getMetadata().getName())
                                    .append(point.getLabels())
                                    .append(' ')
                                    .append(counter.getValue());
                        }
                    }));
            return text.toString();
        }

        // ---- outbox

        private void put(Collection<Peer> to, boolean siblings, Message message, Frame.Sealed sealed) {
            List<Peer> all = new ArrayList<>(to);
            if (siblings) {
                all.addAll(membership().siblings());
            }
            for (Peer peer : all) {
                if (message instanceof Message.Buckets) {
                    bucketMessages++;
                } else if (message instanceof Message.Overrides) {
                    overridesMessages++;
                }
                byte[] bytes = new Frame(0, 0, 0, 0, sealed, 0).encode();
                wanBytes += peer.sibling() ? 0 : bytes.length;
                wire.add(new Envelope(this, (TestNode) peer.address(), peer.sibling(), bytes));
            }
        }

        @Override
        public void send(Collection<Peer> to, boolean siblings, Message message) {
            put(to, siblings, message, new Frame.Sealed(MessageCodec.encode(message), 0, new byte[0]));
        }

        @Override
        public void forward(Collection<Peer> to, boolean siblings, Received received) {
            put(to, siblings, received.message(), received.sealed());
        }

        @Override
        public boolean congested(Peer to) {
            return congested;
        }

        @Override
        public void requestIncarnation(long above) {
            granted = Math.max(above, incarnationFile) + 1;
            incarnationFile = granted;
        }

        @Override
        public String toString() {
            return site + "-" + number;
        }
    }
}
