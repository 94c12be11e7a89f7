package io.grouter.admin;

import io.grouter.gorouter.GoRouterPool;
import io.grouter.overrides.OverrideStore;
import io.grouter.rib.Journal;
import io.grouter.rib.Rib;
import io.grouter.rib.RibThread;
import io.grouter.route.SiteConfig;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.steering.OwnSite;
import io.grouter.steering.Steering;
import io.grouter.testing.Configs;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What stands behind the admin API of a node that knows nothing yet. */
final class AdminParts implements NodeControl {
    private AdminParts() {}

    /** Makes it anew. */
    static AdminSources sources() {
        PrometheusRegistry metrics = new PrometheusRegistry();
        SiteConfig site = new SiteConfig(new SiteId("dc1"), "eu", List.of(), 80, 0, List.of());
        Rib rib = new Rib(Configs.rib(), site.name(), metrics);
        return new AdminSources(
                site,
                new RibThread(rib, System::nanoTime, 10, metrics),
                new Journal(100, System::currentTimeMillis),
                () -> OwnSite.idle(1),
                () -> site.info(null, List.of(), SiteHealth.idle(1)),
                new Steering(site, Configs.steering(), false),
                new GoRouterPool(Configs.goRouters(1), System::nanoTime, metrics),
                new AdminParts(),
                metrics,
                new OverrideStore(1, metrics),
                System::nanoTime,
                System::currentTimeMillis);
    }

    @Override
    public boolean trusts(SiteId site) {
        return true;
    }

    @Override
    public CompletableFuture<Boolean> forget(SiteId site) {
        return CompletableFuture.completedFuture(false);
    }

    @Override
    public Reload reload() {
        throw new IllegalStateException("a fault on purpose");
    }

    @Override
    public Map<String, Object> config() {
        return Map.of();
    }
}
