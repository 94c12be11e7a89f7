package io.grouter.rib;

import io.grouter.fib.SiteView;
import io.grouter.route.Freshness;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
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

    AdjRibIn(SiteId site) {
        this.site = site;
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

    /** Records a heartbeat: what the site says of itself and whether the table held is the one it has. */
    public void heard(SiteInfo newInfo, int routes, boolean nowConverged, long nowNanos) {
        this.info = newInfo;
        this.announcedRoutes = routes;
        this.converged = nowConverged;
        this.heardNanos = nowNanos;
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
        restored = true;
    }

    /** Makes the last heartbeat look younger, because this node itself was not running for a while. */
    public void credit(long nanos, long nowNanos) {
        long silent = nowNanos - heardNanos;
        heardNanos = nowNanos - Math.max(0, silent - nanos);
    }

    void freshness(Freshness now) {
        this.freshness = now;
    }

    SiteView view() {
        return new SiteView(
                site, freshness, info, incarnation, sequence, table.size(), announcedRoutes, converged, heardNanos);
    }
}
