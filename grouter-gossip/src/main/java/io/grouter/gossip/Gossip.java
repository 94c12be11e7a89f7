package io.grouter.gossip;

import io.grouter.rib.Rib;
import io.grouter.rib.RibThread;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Replication of one node: joins the protocol, which lives on the rib thread, with its transport. Received bytes are
 * decoded on the transport's threads and only then enqueued.
 */
public final class Gossip implements AutoCloseable {
    private static final Duration TICK = Duration.ofMillis(100);

    private final SiteLink link;
    private final RibThread rib;
    private final Protocol protocol;
    private final GossipMetrics metrics;
    private final Incarnations incarnations;
    private final Supplier<SiteInfo> info;
    private final ExecutorService disk;

    /**
     * Makes the replication of a node, not yet joined; registers its work with the rib thread, which must not run yet.
     *
     * @param nodeName name of this node in logs
     * @param info what this site says of itself now; called on the rib thread, must not block
     * @param clock monotonic nanoseconds
     * @throws IOException when the transport cannot be made from the configuration
     */
    public Gossip(
            GossipConfig config,
            SiteId own,
            String nodeName,
            RibThread rib,
            Supplier<SiteInfo> info,
            LongSupplier clock,
            PrometheusRegistry registry)
            throws IOException {
        this.metrics = new GossipMetrics(registry, clock);
        this.link = new JGroupsLink(own, nodeName, config, metrics);
        this.rib = rib;
        this.info = info;
        this.incarnations = new Incarnations(config.incarnationFile());
        this.disk = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "grouter-gossip-disk");
            thread.setDaemon(true);
            return thread;
        });
        this.protocol = new Protocol(own, config, new LinkOutbox(), metrics);
        rib.listen((fib, ownChanges, events) -> protocol.onOwnChanges(ownChanges));
        rib.every(TICK, (tables, now) -> protocol.tick(tables, info.get(), now));
        GaugeWithCallback.builder()
                .name("grouter_gossip_speaker")
                .help("1 while this node speaks for its site")
                .callback(gauge -> gauge.call(link.speaker() ? 1 : 0))
                .register(registry);
        GaugeWithCallback.builder()
                .name("grouter_gossip_sites_in_reach")
                .help("Other sites that have a node in reach")
                .callback(gauge -> gauge.call(link.sites().size()))
                .register(registry);
    }

    /** Starts joining in the background. */
    public void start() {
        link.start(this::onMessage);
    }

    /** Leaves the other nodes. */
    @Override
    public void close() {
        link.close();
        disk.shutdownNow();
    }

    private void onMessage(Source source, byte[] payload) {
        MessageCodec.Decoded decoded = MessageCodec.decode(payload);
        if (decoded instanceof MessageCodec.Decoded.Malformed malformed) {
            metrics.rejected(source, malformed.reason());
            return;
        }
        Message message = ((MessageCodec.Decoded.Ok) decoded).message();
        if (!rib.post((tables, now) -> protocol.onMessage(tables, source, message, now))) {
            metrics.rejected(source, "queue-full");
        }
    }

    /** Without its incarnation the site would stay silent, so a full queue is waited for here. */
    private void grant(long incarnation) {
        while (!rib.post((Rib tables, long now) -> protocol.onIncarnation(tables, info.get(), incarnation))) {
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private final class LinkOutbox implements Outbox {
        @Override
        public void toSite(SiteId site, Message message) {
            link.toSite(site, MessageCodec.encode(message));
        }

        /** Encodes once, however many sites there are. */
        @Override
        public void toSites(Message message) {
            byte[] payload = MessageCodec.encode(message);
            link.sites().forEach(site -> link.toSite(site, payload));
        }

        @Override
        public void toSiblings(Message message) {
            link.toSiblings(MessageCodec.encode(message));
        }

        @Override
        public void toOwnSpeaker(Message message) {
            link.toOwnSpeaker(MessageCodec.encode(message));
        }

        @Override
        public void reply(Source source, Message message) {
            link.reply(source, MessageCodec.encode(message));
        }

        @Override
        public boolean speaker() {
            return link.speaker();
        }

        @Override
        public void requestIncarnation(long above) {
            try {
                disk.execute(() -> grant(incarnations.next(above)));
            } catch (RejectedExecutionException e) {
                metrics.dropped("local"); // closing
            }
        }
    }
}
