package io.grouter.rib;

import io.grouter.fib.Fib;
import io.grouter.route.FeedState;
import io.grouter.route.Freshness;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** Figures of the tables. Counting is for the rib thread; reading is for all. */
final class RibMetrics {
    private final PrometheusRegistry registry;
    private final Counter refused;
    private final Counter transitions;
    private final Counter guard;

    RibMetrics(PrometheusRegistry registry, Supplier<Fib> fib) {
        this.registry = registry;
        this.refused = Counter.builder()
                .name("grouter_rib_refused_total")
                .help("Changes refused because a bound of the tables was reached")
                .labelNames("table")
                .register(registry);
        refused.initLabelValues("local");
        refused.initLabelValues("learned");
        refused.initLabelValues("sibling");
        this.transitions = Counter.builder()
                .name("grouter_rib_feed_transitions_total")
                .help("Times this site's feed came into each state")
                .labelNames("state")
                .register(registry);
        for (FeedState state : FeedState.values()) {
            transitions.initLabelValues(state.name());
        }
        this.guard = Counter.builder()
                .name("grouter_rib_guard_changes_total")
                .help("Times expiry was held back (engaged) or let go again, and why")
                .labelNames("change")
                .register(registry);
        for (String change : new String[] {"engaged", "recovered", "timed_out", "operator"}) {
            guard.initLabelValues(change);
        }
        registerTables(fib);
        registerStates(fib);
    }

    private void registerTables(Supplier<Fib> fib) {
        GaugeWithCallback.builder()
                .name("grouter_rib_routes")
                .help("Routes held, by the site that has them")
                .labelNames("site")
                .callback(gauge -> {
                    Fib now = fib.get();
                    gauge.call(now.localRoutes(), now.ownSite().name());
                    now.sites()
                            .forEach(site ->
                                    gauge.call(site.routes(), site.site().name()));
                })
                .register(registry);
        gauge(
                "grouter_rib_known_empty_routes",
                "Routes kept as known to be empty after their last endpoint left",
                () -> fib.get().knownEmpty());
    }

    private void registerStates(Supplier<Fib> fib) {
        GaugeWithCallback.builder()
                .name("grouter_rib_feed_state")
                .help("1 for the state this site's feed is in")
                .labelNames("state")
                .callback(gauge -> {
                    for (FeedState state : FeedState.values()) {
                        gauge.call(fib.get().feed() == state ? 1 : 0, state.name());
                    }
                })
                .register(registry);
        GaugeWithCallback.builder()
                .name("grouter_rib_site_freshness")
                .help("1 for the freshness each other site has")
                .labelNames("site", "freshness")
                .callback(gauge -> fib.get().sites().forEach(site -> {
                    for (Freshness freshness : Freshness.values()) {
                        gauge.call(
                                site.freshness() == freshness ? 1 : 0,
                                site.site().name(),
                                freshness.name());
                    }
                }))
                .register(registry);
    }

    /** Registers the bounds of the tables. */
    void bounds(RibConfig config) {
        GaugeWithCallback.builder()
                .name("grouter_rib_routes_limit")
                .help("Most routes a table takes")
                .labelNames("table")
                .callback(gauge -> {
                    gauge.call(config.maxLocalRoutes(), "local");
                    gauge.call(config.maxLocalRoutes(), "sibling");
                    gauge.call(config.maxRoutesPerSite(), "learned");
                    gauge.call(2.0 * config.maxKnownEmpty(), "known_empty"); // of this site, and of the others
                })
                .register(registry);
    }

    /** Registers a figure that is asked for when it is read. */
    void gauge(String name, String help, IntSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(gauge -> gauge.call(value.getAsInt()))
                .register(registry);
    }

    void refused(String table) {
        refused.labelValues(table).inc();
    }

    void feed(FeedState state) {
        transitions.labelValues(state.name()).inc();
    }

    void guard(String change) {
        guard.labelValues(change).inc();
    }
}
