package io.grouter.rib;

import io.grouter.fib.Fib;
import io.grouter.fib.RouteEntry;
import io.grouter.fib.SiteView;
import io.grouter.overrides.OperatorOverride;
import io.grouter.overrides.OverrideChange;
import io.grouter.overrides.Overrides;
import io.grouter.route.Bytes;
import io.grouter.route.ChangeResult;
import io.grouter.route.Endpoint;
import io.grouter.route.FeedState;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
import io.grouter.route.OfferChange;
import io.grouter.route.PackedEndpoint;
import io.grouter.route.RouteChange;
import io.grouter.route.RouteKey;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import io.grouter.route.TagShapes;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
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
    /** In how many parts the local table is read, for {@link #forEachLocal}. */
    public static final int LOCAL_PARTS = LocalRib.SHARDS;

    private final RibConfig config;
    private final SiteId ownSite;
    private final LocalRib local;
    private final SiblingTable sibling = new SiblingTable();
    private final WithdrawalGuard guard;
    private final OfferTable ownOffers = new OfferTable();
    private final Map<SiteId, AdjRibIn> others = new TreeMap<>();
    /** May hold a route more than once: looking at it again costs less than looking whether it is there. */
    private final List<RouteUri> changed = new ArrayList<>();

    private final Set<RouteUri> changedBySibling = new LinkedHashSet<>();
    private final List<RibEvent> events = new ArrayList<>();
    private final RibMetrics metrics;
    private final TagShapes shapes = new TagShapes();
    private final PackedEndpoint packed = new PackedEndpoint(shapes);
    private final OfferMaker offers;
    private final Set<RouteUri> relabelled = new LinkedHashSet<>();
    private final Departures departures;
    private final RouteKey key = new RouteKey();
    private boolean sitesChanged;
    private FeedState feed = FeedState.WARMING;
    private volatile int guarded;
    private volatile int shapeCount = 1;
    private volatile int tagsRefused;
    private volatile int siblingRoutes;
    private volatile Fib fib;

    /** Makes the empty tables of a node whose operators want nothing special. */
    public Rib(RibConfig config, SiteId ownSite, PrometheusRegistry registry) {
        this(config, ownSite, OfferPolicy.PLAIN, registry);
    }

    /** Makes the empty tables of a node. */
    public Rib(RibConfig config, SiteId ownSite, OfferPolicy policy, PrometheusRegistry registry) {
        this.config = config;
        this.ownSite = ownSite;
        this.offers = new OfferMaker(ownSite, policy, shapes);
        this.local = new LocalRib(config);
        this.departures = new Departures(config);
        this.guard = new WithdrawalGuard(config.guard());
        this.fib = Fib.empty(ownSite);
        this.metrics = new RibMetrics(registry, this::fib);
        metrics.bounds(config);
        metrics.gauge(
                "grouter_rib_guard_held_endpoints",
                "Endpoints of this site that would have expired but are held back; 0 = the guard does not hold",
                () -> guarded);
        metrics.gauge(
                "grouter_rib_sibling_routes",
                "Routes that another node of this site says the site has",
                () -> siblingRoutes);
        metrics.gauge(
                "grouter_rib_complete",
                "1 while what this node does not know of its site is not there, by its own feed or a sibling's",
                () -> fib.complete() ? 1 : 0);
        metrics.gauge(
                "grouter_rib_tag_shapes",
                "Different sets of tags that endpoints have in common; the bound is " + TagShapes.MOST,
                () -> shapeCount);
        metrics.gauge(
                "grouter_rib_tags_refused",
                "Endpoints taken in without their tags because there were too many different sets of them",
                () -> tagsRefused);
    }

    /** Returns the site of this node. */
    public SiteId ownSite() {
        return ownSite;
    }

    /** Returns the latest snapshot. Any thread. */
    public Fib fib() {
        return fib;
    }

    /** Returns how many endpoints the guard holds back; 0 when it does not hold. Any thread. */
    public int guarded() {
        return guarded;
    }

    /** Returns what this site offers to others, as of the last {@link #publish}. */
    public OfferTable ownOffers() {
        return ownOffers;
    }

    /** Returns the state of this site's feed. */
    public FeedState feed() {
        return feed;
    }

    /** Returns whether what is not in this site's table is not in the site. */
    public boolean complete() {
        return feed == FeedState.LIVE || sibling.complete();
    }

    // ---- this site's routes

    /** Returns the tags that endpoints have in common; what is packed for this table must use them. */
    public TagShapes shapes() {
        return shapes;
    }

    /** Returns the endpoints of a route of this site, oldest first; empty when it has none. */
    public List<Endpoint> endpoints(RouteUri uri) {
        LocalRoute route = local.route(uri);
        List<Endpoint> endpoints = new ArrayList<>();
        for (int i = 0; route != null && i < route.count(); i++) {
            endpoints.add(PackedEndpoint.unpack(route.row(i), shapes));
        }
        return endpoints;
    }

    /** Returns the endpoints of a route of this site, oldest first, each with its age; empty when it has none. */
    public List<HeardEndpoint> heard(RouteUri uri, long nowNanos) {
        List<HeardEndpoint> heard = new ArrayList<>();
        List<Endpoint> endpoints = endpoints(uri);
        for (int i = 0; i < endpoints.size(); i++) {
            heard.add(new HeardEndpoint(endpoints.get(i), local.ageMillis(uri, i, nowNanos)));
        }
        return heard;
    }

    /** Returns the number of endpoints of this site. */
    public int endpointCount() {
        return local.endpointCount();
    }

    /**
     * Returns those of some routes that have an endpoint here whose app is where it is asked for.
     *
     * @param organization name or id; null = any
     * @param space name or id; null = any
     */
    public Set<RouteUri> inSpace(Collection<RouteUri> routes, @Nullable String organization, @Nullable String space) {
        Map<Integer, Boolean> known = new HashMap<>();
        Set<RouteUri> found = new HashSet<>();
        for (RouteUri uri : routes) {
            LocalRoute route = local.route(uri);
            for (int i = 0; route != null && i < route.count() && !found.contains(uri); i++) {
                byte[] row = route.row(i);
                // Endpoints of one shape have these tags in common.
                if (known.computeIfAbsent(PackedEndpoint.shape(row), shape -> isIn(row, organization, space))) {
                    found.add(uri);
                }
            }
        }
        return found;
    }

    private boolean isIn(byte[] row, @Nullable String organization, @Nullable String space) {
        Map<String, String> tags = PackedEndpoint.unpack(row, shapes).tags();
        return isNamed(tags, "organization", organization) && isNamed(tags, "space", space);
    }

    private static boolean isNamed(Map<String, String> tags, String what, @Nullable String wanted) {
        return wanted == null || wanted.equals(tags.get(what + "_name")) || wanted.equals(tags.get(what + "_id"));
    }

    /** Takes in one change of this site's routes. */
    public ChangeResult apply(RouteChange change, long nowNanos) {
        key.set(change.uri());
        packed.set(change.endpoint());
        return change instanceof RouteChange.Register
                ? register(key, packed, nowNanos)
                : unregister(key, packed, nowNanos);
    }

    /** Takes in that an endpoint of this site is there, or still there. */
    public ChangeResult register(RouteKey route, PackedEndpoint endpoint, long nowNanos) {
        return register(route, endpoint, 0, nowNanos);
    }

    /**
     * Takes in that an endpoint of this site is there, or still there.
     *
     * @param messageHash hash of the message, for {@link #heartbeat}, if it said nothing else; else 0
     */
    public ChangeResult register(RouteKey route, PackedEndpoint endpoint, long messageHash, long nowNanos) {
        return counted(local.register(route, endpoint.bytes(), messageHash, nowNanos, Cause.REGISTERED));
    }

    /**
     * Takes in a message that was taken in before, word for word, and that said of one route that it has this one
     * endpoint. So the message need not be understood again.
     *
     * @return false when it is not known as such; then nothing has happened
     */
    public boolean heartbeat(RouteKey route, long messageHash, long nowNanos) {
        return local.heartbeat(route, messageHash, nowNanos);
    }

    /** Takes in that an endpoint of this site has left; only its address counts. */
    public ChangeResult unregister(RouteKey route, PackedEndpoint endpoint, long nowNanos) {
        return local.unregister(route, endpoint.bytes(), nowNanos);
    }

    private ChangeResult counted(ChangeResult result) {
        if (result == ChangeResult.REFUSED) {
            metrics.refused("local");
        }
        return result;
    }

    /**
     * Sets the state of this site's feed. Coming back to life gives every endpoint a full lifetime again, and ends what
     * siblings stood in for.
     *
     * @param why in a few words, for the journal
     */
    public void feed(FeedState state, String why, long nowNanos) {
        if (state == feed) {
            return;
        }
        events.add(new RibEvent.FeedChanged(feed, state, why));
        metrics.feed(state);
        if (state == FeedState.LIVE) {
            local.refreshAll(nowNanos);
        }
        if (state == FeedState.LIVE || feed == FeedState.LIVE) {
            sibling.settle();
        }
        feed = state;
    }

    /**
     * Drops routes that have been empty for long enough, and endpoints that were not refreshed in time. The latter only
     * while the feed is live, and not when it would be too many at once.
     */
    public void expire(long nowNanos) {
        local.expireEmpty(nowNanos);
        departures.expire(nowNanos, changed::add);
        others.values().forEach(other -> settleHeld(other, nowNanos));
        if (feed != FeedState.LIVE) {
            return;
        }
        int overdue = local.countOverdue(nowNanos);
        WithdrawalGuard.Change change = guard.check(overdue, local.endpointCount(), nowNanos);
        switch (change) {
            case ENGAGED ->
                guardChanged(change.name(), "more than " + config.guard().percent() + "% would expire at once");
            case RECOVERED -> guardChanged(change.name(), "no longer too many at once");
            case TIMED_OUT ->
                guardChanged(change.name(), "held for " + config.guard().hold().toSeconds() + " s");
            default -> {}
        }
        guarded = guard.held();
        if (!guard.holding()) {
            guard.expired(local.expire(nowNanos));
        }
    }

    /** Lets what the guard holds back expire; false when it holds nothing back. */
    public boolean releaseGuard() {
        int held = guard.held();
        if (!guard.release()) {
            return false;
        }
        guarded = 0;
        metrics.guard("operator");
        events.add(new RibEvent.GuardChanged(ownSite, false, held, "released by an operator"));
        return true;
    }

    /** Believes another site what it withdrew too much of at once; false when nothing of it is held back. */
    public boolean releaseGuard(SiteId site) {
        AdjRibIn from = others.get(site);
        if (from == null || !from.guard.release()) {
            return false;
        }
        metrics.guard("operator");
        letGo(from, "released by an operator");
        return true;
    }

    /** Holds back a withdrawal if it is one of too many; returns whether it does. */
    private boolean hold(AdjRibIn from, RouteUri uri, Offer withdrawn, long nowNanos) {
        int held = from.held.size() + 1;
        WithdrawalGuard.Change change = from.guard.check(held, from.table().size() + held, nowNanos);
        if (!from.guard.holding()) {
            letGo(from, "no longer too many at once");
            from.guard.expired(1);
            return false;
        }
        if (from.table().size() + held > config.maxRoutesPerSite()) {
            from.guard.release();
            letGo(from, "more than a site may have, with those it has now");
            return false;
        }
        if (change == WithdrawalGuard.Change.ENGAGED) {
            String why = "more than " + config.guard().percent() + "% of the site's routes were withdrawn at once";
            metrics.guard(change.name().toLowerCase(Locale.ROOT));
            events.add(new RibEvent.GuardChanged(from.site(), true, held, why));
        }
        from.held.put(uri, withdrawn);
        sitesChanged = true;
        return true;
    }

    /** Looks whether what is held back of another site's withdrawals still has to be. */
    private void settleHeld(AdjRibIn from, long nowNanos) {
        if (!from.held.isEmpty()) {
            int held = from.held.size();
            WithdrawalGuard.Change change = from.guard.check(held, from.table().size() + held, nowNanos);
            if (!from.guard.holding()) {
                metrics.guard(change.name().toLowerCase(Locale.ROOT));
                letGo(from, "held for " + config.guard().hold().toSeconds() + " s, or no longer too many");
            }
        }
    }

    private void letGo(AdjRibIn from, String why) {
        if (from.held.isEmpty()) {
            return;
        }
        events.add(new RibEvent.GuardChanged(from.site(), false, from.held.size(), why));
        from.held.keySet().forEach(uri -> {
            changed.add(uri);
            events.add(new RibEvent.RouteRemoved(from.site(), uri, Cause.ANNOUNCED));
        });
        from.held.clear();
        sitesChanged = true;
    }

    private void guardChanged(String change, String why) {
        metrics.guard(change.toLowerCase(Locale.ROOT));
        events.add(new RibEvent.GuardChanged(ownSite, guard.holding(), guard.overdue(), why));
    }

    // ---- what siblings know of this site

    /**
     * Takes in what another node of this site says the site offers. It counts only while the own feed is not live, and
     * only for routes this node knows nothing of itself.
     */
    public ChangeResult sibling(OfferChange change) {
        boolean full = sibling.table().size() >= config.maxLocalRoutes()
                && change.offer() != null
                && sibling.table().get(change.uri()) == null;
        if (full || !change.uri().wellFormed()) {
            metrics.refused("sibling");
            return ChangeResult.REFUSED;
        }
        Offer old = sibling.table().set(change.uri(), change.offer());
        if (Objects.equals(old, change.offer())) {
            return ChangeResult.UNCHANGED;
        }
        if (feed != FeedState.LIVE) {
            changedBySibling.add(change.uri());
        }
        return old == null
                ? ChangeResult.ROUTE_ADDED
                : change.offer() == null ? ChangeResult.ROUTE_REMOVED : ChangeResult.UPDATED;
    }

    /** Says whether the table of {@link #sibling} is, now, all that a sibling with a live feed has. */
    public void siblingComplete(boolean complete) {
        if (sibling.complete(complete)) {
            events.add(new RibEvent.SiblingChanged(complete, sibling.table().size()));
        }
    }

    /** Returns what another node of this site says the site offers. */
    public OfferTable siblingOffers() {
        return sibling.table();
    }

    private @Nullable Offer ownOffer(RouteUri uri) {
        Offer own = offers.of(local.route(uri));
        return own == null && feed != FeedState.LIVE ? sibling.table().get(uri) : own;
    }

    // ---- what operators ordered

    /** Takes over the overrides: routes that are drained or forced elsewhere are offered with a mark. */
    public void overrides(Overrides now) {
        Overrides before = offers.overrides();
        offers.overrides(now);
        for (Overrides each : List.of(before, now)) {
            each.ofRoutes().stream()
                    .map(OperatorOverride::route)
                    .filter(Objects::nonNull)
                    .forEach(relabelled::add);
        }
    }

    // ---- keeping and restoring

    /** Is shown the endpoints of this site. */
    public interface LocalVisitor {
        /**
         * Called for every endpoint.
         *
         * @param row the endpoint as of {@link PackedEndpoint}; not to be changed
         * @param ageMillis how long ago it was heard of
         */
        void visit(RouteUri uri, byte[] row, int ageMillis);
    }

    /** Shows all endpoints in one of the {@value #LOCAL_PARTS} parts of this site's table. */
    public void forEachLocal(int part, long nowNanos, LocalVisitor visitor) {
        LocalShard shard = local.shard(part);
        for (int slot = 0; slot < shard.capacity(); slot++) {
            LocalRoute route = shard.route(slot);
            for (int i = 0; route != null && i < route.count(); i++) {
                visitor.visit(route.uri, route.row(i), local.ageMillis(shard, slot, i, nowNanos));
            }
        }
    }

    /** Takes in an endpoint of this site as it was before a restart. */
    public ChangeResult restore(RouteKey route, Bytes row, int ageMillis, long nowNanos) {
        return counted(local.register(route, row, 0, nowNanos - ageMillis * 1_000_000L, Cause.RESTORED));
    }

    /** Takes in what another site offered before a restart; it counts as stale until the site is heard of. */
    public ChangeResult restore(SiteId site, long incarnation, OfferChange change, long heardNanos) {
        AdjRibIn from = learned(site);
        if (from.freshness() == Freshness.GONE) {
            from.restored(incarnation, heardNanos);
            sitesChanged = true;
        }
        return learn(site, change, Cause.RESTORED, heardNanos);
    }

    /** Notes in the journal that the tables were restored. */
    public void restored(int localRoutes, int learnedRoutes) {
        events.add(new RibEvent.Restored(localRoutes, learnedRoutes));
    }

    // ---- other sites' routes

    /**
     * Returns the table of another site, made when it is not there yet. Asking for this site's own throws
     * {@link IllegalArgumentException}: nobody else can write it.
     */
    public AdjRibIn learned(SiteId site) {
        if (site.equals(ownSite)) {
            throw new IllegalArgumentException("learned table of the own site " + site);
        }
        return others.computeIfAbsent(site, made -> new AdjRibIn(made, config.guard()));
    }

    /** Returns the tables of all other sites heard of. */
    public Collection<AdjRibIn> learned() {
        return others.values();
    }

    /** Takes in one change of another site's offers. What is withdrawn may count for a while still, if it is too much. */
    public ChangeResult learn(SiteId site, OfferChange change, long nowNanos) {
        return learn(site, change, Cause.ANNOUNCED, nowNanos);
    }

    private ChangeResult learn(SiteId site, OfferChange change, Cause cause, long nowNanos) {
        AdjRibIn from = learned(site);
        Offer offer = change.offer();
        boolean full = offer != null && from.table().size() >= config.maxRoutesPerSite();
        if (!change.uri().wellFormed()) {
            metrics.refused("learned");
            return ChangeResult.REFUSED;
        }
        if (full && from.table().get(change.uri()) == null) {
            metrics.refused("learned");
            return ChangeResult.REFUSED;
        }
        Offer old = from.table().set(change.uri(), offer);
        if (Objects.equals(old, offer)) {
            return ChangeResult.UNCHANGED;
        }
        if (offer == null && old != null && cause == Cause.ANNOUNCED && hold(from, change.uri(), old, nowNanos)) {
            return ChangeResult.UPDATED;
        }
        if (offer == null && cause == Cause.ANNOUNCED) {
            departures.left(change.uri(), nowNanos);
        }
        Offer held = offer == null || from.held.isEmpty() ? null : from.held.remove(change.uri());
        changed.add(change.uri());
        sitesChanged = true;
        addEvent(site, change.uri(), held != null ? held : old, offer, cause);
        return old == null
                ? ChangeResult.ROUTE_ADDED
                : offer == null ? ChangeResult.ROUTE_REMOVED : ChangeResult.UPDATED;
    }

    /** Sets how far another site can be trusted; {@link Freshness#GONE} forgets its routes. */
    public void freshness(SiteId site, Freshness freshness, long nowNanos) {
        AdjRibIn from = learned(site);
        if (from.freshness() == freshness) {
            return;
        }
        events.add(new RibEvent.SiteChanged(site, from.freshness(), freshness));
        from.freshness(freshness, nowNanos);
        sitesChanged = true;
        if (freshness == Freshness.GONE) {
            for (int bucket = 0; bucket < OfferTable.BUCKETS; bucket++) {
                from.table()
                        .uris(bucket)
                        .forEach(uri -> learn(site, new OfferChange(uri, null), Cause.FORGOTTEN, nowNanos));
            }
            letGo(from, "the site was forgotten");
        }
    }

    /** Forgets another site with all its routes; false when nothing was known of it. */
    public boolean forget(SiteId site, long nowNanos) {
        if (!others.containsKey(site)) {
            return false;
        }
        freshness(site, Freshness.GONE, nowNanos);
        others.remove(site);
        sitesChanged = true;
        return true;
    }

    /** Records that the table held from a site is equal to the site's own, or has not been for a while. */
    public void converged(SiteId site, boolean converged) {
        AdjRibIn from = learned(site);
        events.add(new RibEvent.SiteConverged(site, converged, from.table().size(), from.announcedRoutes()));
    }

    /** Records whether two rivals speak in the name of another site. */
    public void conflict(SiteId site, boolean conflict, String what) {
        if (learned(site).conflict(conflict)) {
            sitesChanged = true;
            alarm(site, conflict, what);
        }
    }

    /** Records whether a silent site is not heard by another one, either, so that it is likely down. */
    public void unheard(SiteId site, boolean unheard) {
        sitesChanged |= learned(site).unheard(unheard);
    }

    /** Notes in the journal that something an operator has to look at began or ended. */
    public void alarm(SiteId site, boolean raised, String what) {
        events.add(new RibEvent.Alarm(site, raised, what));
    }

    /** Notes in the journal that an operator's override began or ended. */
    public void overridden(OverrideChange change) {
        events.add(new RibEvent.OverrideChanged(change));
    }

    /** Says that something a {@link SiteView} shows has changed, so that the next snapshot carries it. */
    public void siteTouched() {
        sitesChanged = true;
    }

    // ---- publishing

    /** Makes one snapshot of all changes since the last call and tells the listener; nothing happens without any. */
    public void publish(RibListener listener) {
        sibling.settleSome(this::settle);
        boolean stateChanged = feed != fib.feed() || complete() != fib.complete();
        boolean routesChanged =
                !changed.isEmpty() || !changedBySibling.isEmpty() || !relabelled.isEmpty() || local.hasChanged();
        if (!routesChanged && events.isEmpty() && !sitesChanged && !stateChanged) {
            return;
        }
        shapeCount = shapes.size();
        siblingRoutes = sibling.table().size();
        tagsRefused = (int) Math.min(Integer.MAX_VALUE, shapes.refused());
        List<OfferChange> ownChanges = new ArrayList<>();
        Fib.Builder next = fib.next().feed(feed).siblingComplete(sibling.complete());
        local.drain((route, cause) -> {
            Offer own = offers.of(route);
            publishOwn(route.uri, own != null ? own : ownOffer(route.uri), cause, ownChanges, next);
        });
        changedBySibling.forEach(uri -> publishOwn(uri, ownOffer(uri), Cause.SIBLING, ownChanges, next));
        relabelled.forEach(uri -> publishOwn(uri, ownOffer(uri), Cause.ORDERED, ownChanges, next));
        changed.forEach(uri -> publish(uri, ownOffers.get(uri), next));
        if (sitesChanged) {
            next.sites(others.values().stream().map(AdjRibIn::view).toList());
        }
        fib = next.build();
        List<RibEvent> told = List.copyOf(events);
        changed.clear();
        changedBySibling.clear();
        relabelled.clear();
        events.clear();
        sitesChanged = false;
        listener.onPublished(fib, ownChanges, told);
    }

    private void publishOwn(
            RouteUri uri, @Nullable Offer offer, Cause cause, List<OfferChange> ownChanges, Fib.Builder next) {
        Offer old = ownOffers.set(uri, offer);
        if (!Objects.equals(old, offer)) {
            ownChanges.add(new OfferChange(uri, offer));
            addEvent(ownSite, uri, old, offer, cause);
        } else if (offer != null) {
            return;
        }
        publish(uri, offer, next); // also when it ceases to be known to be empty
    }

    private void publish(RouteUri uri, @Nullable Offer own, Fib.Builder next) {
        RouteEntry entry = BestRoute.of(uri, own, this::isKnownEmpty, others.values());
        if (entry == null) {
            next.remove(uri);
        } else {
            next.put(entry);
        }
    }

    private boolean isKnownEmpty(RouteUri uri) {
        return local.isKnownEmpty(uri) || departures.isKept(uri);
    }

    /** Looks again at a route a sibling has, after it began or ceased to count. */
    private void settle(RouteUri uri) {
        if (!Objects.equals(ownOffers.get(uri), ownOffer(uri))) {
            changedBySibling.add(uri);
        }
    }

    private void addEvent(SiteId site, RouteUri uri, @Nullable Offer old, @Nullable Offer now, Cause cause) {
        if (old == null && now != null) {
            events.add(new RibEvent.RouteAdded(site, uri, now.instances(), cause));
        } else if (old != null && now == null) {
            events.add(new RibEvent.RouteRemoved(site, uri, cause));
        } else if (old != null && now != null && old.instances() != now.instances()) {
            events.add(new RibEvent.RouteChanged(site, uri, old.instances(), now.instances(), cause));
        }
    }
}
