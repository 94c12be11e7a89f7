package io.grouter.gossip;

import io.grouter.link.Peer;
import io.grouter.report.LimitedLog;
import io.grouter.route.SiteId;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.LoggerFactory;

/** The counters of replication, and one log line per peer and minute for what was not believed. */
final class GossipMetrics {
    private static final String[] REASONS = {
        "magic",
        "version",
        "oversized",
        "checksum",
        "content",
        "unknown-type",
        "unknown-site",
        "unknown-key",
        "signature",
        "not-mine",
        "not-a-sibling",
        "no-way",
        "foreign",
        "too-many-sites",
        "own-site",
        "old-incarnation",
        "incarnation-leap",
        "twice",
        "quarantined",
        "congested",
        "too-many",
        "queue-full"
    };

    private final PrometheusRegistry registry;
    private final Counter rejected;
    private final Counter sentBytes;
    private final Counter dropped;
    private final CounterDataPoint duplicates;
    private final CounterDataPoint relayed;
    private final CounterDataPoint repairs;
    private final CounterDataPoint catchUps;
    private final CounterDataPoint delayed;
    private final CounterDataPoint buckets;
    private final CounterDataPoint gaps;
    private final Histogram lag;
    private final LimitedLog log;

    GossipMetrics(PrometheusRegistry metrics, LongSupplier clock) {
        this.registry = metrics;
        this.log = new LimitedLog(LoggerFactory.getLogger(GossipMetrics.class), Duration.ofMinutes(1), clock);
        this.rejected = Counter.builder()
                .name("grouter_gossip_rejected_total")
                .help("Messages from other nodes that were not believed or not answered, by reason")
                .labelNames("reason")
                .register(metrics);
        for (String reason : REASONS) {
            rejected.initLabelValues(reason);
        }
        this.lag = Histogram.builder()
                .name("grouter_gossip_lag_seconds")
                .help(
                        "Age of each site's announced changes when they were taken in here: since they came to the speaking "
                                + "node from its NATS, the way over the network aside")
                .labelNames("site")
                .classicOnly()
                .classicUpperBounds(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800)
                .withoutExemplars()
                .register(metrics);
        this.sentBytes = counter("grouter_gossip_sent_bytes_total", "Bytes of frames to other nodes, by channel");
        this.dropped = counter(
                "grouter_gossip_send_dropped_total",
                "Messages not sent because too much waited for the node already; it finds what it lacks by digest");
        this.duplicates = single("grouter_gossip_duplicates_total", "Statements that were known already");
        this.relayed = single("grouter_gossip_relayed_total", "Statements of one site passed on to another");
        this.repairs = single("grouter_gossip_repairs_total", "Repairs started because a digest differed");
        this.catchUps = single("grouter_gossip_catch_ups_total", "Times missed changes were asked for");
        this.delayed =
                single("grouter_gossip_changes_delayed_total", "Changes put off because a site sent too many at once");
        this.buckets = single("grouter_gossip_buckets_repaired_total", "Buckets replaced by repairs");
        this.gaps = single("grouter_gossip_gaps_total", "Announcements that came after a missing one");
    }

    private Counter counter(String name, String help) {
        Counter counter =
                Counter.builder().name(name).help(help).labelNames("channel").register(registry);
        counter.initLabelValues("local");
        counter.initLabelValues("wan");
        return counter;
    }

    private CounterDataPoint single(String name, String help) {
        return Counter.builder().name(name).help(help).withoutExemplars().register(registry);
    }

    /** Registers a figure that is asked for when it is read. */
    void gauge(String name, String help, LongSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(gauge -> gauge.call((double) value.getAsLong()))
                .register(registry);
    }

    void rejected(Peer source, String reason) {
        rejected.labelValues(reason).inc();
        log.warn("gossip: " + source, "dropped a message: " + reason);
    }

    void rejected(String reason) {
        rejected.labelValues(reason).inc();
    }

    void sent(String channel, int bytes) {
        sentBytes.labelValues(channel).inc(bytes);
    }

    void dropped(String channel) {
        dropped.labelValues(channel).inc();
    }

    /** Notes how old a site's changes were when they were taken in, in seconds. */
    void lag(SiteId site, double seconds) {
        lag.labelValues(site.name()).observe(seconds);
    }

    /** Forgets what was measured of a site. */
    void forget(SiteId site) {
        lag.remove(site.name());
    }

    void duplicate() {
        duplicates.inc();
    }

    void relayed() {
        relayed.inc();
    }

    void repairStarted() {
        repairs.inc();
    }

    void catchUp() {
        catchUps.inc();
    }

    void delayed(int changes) {
        delayed.inc(changes);
    }

    void bucketRepaired() {
        buckets.inc();
    }

    void gap() {
        gaps.inc();
    }
}
