package io.grouter.accesslog;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** The counters of the access log. */
final class AccessLogMetrics {
    final Counter written;
    final Counter dropped;

    AccessLogMetrics(EntryQueue queue, PrometheusRegistry metrics) {
        written = Counter.builder()
                .name("grouter_accesslog_written_total")
                .help("Lines written to the access log")
                .withoutExemplars()
                .register(metrics);
        dropped = Counter.builder()
                .name("grouter_accesslog_dropped_total")
                .help("Requests missing in the access log because too many waited or it could not be written")
                .withoutExemplars()
                .register(metrics);
        GaugeWithCallback.builder()
                .name("grouter_accesslog_queue")
                .help("Requests waiting to be written to the access log")
                .callback(gauge -> gauge.call(queue.size()))
                .register(metrics);
        GaugeWithCallback.builder()
                .name("grouter_accesslog_queue_capacity")
                .help("Most requests that may wait to be written to the access log")
                .callback(gauge -> gauge.call(queue.capacity()))
                .register(metrics);
    }
}
