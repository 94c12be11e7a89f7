package io.grouter.link;

import io.grouter.report.LimitedLog;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.LoggerFactory;

/** The counters of the transport, and one log line per address and minute for who was turned away. */
final class LinkMetrics {
    private static final String[] REASONS = {
        "not-a-peer", "half-open", "handshake", "too-many", "no-site", "type", "oversized"
    };

    private final PrometheusRegistry registry;
    private final Counter rejected;
    private final Counter sent;
    private final Counter sentBytes;
    private final Counter received;
    private final Counter receivedBytes;
    private final LimitedLog log;

    LinkMetrics(PrometheusRegistry registry, LongSupplier clock) {
        this.registry = registry;
        this.log = new LimitedLog(LoggerFactory.getLogger(LinkMetrics.class), Duration.ofMinutes(1), clock);
        this.rejected = Counter.builder()
                .name("grouter_link_rejected_total")
                .help("Connections and messages turned away by the transport, by reason")
                .labelNames("reason")
                .register(registry);
        for (String reason : REASONS) {
            rejected.initLabelValues(reason);
        }
        this.sent = counter("grouter_link_sent_total", "Messages sent to other nodes, by channel");
        this.sentBytes = counter("grouter_link_sent_bytes_total", "Bytes sent to other nodes, by channel");
        this.received = counter("grouter_link_received_total", "Messages received, by channel");
        this.receivedBytes = counter("grouter_link_received_bytes_total", "Bytes received, by channel");
    }

    private Counter counter(String name, String help) {
        Counter counter =
                Counter.builder().name(name).help(help).labelNames("channel").register(registry);
        counter.initLabelValues("local");
        counter.initLabelValues("wan");
        return counter;
    }

    /** Registers what JGroups itself drops, by channel. */
    void drops(String name, String help, Supplier<Map<String, Long>> values) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames("channel")
                .callback(counter -> values.get().forEach((channel, value) -> counter.call(value, channel)))
                .register(registry);
    }

    void rejected(String peer, String reason, String detail) {
        rejected.labelValues(reason).inc();
        log.warn("gossip port, " + peer, "turned away: " + reason + (detail.isEmpty() ? "" : " (" + detail + ")"));
    }

    void sent(String channel, int bytes) {
        sent.labelValues(channel).inc();
        sentBytes.labelValues(channel).inc(bytes);
    }

    void received(String channel, int bytes) {
        received.labelValues(channel).inc();
        receivedBytes.labelValues(channel).inc(bytes);
    }
}
