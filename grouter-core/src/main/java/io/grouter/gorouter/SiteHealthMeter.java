package io.grouter.gorouter;

import io.grouter.route.SiteHealth;
import java.util.concurrent.atomic.LongAdder;

/**
 * How well this site can take requests, as seen from this node: by probes, connections, requests under way, and how many
 * of the last ones no GoRouter answered. What gets worse counts at once; GoRouters that are back count after a while, so
 * that one that comes and goes does not move clients to and fro. {@link #sample} is called by one thread, several times
 * a second; all else by any thread.
 */
public final class SiteHealthMeter {
    /** How long a GoRouter must be well before the site counts it again. */
    static final long STEADY_NANOS = 5_000_000_000L;

    private static final long WINDOW_NANOS = 1_000_000_000L;
    /** What weight a second's requests have against those before. */
    private static final double SHARE = 0.2;
    /** With fewer requests than this in a second, one failure must not look like a trend. */
    private static final int FEW = 20;

    private final GoRouterPool pool;
    private final LongAdder answered = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private volatile SiteHealth health;
    private volatile boolean draining;
    private int counted;
    private boolean rising;
    private long risingSinceNanos;
    private long windowSinceNanos;
    private double errors;

    /** Makes the meter and takes the first sample. */
    public SiteHealthMeter(GoRouterPool pool, long nowNanos) {
        this.pool = pool;
        this.counted = pool.healthy();
        this.windowSinceNanos = nowNanos;
        this.health = measure();
    }

    /** Counts a request that a GoRouter answered, whatever it said. */
    public void answered() {
        answered.increment();
    }

    /** Counts a request that no GoRouter answered, because none was there, or in time, or at all. */
    public void failed() {
        failed.increment();
    }

    /** Says whether this node, or the site, asks to be left alone. */
    public void draining(boolean now) {
        draining = now;
        health = health.withDraining(now);
    }

    /** Returns the last sample. */
    public SiteHealth health() {
        return health;
    }

    /** Measures again. */
    public void sample(long nowNanos) {
        int usable = pool.healthy();
        if (usable <= counted) {
            counted = usable;
            rising = false;
        } else if (!rising) {
            rising = true;
            risingSinceNanos = nowNanos;
        } else if (nowNanos - risingSinceNanos >= STEADY_NANOS) {
            counted = usable;
            rising = false;
        }
        if (nowNanos - windowSinceNanos >= WINDOW_NANOS) {
            windowSinceNanos = nowNanos;
            long bad = failed.sumThenReset();
            long all = Math.max(FEW, answered.sumThenReset() + bad);
            errors = errors * (1 - SHARE) + SHARE * bad / all;
        }
        health = measure();
    }

    private SiteHealth measure() {
        long limit = 0;
        long inFlight = 0;
        for (GoRouter member : pool.members()) {
            inFlight += member.inFlight();
            limit += member.isDraining() ? 0 : member.limit();
        }
        int most = Integer.MAX_VALUE / 2;
        return new SiteHealth(
                counted,
                draining,
                (int) Math.min(most, counted == 0 ? 0 : limit),
                (int) Math.max(0, Math.min(most, inFlight)),
                (int) Math.round(1000 * Math.min(1, errors)));
    }
}
