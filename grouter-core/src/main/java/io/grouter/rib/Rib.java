package io.grouter.rib;

import io.grouter.fib.Fib;
import io.grouter.fib.RouteEntry;
import io.grouter.fib.SiteView;
import io.grouter.route.ChangeResult;
import io.grouter.route.Endpoint;
import io.grouter.route.FeedState;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
import io.grouter.route.OfferChange;
import io.grouter.route.RouteChange;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All tables of a node: its own site's routes, each other site's offers, and the snapshot made of them.
 *
 * <p>Not thread-safe: one thread, normally {@link RibThread}, calls everything. Time is an argument. Writes collect
 * changes; {@link #publish} turns them into one new snapshot.
 */
public final class Rib {
    private final RibConfig config;
    private final SiteId ownSite;
    private final LocalRib local;
    private final OfferTable ownOffers = new OfferTable();
    private final Map<SiteId, AdjRibIn> others = new TreeMap<>();
    private final Set<RouteUri> changed = new LinkedHashSet<>();
    private final Set<RouteUri> changedHere = new LinkedHashSet<>();
    private final List<RibEvent> events = new ArrayList<>();
    private final Counter refused;
    private boolean sitesChanged;
    private FeedState feed = FeedState.WARMING;
    private volatile Fib fib;

    /** Makes the empty tables of a node. */
    public Rib(RibConfig config, SiteId ownSite, PrometheusRegistry metrics) {
        this.config = config;
        this.ownSite = ownSite;
        this.local = new LocalRib(config);
        this.fib = Fib.empty(ownSite);
        this.refused = Counter.builder()
                .name("grouter_rib_refused_total")
                .help("Changes refused because a bound of the tables was reached")
                .labelNames("table")
                .register(metrics);
        refused.initLabelValues("local");
        refused.initLabelValues("learned");
        GaugeWithCallback.builder()
                .name("grouter_rib_routes")
                .help("Routes held, by the site that has them")
                .labelNames("site")
                .callback(gauge -> {
                    Fib now = fib;
                    gauge.call(now.localRoutes(), ownSite.name());
                    now.sites()
                            .forEach(site ->
                                    gauge.call(site.routes(), site.site().name()));
                })
                .register(metrics);
        GaugeWithCallback.builder()
                .name("grouter_rib_feed_state")
                .help("1 for the state this site's feed is in")
                .labelNames("state")
                .callback(gauge -> {
                    for (FeedState state : FeedState.values()) {
                        gauge.call(fib.feed() == state ? 1 : 0, state.name());
                    }
                })
                .register(metrics);
        GaugeWithCallback.builder()
                .name("grouter_rib_site_freshness")
                .help("1 for the freshness each other site has")
                .labelNames("site", "freshness")
                .callback(gauge -> fib.sites().forEach(site -> {
                    for (Freshness freshness : Freshness.values()) {
                        gauge.call(
                                site.freshness() == freshness ? 1 : 0,
                                site.site().name(),
                                freshness.name());
                    }
                }))
                .register(metrics);
    }

    /** Returns the site of this node. */
    public SiteId ownSite() {
        return ownSite;
    }

    /** Returns the latest snapshot. The one method that any thread may call. */
    public Fib fib() {
        return fib;
    }

    /** Returns what this site offers to others, as of the last {@link #publish}. */
    public OfferTable ownOffers() {
        return ownOffers;
    }

    /** Returns the state of this site's feed. */
    public FeedState feed() {
        return feed;
    }

    /** Returns the endpoints of a route of this site; empty when it has none. */
    public List<Endpoint> endpoints(RouteUri uri) {
        return local.endpoints(uri);
    }

    /** Takes in one change of this site's routes. */
    public ChangeResult apply(RouteChange change, long nowNanos) {
        ChangeResult result = change instanceof RouteChange.Register register
                ? local.register(register.uri(), register.endpoint(), nowNanos)
                : local.unregister(change.uri(), change.endpoint().address());
        if (result == ChangeResult.REFUSED) {
            refused.labelValues("local").inc();
        } else if (result != ChangeResult.UNCHANGED) {
            changedHere.add(change.uri());
        }
        return result;
    }

    /** Sets the state of this site's feed. Coming back to life gives every endpoint a full lifetime again. */
    public void feed(FeedState state, long nowNanos) {
        if (state == feed) {
            return;
        }
        events.add(new RibEvent.FeedChanged(feed, state));
        if (state == FeedState.LIVE) {
            local.refreshAll(nowNanos);
        }
        feed = state;
    }

    /** Drops endpoints that were not refreshed in time; does nothing unless the feed is live. */
    public void expire(long nowNanos) {
        if (feed == FeedState.LIVE) {
            changedHere.addAll(local.expire(nowNanos));
        }
    }

    /**
     * Returns the table of another site, made when it is not there yet. Asking for this site's own throws
     * {@link IllegalArgumentException}: nobody else can write it.
     */
    public AdjRibIn learned(SiteId site) {
        if (site.equals(ownSite)) {
            throw new IllegalArgumentException("learned table of the own site " + site);
        }
        return others.computeIfAbsent(site, AdjRibIn::new);
    }

    /** Returns the tables of all other sites heard of. */
    public Collection<AdjRibIn> learned() {
        return others.values();
    }

    /** Takes in one change of another site's offers. */
    public ChangeResult learn(SiteId site, OfferChange change) {
        AdjRibIn from = learned(site);
        Offer offer = change.offer();
        boolean fresh = from.table().get(change.uri()) == null;
        if (fresh && offer != null && from.table().size() >= config.maxRoutesPerSite()) {
            refused.labelValues("learned").inc();
            return ChangeResult.REFUSED;
        }
        Offer old = from.table().set(change.uri(), offer);
        if (Objects.equals(old, offer)) {
            return ChangeResult.UNCHANGED;
        }
        changed.add(change.uri());
        sitesChanged = true;
        if (old == null) {
            events.add(new RibEvent.RouteAdded(site, change.uri()));
            return ChangeResult.ROUTE_ADDED;
        }
        if (offer == null) {
            events.add(new RibEvent.RouteRemoved(site, change.uri()));
            return ChangeResult.ROUTE_REMOVED;
        }
        return ChangeResult.UPDATED;
    }

    /** Sets how far another site can be trusted; {@link Freshness#GONE} forgets its routes. */
    public void freshness(SiteId site, Freshness freshness) {
        AdjRibIn from = learned(site);
        if (from.freshness() == freshness) {
            return;
        }
        events.add(new RibEvent.SiteChanged(site, from.freshness(), freshness));
        from.freshness(freshness);
        sitesChanged = true;
        if (freshness == Freshness.GONE) {
            for (int bucket = 0; bucket < OfferTable.BUCKETS; bucket++) {
                from.table().bucket(bucket).keySet().forEach(uri -> learn(site, new OfferChange(uri, null)));
            }
        }
    }

    /** Says that something a {@link SiteView} shows has changed, so that the next snapshot carries it. */
    public void siteTouched() {
        sitesChanged = true;
    }

    /** Makes one snapshot of all changes since the last call and tells the listener; nothing happens without any. */
    public void publish(RibListener listener) {
        if (changed.isEmpty() && changedHere.isEmpty() && !sitesChanged && feed == fib.feed()) {
            return;
        }
        List<OfferChange> ownChanges = new ArrayList<>(changedHere.size());
        Fib.Builder next = fib.next().feed(feed);
        for (RouteUri uri : changedHere) {
            Offer offer = local.offer(uri);
            Offer old = ownOffers.set(uri, offer);
            if (!Objects.equals(old, offer)) {
                ownChanges.add(new OfferChange(uri, offer));
                changed.add(uri);
                addOwnEvent(uri, old, offer);
            }
        }
        for (RouteUri uri : changed) {
            RouteEntry entry = BestRoute.of(uri, ownOffers.get(uri), others.values());
            if (entry == null) {
                next.remove(uri);
            } else {
                next.put(entry);
            }
        }
        if (sitesChanged) {
            next.sites(others.values().stream().map(AdjRibIn::view).toList());
        }
        fib = next.build();
        List<RibEvent> told = List.copyOf(events);
        changed.clear();
        changedHere.clear();
        events.clear();
        sitesChanged = false;
        listener.onPublished(fib, ownChanges, told);
    }

    private void addOwnEvent(RouteUri uri, @Nullable Offer old, @Nullable Offer now) {
        if (old == null) {
            events.add(new RibEvent.RouteAdded(ownSite, uri));
        } else if (now == null) {
            events.add(new RibEvent.RouteRemoved(ownSite, uri));
        }
    }
}
