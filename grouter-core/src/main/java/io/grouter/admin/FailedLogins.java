package io.grouter.admin;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Counts wrong tokens by source: an IPv4 address, or the first 64 bits of an IPv6 address. Of more sources than it can
 * remember, the one heard of least lately is forgotten. Safe for all threads.
 */
final class FailedLogins {
    /** How many wrong tokens a source may show within a minute. */
    static final int ALLOWED = 10;

    /** How many sources are remembered. */
    static final int MOST_SOURCES = 4096;

    private static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int NETWORK_BYTES = 8;

    private final LongSupplier clock;
    private final Map<String, Window> sources = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Window> eldest) {
            return size() > MOST_SOURCES;
        }
    };

    private record Window(long sinceNanos, int count) {}

    /** Makes a table with nothing in it; the clock is monotonic nanoseconds. */
    FailedLogins(LongSupplier clock, PrometheusRegistry metrics) {
        this.clock = clock;
        GaugeWithCallback.builder()
                .name("grouter_admin_wrong_token_sources")
                .help("Addresses remembered for wrong tokens at the admin API")
                .callback(gauge -> gauge.call(size()))
                .register(metrics);
        GaugeWithCallback.builder()
                .name("grouter_admin_wrong_token_sources_capacity")
                .help("Most addresses remembered for wrong tokens at the admin API")
                .callback(gauge -> gauge.call(MOST_SOURCES))
                .register(metrics);
    }

    /** Counts a wrong token; returns 0, or for how many seconds no more of this source are looked into. */
    synchronized long failed(InetAddress from) {
        long now = clock.getAsLong();
        String source = source(from);
        Window before = sources.get(source);
        if (before == null || now - before.sinceNanos() >= WINDOW_NANOS) {
            sources.put(source, new Window(now, 1));
            return 0;
        }
        int count = Math.min(before.count() + 1, ALLOWED + 1);
        sources.put(source, new Window(before.sinceNanos(), count));
        long left = WINDOW_NANOS - (now - before.sinceNanos());
        return count <= ALLOWED ? 0 : TimeUnit.NANOSECONDS.toSeconds(left) + 1;
    }

    synchronized int size() {
        return sources.size();
    }

    private static String source(InetAddress address) {
        return address instanceof Inet6Address
                ? HexFormat.of().formatHex(Arrays.copyOf(address.getAddress(), NETWORK_BYTES))
                : address.getHostAddress();
    }
}
