package io.grouter.proxy;

import io.grouter.steering.Rule;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** The counters of the data plane; label values are looked up once, not per request. */
final class ProxyMetrics {
    final AtomicInteger connections = new AtomicInteger();
    final CounterDataPoint connectionsRefused;
    final CounterDataPoint upstreamConnections;
    final CounterDataPoint retries;
    private final Map<Rule, CounterDataPoint> decisions = new EnumMap<>(Rule.class);
    private final Map<Refusal, CounterDataPoint> refusals = new EnumMap<>(Refusal.class);
    private final CounterDataPoint[] responses = new CounterDataPoint[6];

    ProxyMetrics(PrometheusRegistry metrics, int maxConnections) {
        Counter byRule = Counter.builder()
                .name("grouter_proxy_requests_total")
                .help("Requests decided, by the rule that decided")
                .labelNames("reason")
                .register(metrics);
        for (Rule rule : Rule.values()) {
            decisions.put(rule, byRule.labelValues(rule.reason()));
        }
        Counter byRefusal = Counter.builder()
                .name("grouter_proxy_refusals_total")
                .help("Requests that Grouter itself answered with an error, by reason")
                .labelNames("reason")
                .register(metrics);
        for (Refusal refusal : Refusal.values()) {
            refusals.put(refusal, byRefusal.labelValues(refusal.reason()));
        }
        Counter byStatus = Counter.builder()
                .name("grouter_proxy_responses_total")
                .help("Answers sent to clients, by status class")
                .labelNames("status_group")
                .register(metrics);
        for (int i = 0; i < responses.length; i++) {
            responses[i] = byStatus.labelValues(i == 0 ? "other" : i + "xx");
        }
        connectionsRefused = Counter.builder()
                .name("grouter_proxy_connections_refused_total")
                .help("Client connections closed at once because there were too many")
                .withoutExemplars()
                .register(metrics);
        upstreamConnections = Counter.builder()
                .name("grouter_proxy_upstream_connections_total")
                .help("Connections made to GoRouters")
                .withoutExemplars()
                .register(metrics);
        retries = Counter.builder()
                .name("grouter_proxy_retries_total")
                .help("Requests given to another GoRouter or connection because nothing had been processed")
                .withoutExemplars()
                .register(metrics);
        GaugeWithCallback.builder()
                .name("grouter_proxy_connections")
                .help("Client connections now")
                .callback(gauge -> gauge.call(connections.get()))
                .register(metrics);
        GaugeWithCallback.builder()
                .name("grouter_proxy_connections_max")
                .help("Most client connections at a time")
                .callback(gauge -> gauge.call(maxConnections))
                .register(metrics);
    }

    void decided(Rule rule) {
        counter(decisions, rule).inc();
    }

    void refused(Refusal refusal) {
        counter(refusals, refusal).inc();
    }

    void answered(int status) {
        int group = status / 100;
        responses[group < responses.length ? group : 0].inc();
    }

    private static <K extends Enum<K>> CounterDataPoint counter(Map<K, CounterDataPoint> from, K key) {
        CounterDataPoint found = from.get(key);
        if (found == null) {
            throw new IllegalStateException("no counter for " + key);
        }
        return found;
    }
}
