package io.grouter.proxy;

import io.grouter.http.Malformed;
import io.grouter.steering.Decision;
import io.grouter.steering.Rule;
import io.netty.channel.ChannelFuture;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/** The counters of the data plane; label values are looked up once, not per request. */
final class ProxyMetrics {
    final AtomicInteger connections = new AtomicInteger();
    final Traffic traffic = new Traffic();
    final CounterDataPoint connectionsRefused;
    final CounterDataPoint clientConnectionsRefused;
    final CounterDataPoint keptBodiesLost;
    final CounterDataPoint tlsHandshakes;
    final CounterDataPoint tlsFailures;
    final CounterDataPoint http2Floods;
    final CounterDataPoint upstreamConnections;
    final CounterDataPoint retries;
    private final Map<Rule, Map<Decision.Kind, CounterDataPoint>> decisions = new EnumMap<>(Rule.class);
    private final Map<Refusal, CounterDataPoint> refusals = new EnumMap<>(Refusal.class);
    private final Map<Malformed, CounterDataPoint> malformed = new EnumMap<>(Malformed.class);
    private final CounterDataPoint[] responses = new CounterDataPoint[6];
    private final AtomicInteger websockets = new AtomicInteger();
    private final CounterDataPoint websocketUpgrades;
    private final DistributionDataPoint total;
    private final DistributionDataPoint own;
    private final DistributionDataPoint upstream;

    ProxyMetrics(PrometheusRegistry metrics, int maxConnections, IntSupplier waiting, KeptBody.Total kept) {
        Counter byRule = Counter.builder()
                .name("grouter_proxy_requests_total")
                .help("Requests decided: what was done with them, and the rule that decided")
                .labelNames("decision", "reason")
                .register(metrics);
        for (Rule rule : Rule.values()) {
            Map<Decision.Kind, CounterDataPoint> byKind = new EnumMap<>(Decision.Kind.class);
            for (Decision.Kind kind : Decision.Kind.values()) {
                byKind.put(kind, byRule.labelValues(kind.label(), rule.reason()));
            }
            decisions.put(rule, byKind);
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
        Counter byProblem = Counter.builder()
                .name("grouter_proxy_malformed_total")
                .help("Requests that were not valid HTTP, by what was wrong")
                .labelNames("problem")
                .register(metrics);
        for (Malformed problem : Malformed.values()) {
            malformed.put(problem, byProblem.labelValues(problem.reason()));
        }
        websocketUpgrades = Counter.builder()
                .name("grouter_proxy_websocket_upgrades_total")
                .help("Connections that changed their protocol")
                .withoutExemplars()
                .register(metrics);
        GaugeWithCallback.builder()
                .name("grouter_proxy_websockets")
                .help("Connections with a changed protocol now")
                .callback(gauge -> gauge.call(websockets.get()))
                .register(metrics);
        GaugeWithCallback.builder()
                .name("grouter_proxy_queue")
                .help("Requests that wait for room at a GoRouter now")
                .callback(gauge -> gauge.call(waiting.getAsInt()))
                .register(metrics);
        GaugeWithCallback.builder()
                .name("grouter_proxy_kept_body_bytes")
                .help("Bytes of request bodies kept for a second chance now; the bound is steering.keptBytes")
                .callback(gauge -> gauge.call((double) kept.bytes()))
                .register(metrics);
        keptBodiesLost = Counter.builder()
                .name("grouter_proxy_kept_bodies_lost_total")
                .help("Requests that have no second chance because their body is too long, or too many are kept")
                .withoutExemplars()
                .register(metrics);
        total = histogram(
                metrics, "grouter_proxy_request_seconds", "Time from a request's head to the end of its answer");
        own = histogram(metrics, "grouter_proxy_own_seconds", "Time from a request's head until it went to a GoRouter");
        upstream = histogram(
                metrics,
                "grouter_proxy_upstream_seconds",
                "Time from a request going to a GoRouter to its answer's head");
        connectionsRefused = Counter.builder()
                .name("grouter_proxy_connections_refused_total")
                .help("Client connections closed at once because there were too many")
                .withoutExemplars()
                .register(metrics);
        clientConnectionsRefused = Counter.builder()
                .name("grouter_proxy_client_connections_refused_total")
                .help("Client connections closed at once because there were too many of that client")
                .withoutExemplars()
                .register(metrics);
        tlsHandshakes = Counter.builder()
                .name("grouter_proxy_tls_handshakes_total")
                .help("TLS handshakes of clients that were finished")
                .withoutExemplars()
                .register(metrics);
        tlsFailures = Counter.builder()
                .name("grouter_proxy_tls_handshake_failures_total")
                .help("TLS handshakes of clients that failed or took too long")
                .withoutExemplars()
                .register(metrics);
        http2Floods = Counter.builder()
                .name("grouter_proxy_http2_floods_total")
                .help("HTTP/2 connections ended because of too many frames that carry nothing")
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

    void decided(Decision decision) {
        found(found(decisions, decision.rule()), decision.kind()).inc();
        traffic.decided(decision);
    }

    void refused(Refusal refusal) {
        found(refusals, refusal).inc();
        traffic.refused();
    }

    void answered(int status) {
        int group = status / 100;
        responses[group < responses.length ? group : 0].inc();
    }

    void malformed(Malformed problem) {
        found(malformed, problem).inc();
    }

    void websocketOpened(ChannelFuture closed) {
        websocketUpgrades.inc();
        websockets.incrementAndGet();
        closed.addListener(done -> websockets.decrementAndGet());
    }

    void took(long totalNanos, long ownNanos, long upstreamNanos) {
        total.observe(totalNanos / 1e9);
        own.observe(ownNanos / 1e9);
        if (upstreamNanos >= 0) {
            upstream.observe(upstreamNanos / 1e9);
        }
    }

    private static DistributionDataPoint histogram(PrometheusRegistry metrics, String name, String help) {
        return Histogram.builder()
                .name(name)
                .help(help)
                .classicOnly()
                .classicUpperBounds(0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60)
                .withoutExemplars()
                .register(metrics);
    }

    private static <K extends Enum<K>, V> V found(Map<K, V> from, K key) {
        V found = from.get(key);
        if (found == null) {
            throw new IllegalStateException("no counter for " + key);
        }
        return found;
    }
}
