package io.grouter.rib;

import io.grouter.fib.SiteView;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What this node was told by one other site, and what it knows of that site. Used by the rib thread only. */
public final class AdjRibIn {
    private final SiteId site;
    private final OfferTable table = new OfferTable();
    private Freshness freshness = Freshness.GONE;
    private @Nullable SiteInfo info;
    private long incarnation;
    private long sequence;
    private int announcedRoutes;
    private boolean converged;
    private boolean restored;
    private long heardNanos;
    private long announcedSequence;
    private long equalNanos;
    private long sinceNanos;
    private @Nullable SiteId via;
    private boolean conflict;
    private boolean unheard;
    private @Nullable SiteView shown;
    /** What the site has withdrawn, but too much at once to be believed yet. */
    final Map<RouteUri, Offer> held = new HashMap<>();

    final WithdrawalGuard guard;

    AdjRibIn(SiteId site, GuardConfig guard) {
        this.site = site;
        this.guard = new WithdrawalGuard(guard);
    }

    /** Returns the offer that counts for a route: the one announced, or one whose withdrawal is held back. */
    @Nullable
    Offer offer(RouteUri uri) {
        Offer announced = table.get(uri);
        return announced != null || held.isEmpty() ? announced : held.get(uri);
    }

    /** Returns whether the site withdrew a route, but too much else with it to be believed yet. */
    public boolean isHeld(RouteUri uri) {
        return held.containsKey(uri);
    }

    /** Returns the site. */
    public SiteId site() {
        return site;
    }

    /** Returns the routes held; change them through {@link Rib#learn} only. */
    public OfferTable table() {
        return table;
    }

    /** Returns how far the site's announcements can be trusted now. */
    public Freshness freshness() {
        return freshness;
    }

    /** Returns the incarnation of the site's table; 0 before the first message. */
    public long incarnation() {
        return incarnation;
    }

    /** Returns the sequence of the last change taken in. */
    public long sequence() {
        return sequence;
    }

    /** Returns the monotonic time of the last heartbeat; meaningless before the first. */
    public long heardNanos() {
        return heardNanos;
    }

    /** Records up to where the site's changes have been taken in. */
    public void position(long newIncarnation, long newSequence) {
        this.incarnation = newIncarnation;
        this.sequence = newSequence;
    }

    /**
     * Records a heartbeat.
     *
     * @param newInfo what the site says of itself
     * @param routes number of routes it says it has
     * @param lastSequence sequence of its last change
     * @param passedBy the site that passed the heartbeat on, or null
     */
    public void heard(SiteInfo newInfo, int routes, long lastSequence, @Nullable SiteId passedBy, long nowNanos) {
        this.info = newInfo;
        this.announcedRoutes = routes;
        this.announcedSequence = lastSequence;
        this.via = passedBy;
        this.heardNanos = nowNanos;
    }

    /** Records whether the table held is the one the site has. */
    public void converged(boolean now, long nowNanos) {
        this.converged = now;
        if (now) {
            this.equalNanos = nowNanos;
        }
    }

    /** Returns whether the table held was the one the site has, when that was last known. */
    public boolean converged() {
        return converged;
    }

    /** Returns the number of routes the site says it has. */
    public int announcedRoutes() {
        return announcedRoutes;
    }

    /** Records whether two rivals speak in the site's name; returns whether that is news. */
    boolean conflict(boolean now) {
        boolean news = conflict != now;
        conflict = now;
        return news;
    }

    /** Records whether another site does not hear it any more, either; returns whether that is news. */
    boolean unheard(boolean now) {
        boolean news = unheard != now;
        unheard = now;
        return news;
    }

    /** Returns whether the site was ever heard of, by this process or the one before it. */
    public boolean known() {
        return info != null || restored;
    }

    /** Takes over what was known before a restart: the site counts as stale until it is heard of. */
    void restored(long ofIncarnation, long heardBeforeNanos) {
        incarnation = ofIncarnation;
        heardNanos = heardBeforeNanos;
        freshness = Freshness.STALE;
        sinceNanos = heardBeforeNanos;
        restored = true;
    }

    /** Makes the last heartbeat look younger, because this node itself was not running for a while. */
    public void credit(long nanos, long nowNanos) {
        long silent = nowNanos - heardNanos;
        heardNanos = nowNanos - Math.max(0, silent - nanos);
    }

    void freshness(Freshness now, long nowNanos) {
        this.freshness = now;
        this.sinceNanos = nowNanos;
    }

    /** Returns what is known of the site now; the object of the last call when that is still true. */
    SiteView view() {
        SiteView last = shown;
        if (last != null && shows(last)) {
            return last;
        }
        SiteView.Lag lag =
                new SiteView.Lag(announcedSequence, equalNanos, sinceNanos, held.size(), via, conflict, unheard);
        SiteView now = new SiteView(
                site,
                freshness,
                info,
                incarnation,
                sequence,
                table.size(),
                announcedRoutes,
                converged,
                heardNanos,
                lag);
        shown = now;
        return now;
    }

    /** Each snapshot has a view of every site, and most change one: compared field by field, nothing is made for the rest. */
    private boolean shows(SiteView view) {
        SiteView.Lag lag = view.lag();
        return view.freshness() == freshness
                && view.incarnation() == incarnation
                && view.sequence() == sequence
                && view.routes() == table.size()
                && view.announcedRoutes() == announcedRoutes
                && view.converged() == converged
                && view.heardNanos() == heardNanos
                && Objects.equals(view.info(), info)
                && lag.announcedSequence() == announcedSequence
                && lag.equalNanos() == equalNanos
                && lag.sinceNanos() == sinceNanos
                && lag.heldWithdrawals() == held.size()
                && Objects.equals(lag.via(), via)
                && lag.conflict() == conflict
                && lag.unheard() == unheard;
    }
}
