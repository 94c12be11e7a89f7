package io.grouter.app;

import io.grouter.fib.Fib;
import io.grouter.fib.SiteView;
import io.grouter.gorouter.SiteHealthMeter;
import io.grouter.overrides.Overrides;
import io.grouter.route.Freshness;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteInfo;
import io.grouter.steering.OwnSite;
import io.grouter.steering.Spill;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks after what decisions need to know of this site besides its routes, four times a second. */
final class SiteWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SiteWatch.class);
    private static final Duration STEP = Duration.ofMillis(250);

    private final SiteHealthMeter meter;
    private final Spill spill;
    private final Supplier<Fib> fib;
    private final Supplier<Overrides> overrides;
    private final LongSupplier clock;
    private final ScheduledExecutorService thread;
    private volatile int spillPermille;
    private volatile boolean draining;
    private volatile OwnSite now;

    SiteWatch(
            SiteHealthMeter meter,
            Spill spill,
            Supplier<Fib> fib,
            Supplier<Overrides> overrides,
            LongSupplier clock,
            PrometheusRegistry registry) {
        this.meter = meter;
        this.spill = spill;
        this.fib = fib;
        this.overrides = overrides;
        this.clock = clock;
        this.now = new OwnSite(meter.health(), 0, overrides.get());
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread made = new Thread(task, "grouter-site-watch");
            made.setDaemon(true);
            return made;
        });
        gauge(
                registry,
                "grouter_site_headroom_ratio",
                "Free share of what this site's GoRouters can take, 0 to 1",
                () -> meter.health().headroom());
        gauge(
                registry,
                "grouter_site_error_ratio",
                "Share of the last seconds' requests that no GoRouter answered",
                () -> meter.health().errorPermille() / 1000.0);
        gauge(
                registry,
                "grouter_site_spill_ratio",
                "Share of new clients sent to sites with more room, 0 to 1",
                () -> spillPermille / 1000.0);
    }

    private static void gauge(PrometheusRegistry registry, String name, String help, Supplier<Double> value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(gauge -> gauge.call(value.get()))
                .register(registry);
    }

    void start() {
        thread.scheduleAtFixedRate(this::step, 0, STEP.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void step() {
        try {
            meter.sample(clock.getAsLong());
            List<SiteHealth> others = new ArrayList<>();
            for (SiteView site : fib.get().sites()) {
                SiteInfo info = site.info();
                if (info != null && site.freshness() == Freshness.FRESH && site.fit()) {
                    others.add(info.health());
                }
            }
            spillPermille = spill.step(meter.health(), others);
            refresh();
        } catch (RuntimeException e) {
            log.warn("the site's health could not be measured: {}", e.toString());
        }
    }

    /** Takes over what has changed, at once. Any thread. */
    synchronized void refresh() {
        Overrides current = overrides.get();
        boolean leaving = draining || current.ofSite() != null;
        now = new OwnSite(meter.health().withDraining(leaving), spillPermille, current);
    }

    /** Says from now on that this node is about to leave. */
    void drain() {
        draining = true;
        refresh();
    }

    /** Returns what is so now. Any thread. */
    OwnSite now() {
        return now;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
