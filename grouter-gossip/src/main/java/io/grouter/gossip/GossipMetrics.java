package io.grouter.gossip;

import io.grouter.report.LimitedLog;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
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
        "type",
        "not-mine",
        "foreign",
        "too-many-sites",
        "own-site",
        "old-incarnation",
        "incarnation-leap",
        "duplicate",
        "not-a-peer",
        "half-open",
        "queue-full"
    };

    private final Counter rejected;
    private final Counter sent;
    private final Counter sentBytes;
    private final Counter received;
    private final Counter dropped;
    private final CounterDataPoint repairs;
    private final CounterDataPoint buckets;
    private final CounterDataPoint gaps;
    private final LimitedLog log;

    GossipMetrics(PrometheusRegistry metrics, LongSupplier clock) {
        this.log = new LimitedLog(LoggerFactory.getLogger(GossipMetrics.class), Duration.ofMinutes(1), clock);
        this.rejected = Counter.builder()
                .name("grouter_gossip_rejected_total")
                .help("Messages and connections from other nodes that were dropped, by reason")
                .labelNames("reason")
                .register(metrics);
        for (String reason : REASONS) {
            rejected.initLabelValues(reason);
        }
        this.sent = counter(metrics, "grouter_gossip_sent_total", "Messages sent to other nodes, by channel");
        this.sentBytes = counter(metrics, "grouter_gossip_sent_bytes_total", "Bytes sent to other nodes, by channel");
        this.received = counter(metrics, "grouter_gossip_received_total", "Messages received, by channel");
        this.dropped = counter(
                metrics,
                "grouter_gossip_send_dropped_total",
                "Messages not sent because the peer could not take them; repaired by digest later");
        this.repairs = single(metrics, "grouter_gossip_repairs_total", "Repairs started because a digest differed");
        this.buckets = single(metrics, "grouter_gossip_buckets_repaired_total", "Buckets replaced by repairs");
        this.gaps = single(metrics, "grouter_gossip_gaps_total", "Announcements that came after a missing one");
    }

    private static Counter counter(PrometheusRegistry metrics, String name, String help) {
        Counter counter =
                Counter.builder().name(name).help(help).labelNames("channel").register(metrics);
        counter.initLabelValues("local");
        counter.initLabelValues("wan");
        return counter;
    }

    private static CounterDataPoint single(PrometheusRegistry metrics, String name, String help) {
        return Counter.builder().name(name).help(help).withoutExemplars().register(metrics);
    }

    void rejected(Source source, String reason) {
        rejected.labelValues(reason).inc();
        if (!reason.equals("duplicate")) {
            log.warn("gossip peer " + source.handle() + " of site " + source.site(), "dropped a message: " + reason);
        }
    }

    void connectionRejected(String peer, String reason) {
        rejected.labelValues(reason).inc();
        log.warn("gossip port, connection from " + peer, "closed: " + reason);
    }

    void sent(String channel, int bytes) {
        sent.labelValues(channel).inc();
        sentBytes.labelValues(channel).inc(bytes);
    }

    void received(String channel) {
        received.labelValues(channel).inc();
    }

    void dropped(String channel) {
        dropped.labelValues(channel).inc();
    }

    void repairStarted() {
        repairs.inc();
    }

    void bucketRepaired() {
        buckets.inc();
    }

    void gap() {
        gaps.inc();
    }
}
