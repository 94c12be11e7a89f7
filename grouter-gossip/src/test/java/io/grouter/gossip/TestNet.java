package io.grouter.gossip;

import io.grouter.rib.Rib;
import io.grouter.rib.RibConfig;
import io.grouter.route.ChangeResult;
import io.grouter.route.Endpoint;
import io.grouter.route.FeedState;
import io.grouter.route.RouteChange;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.testing.Configs;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
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
    private final @Nullable Random chaos;
    long now = 1_000 * MILLI;
    boolean faulty;
    int bucketMessages;

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
            Random random = chaos;
            int at = faulty && random != null ? random.nextInt(Math.min(wire.size(), 5)) : 0;
            Envelope envelope = wire.remove(at);
            if (faulty && random != null) {
                int fate = random.nextInt(10);
                if (fate == 0) {
                    continue;
                } else if (fate == 1) {
                    wire.add(envelope);
                } else if (fate == 2) {
                    envelope.bytes[random.nextInt(envelope.bytes.length)] ^= 1;
                }
            }
            if (envelope.from.up && envelope.to.up && reachable(envelope)) {
                envelope.to.receive(envelope);
            }
        }
    }

    private boolean reachable(Envelope envelope) {
        return envelope.sibling || !(envelope.from.cut || envelope.to.cut);
    }

    /** One node: tables, protocol, and an outbox that puts everything on the wire. */
    final class TestNode implements Outbox {
        final SiteId site;
        final int number;
        Rib rib;
        Protocol protocol;
        boolean up = true;
        boolean cut;
        long lastIncarnation;
        private long granted;

        TestNode(SiteId site, int number) {
            this.site = site;
            this.number = number;
            this.rib = newRib();
            this.protocol = newProtocol();
        }

        private Rib newRib() {
            RibConfig config = Configs.rib();
            Rib made = new Rib(config, site, new PrometheusRegistry());
            made.feed(FeedState.LIVE, "test", now);
            return made;
        }

        private Protocol newProtocol() {
            InetSocketAddress any = InetSocketAddress.createUnresolved("127.0.0.1", 1);
            GossipConfig config = new GossipConfig(
                    true,
                    any,
                    List.of(),
                    any,
                    List.of(),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(30),
                    Duration.ofHours(1),
                    4,
                    "");
            return new Protocol(site, config, this, new GossipMetrics(new PrometheusRegistry(), () -> now));
        }

        /** Forgets everything, as a process that starts again without any file. */
        void restart() {
            rib = newRib();
            protocol = newProtocol();
            granted = 0;
            up = true;
        }

        private SiteInfo info() {
            return new SiteInfo("", List.of(), 80, 0, List.of(), 1, false);
        }

        void tick() {
            protocol.tick(rib, info(), now);
            if (granted > 0) {
                long value = granted;
                granted = 0;
                lastIncarnation = value;
                protocol.onIncarnation(rib, info(), value);
            }
            publish();
        }

        void receive(Envelope envelope) {
            if (MessageCodec.decode(envelope.bytes) instanceof MessageCodec.Decoded.Ok ok) {
                protocol.onMessage(
                        rib, new Source(envelope.from.site, envelope.sibling, envelope.from), ok.message(), now);
                publish();
            }
        }

        void publish() {
            rib.publish((fib, ownChanges, events) -> protocol.onOwnChanges(ownChanges));
        }

        ChangeResult register(String uri, int port) {
            ChangeResult result = rib.apply(new RouteChange.Register(RouteUri.parse(uri), endpoint(port)), now);
            publish();
            return result;
        }

        void unregister(String uri, int port) {
            rib.apply(new RouteChange.Unregister(RouteUri.parse(uri), endpoint(port)), now);
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

        // ---- outbox

        private void put(TestNode to, boolean sibling, Message message) {
            if (message instanceof Message.Buckets) {
                bucketMessages++;
            }
            wire.add(new Envelope(this, to, sibling, MessageCodec.encode(message)));
        }

        private @Nullable TestNode speakerOf(SiteId wanted) {
            return nodes.stream()
                    .filter(node -> node.up && node.site.equals(wanted))
                    .findFirst()
                    .orElse(null);
        }

        @Override
        public void toSite(SiteId to, Message message) {
            TestNode speaker = speakerOf(to);
            if (speaker != null) {
                put(speaker, false, message);
            }
        }

        @Override
        public void toSiblings(Message message) {
            nodes.stream()
                    .filter(node -> node != this && node.up && node.site.equals(site))
                    .forEach(node -> put(node, true, message));
        }

        @Override
        public void toOwnSpeaker(Message message) {
            TestNode speaker = speakerOf(site);
            if (speaker != null && speaker != this) {
                put(speaker, true, message);
            }
        }

        @Override
        public void reply(Source source, Message message) {
            put((TestNode) source.handle(), source.sibling(), message);
        }

        @Override
        public void toSites(Message message) {
            Set<SiteId> others = new TreeSet<>();
            nodes.stream().filter(node -> node.up && !node.site.equals(site)).forEach(node -> others.add(node.site));
            others.forEach(other -> toSite(other, message));
        }

        @Override
        public boolean speaker() {
            return up && speakerOf(site) == this;
        }

        @Override
        public void requestIncarnation(long above) {
            granted = above + 1;
        }

        @Override
        public String toString() {
            return site + "-" + number;
        }
    }
}
