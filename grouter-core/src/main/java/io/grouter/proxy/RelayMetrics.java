package io.grouter.proxy;

import io.grouter.route.SiteId;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/** The counters of what goes to other sites and comes from them. Safe for all threads. */
final class RelayMetrics {
    final AtomicInteger incomingConnections = new AtomicInteger();
    final AtomicInteger blocked = new AtomicInteger();
    final CounterDataPoint blockedRefused;
    final CounterDataPoint incomingRefused;
    final CounterDataPoint handshakeFailures;
    final CounterDataPoint peersRefused;
    final CounterDataPoint connectionsMade;
    private final Counter requests;
    private final Counter failures;
    private final Counter pingsMissed;
    private final Counter malformed;
    private final Counter incoming;
    private final Map<String, CounterDataPoint> incomingBySite = new ConcurrentHashMap<>();
    private volatile Supplier<Collection<RelaySite>> sites = List::of;

    /** Why an attempt to relay a request came to nothing. */
    enum Cause {
        /** No entry is known, or none is left to try. */
        NO_ENTRY,
        /** As many requests are under way as there may be. */
        LIMIT,
        /** An entry took no connection. */
        CONNECT,
        /** A connection ended, or the stream on it, before the answer. */
        BROKEN,
        /** The request was not looked at. */
        REFUSED,
        /** What came is no valid answer. */
        INVALID,
        /** No answer came in time. */
        TIMEOUT;

        private String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    RelayMetrics(PrometheusRegistry registry, RelayConfig config) {
        requests = Counter.builder()
                .name("grouter_relay_requests_total")
                .help("Requests given to other sites")
                .labelNames("site")
                .withoutExemplars()
                .register(registry);
        failures = Counter.builder()
                .name("grouter_relay_failures_total")
                .help("Attempts to give a request to another site that came to nothing, by cause")
                .labelNames("site", "cause")
                .withoutExemplars()
                .register(registry);
        pingsMissed = Counter.builder()
                .name("grouter_relay_pings_missed_total")
                .help("Connections to other sites given up because nothing came after a ping")
                .labelNames("site")
                .withoutExemplars()
                .register(registry);
        malformed = Counter.builder()
                .name("grouter_relay_malformed_entries_total")
                .help("Announced entries of other sites that are not an address and a port")
                .labelNames("site")
                .withoutExemplars()
                .register(registry);
        incoming = Counter.builder()
                .name("grouter_relay_incoming_requests_total")
                .help("Requests taken from other sites")
                .labelNames("site")
                .withoutExemplars()
                .register(registry);
        blockedRefused = counter(
                registry,
                "grouter_relay_blocked_cut_off_total",
                "Bodies of other sites broken off because too many waited for slow clients or apps");
        fixed(
                registry,
                "grouter_relay_blocked",
                "Bodies of other sites that wait for slow clients or apps",
                blocked::get);
        fixed(registry, "grouter_relay_blocked_max", "Most of them", config::mostBlocked);
        incomingRefused = counter(
                registry,
                "grouter_relay_incoming_connections_refused_total",
                "Connections of other sites closed at once because there were too many");
        handshakeFailures = counter(
                registry,
                "grouter_relay_handshake_failures_total",
                "TLS handshakes of other sites that failed or took too long");
        peersRefused = counter(
                registry,
                "grouter_relay_peers_refused_total",
                "Connections refused because the certificate is of no site that is listened to");
        connectionsMade = counter(
                registry, "grouter_relay_connections_made_total", "Connections made to other sites, before TLS");
        gauge(registry, "grouter_relay_in_flight", "Requests under way to each site", RelaySite::inFlight);
        gauge(
                registry,
                "grouter_relay_entries",
                "Addresses at which each site takes requests",
                site -> site.entries().size());
        gauge(
                registry,
                "grouter_relay_connections",
                "Connections to each site now",
                site -> site.metrics().connections());
        fixed(
                registry,
                "grouter_relay_in_flight_max",
                "Most requests under way to a site at a time",
                config::maxRequests);
        fixed(
                registry,
                "grouter_relay_incoming_connections",
                "Connections of other sites now",
                incomingConnections::get);
        fixed(
                registry,
                "grouter_relay_incoming_connections_max",
                "Most connections of other sites at a time",
                config::maxIncoming);
    }

    private static CounterDataPoint counter(PrometheusRegistry registry, String name, String help) {
        return Counter.builder().name(name).help(help).withoutExemplars().register(registry);
    }

    private void gauge(PrometheusRegistry registry, String name, String help, ToIntFunction<RelaySite> value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames("site")
                .callback(gauge -> {
                    for (RelaySite site : sites.get()) {
                        gauge.call(value.applyAsInt(site), site.id().name());
                    }
                })
                .register(registry);
    }

    private static void fixed(PrometheusRegistry registry, String name, String help, IntSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(gauge -> gauge.call(value.getAsInt()))
                .register(registry);
    }

    /** Says which sites there are to look at. */
    void sites(Supplier<Collection<RelaySite>> from) {
        sites = from;
    }

    /** Counts a request of another site. */
    void incoming(String site) {
        CounterDataPoint counter = incomingBySite.get(site);
        if (counter == null) {
            counter = incomingBySite.computeIfAbsent(site, incoming::labelValues);
        }
        counter.inc();
    }

    /** Returns how many requests were given to a site. */
    long relayed(String site) {
        return (long) requests.labelValues(site).get();
    }

    /** Returns how many requests were taken from a site. */
    long received(String site) {
        return (long) incoming.labelValues(site).get();
    }

    /** Returns how many attempts to give a request to a site came to nothing. */
    long failed(String site) {
        double sum = 0;
        for (Cause cause : Cause.values()) {
            sum += failures.labelValues(site, cause.label()).get();
        }
        return (long) sum;
    }

    /** Returns the counters of one site. */
    OfSite of(SiteId site) {
        return new OfSite(site.name());
    }

    /** What is counted of one other site. */
    final class OfSite {
        private final CounterDataPoint relayed;
        private final CounterDataPoint missed;
        private final CounterDataPoint wrong;
        private final Map<Cause, CounterDataPoint> failed = new EnumMap<>(Cause.class);
        private final AtomicInteger connections = new AtomicInteger();

        private OfSite(String site) {
            relayed = requests.labelValues(site);
            missed = pingsMissed.labelValues(site);
            wrong = malformed.labelValues(site);
            for (Cause cause : Cause.values()) {
                failed.put(cause, failures.labelValues(site, cause.label()));
            }
        }

        void relayed() {
            relayed.inc();
        }

        void pingMissed() {
            missed.inc();
        }

        void malformed() {
            wrong.inc();
        }

        void failed(Cause cause) {
            CounterDataPoint counter = failed.get(cause);
            if (counter != null) {
                counter.inc();
            }
        }

        int connections() {
            return connections.get();
        }

        void connected() {
            connections.incrementAndGet();
        }

        void disconnected() {
            connections.decrementAndGet();
        }
    }
}
