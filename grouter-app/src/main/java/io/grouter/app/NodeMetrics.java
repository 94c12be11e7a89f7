package io.grouter.app;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.instrumentation.jvm.JvmBufferPoolMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmRuntimeInfoMetric;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** What is measured of a node as a whole, and of the process it runs in. */
final class NodeMetrics {
    private NodeMetrics() {}

    /** Registers the figures; {@code ready} is asked when they are read. */
    static void register(PrometheusRegistry registry, Config config, String node, BooleanSupplier ready) {
        Info.builder()
                .name("grouter_info")
                .help("This node: its site, its name, its version")
                .labelNames("own_site", "node", "version")
                .register(registry)
                .setLabelValues(config.site().name().name(), node, version());
        GaugeWithCallback.builder()
                .name("grouter_ready")
                .help("1 while this node takes requests and has a healthy GoRouter, as /ready says")
                .callback(gauge -> gauge.call(ready.getAsBoolean() ? 1 : 0))
                .register(registry);
        JvmMemoryMetrics.builder().register(registry);
        JvmBufferPoolMetrics.builder().register(registry);
        JvmGarbageCollectorMetrics.builder().register(registry);
        JvmThreadsMetrics.builder().register(registry);
        JvmRuntimeInfoMetric.builder().register(registry);
        ProcessMetrics.builder().register(registry);
    }

    private static String version() {
        Package about = NodeMetrics.class.getPackage();
        return about.getImplementationVersion() == null ? "" : about.getImplementationVersion();
    }

    /** Returns the certificates a node uses, by what it uses them for. */
    static Map<String, Path> certificates(Config config) {
        Map<String, Path> places = new LinkedHashMap<>();
        put(places, "proxy", config.proxy().tls().certificates());
        put(places, "gorouters", config.goRouters().tls().certificate());
        put(places, "relay", config.relay().tls().certificate());
        put(places, "gossip", config.gossip().tls().certificate());
        put(places, "nats", config.nats().tls().certificate());
        return places;
    }

    private static void put(Map<String, Path> places, String use, String file) {
        if (!file.isEmpty()) {
            places.put(use, Path.of(file));
        }
    }
}
