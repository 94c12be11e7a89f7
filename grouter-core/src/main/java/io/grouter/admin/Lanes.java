package io.grouter.admin;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads on which streamed bodies are written: one for each, so many at a time of each kind. Safe for all threads. */
final class Lanes implements AutoCloseable {
    private final Map<StreamedBody.Lane, ThreadPoolExecutor> pools = new EnumMap<>(StreamedBody.Lane.class);
    private final Counter refused;
    private final Counter cutOff;

    Lanes(AdminLimits limits, PrometheusRegistry metrics) {
        pools.put(StreamedBody.Lane.TABLES, pool("grouter-admin-stream", limits.streams()));
        if (limits.eventSubscribers() > 0) {
            pools.put(StreamedBody.Lane.EVENTS, pool("grouter-admin-watcher", limits.eventSubscribers()));
        }
        this.refused = Counter.builder()
                .name("grouter_admin_streams_refused_total")
                .help("Streams of the admin API refused because there were too many of their kind")
                .labelNames("kind")
                .register(metrics);
        this.cutOff = Counter.builder()
                .name("grouter_admin_streams_cut_off_total")
                .help("Streams of the admin API cut off because they were not read, or took too long")
                .labelNames("kind")
                .register(metrics);
        for (StreamedBody.Lane lane : StreamedBody.Lane.values()) {
            refused.initLabelValues(label(lane));
            cutOff.initLabelValues(label(lane));
        }
        gauge(metrics, "grouter_admin_streams", "Streams of the admin API that are being written", true);
        gauge(metrics, "grouter_admin_streams_max", "Most of them at a time", false);
    }

    private void gauge(PrometheusRegistry metrics, String name, String help, boolean now) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames("kind")
                .callback(gauge -> pools.forEach((lane, pool) ->
                        gauge.call(now ? pool.getActiveCount() : pool.getMaximumPoolSize(), label(lane))))
                .register(metrics);
    }

    private static String label(StreamedBody.Lane lane) {
        return lane.name().toLowerCase(Locale.ROOT);
    }

    private static ThreadPoolExecutor pool(String name, int most) {
        return new ThreadPoolExecutor(0, most, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Runs a task on a thread of its own; false and counted when there are too many. */
    boolean run(StreamedBody.Lane lane, Runnable task) {
        ThreadPoolExecutor pool = pools.get(lane);
        try {
            if (pool != null) {
                pool.execute(task);
                return true;
            }
        } catch (RejectedExecutionException e) {
            // said below
        }
        refused.labelValues(label(lane)).inc();
        return false;
    }

    /** Counts one that was cut off. */
    void cutOff(StreamedBody.Lane lane) {
        cutOff.labelValues(label(lane)).inc();
    }

    @Override
    public void close() {
        pools.values().forEach(ThreadPoolExecutor::shutdownNow);
    }
}
