package io.grouter.admin;

import io.grouter.gorouter.GoRouterPool;
import io.grouter.overrides.OverrideStore;
import io.grouter.rib.Journal;
import io.grouter.rib.RibThread;
import io.grouter.route.SiteConfig;
import io.grouter.route.SiteInfo;
import io.grouter.steering.OwnSite;
import io.grouter.steering.Steering;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What the admin API tells about.
 *
 * @param site this site
 * @param rib the tables
 * @param journal their last changes
 * @param ownSite what is so in this site besides its routes
 * @param info what this site says of itself
 * @param steering the rules
 * @param goRouters this site's GoRouters
 * @param control what can be done with the node
 * @param facts what else is known of the node
 * @param metrics all figures
 * @param overrides what operators ordered
 * @param clock monotonic nanoseconds
 * @param wallClock milliseconds since 1970
 */
public record AdminSources(
        SiteConfig site,
        RibThread rib,
        Journal journal,
        Supplier<OwnSite> ownSite,
        Supplier<SiteInfo> info,
        Steering steering,
        GoRouterPool goRouters,
        NodeControl control,
        NodeFacts facts,
        PrometheusRegistry metrics,
        OverrideStore overrides,
        LongSupplier clock,
        LongSupplier wallClock) {}
