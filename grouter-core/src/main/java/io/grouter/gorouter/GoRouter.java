package io.grouter.gorouter;

import io.grouter.route.IpLiterals;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One GoRouter of this site, as this node sees it. Safe for all threads. */
public final class GoRouter {
    /** So many connections in a row that break before an answer make it one to pass over. */
    private static final int MOST_BROKEN = 5;

    /** What the last probe said. */
    public enum Health {
        /** Not probed yet; used like a healthy one. */
        UNKNOWN,
        /** Answered 200. */
        HEALTHY,
        /** Answered 503: it is starting or draining. */
        DRAINING,
        /** Did not answer, or with something else. */
        DOWN
    }

    private final int index;
    private final InetSocketAddress address;
    private final InetSocketAddress status;
    private final long slowStartNanos;
    private final InFlightLimit limit;
    private final AtomicInteger broken = new AtomicInteger();
    private volatile Health health = Health.UNKNOWN;
    private volatile boolean paused;
    private volatile long pausedUntilNanos;
    /** Whether it came back lately, and is not given its whole share yet. */
    private volatile boolean warming;

    private volatile long backSinceNanos;
    private volatile @Nullable InetSocketAddress resolved;

    GoRouter(int index, GoRouterConfig.Member member, GoRouterConfig config) {
        this.index = index;
        this.address = member.address();
        this.status = member.status();
        this.slowStartNanos = config.slowStart().toNanos();
        this.limit = new InFlightLimit(config.inFlightLeast(), config.inFlightMost());
        if (IpLiterals.isIpLiteral(address.getHostString())) {
            resolve();
        }
    }

    /** Looks its name up; may block for as long as the resolver takes, so never on an event loop. */
    void resolve() {
        InetSocketAddress found = new InetSocketAddress(address.getHostString(), address.getPort());
        if (!found.isUnresolved()) {
            resolved = found;
        }
    }

    /** Returns where to connect to, or null as long as its name could never be looked up. */
    public @Nullable InetSocketAddress connectAddress() {
        return resolved;
    }

    /** Returns its place in the configuration, from 0; for tables kept per GoRouter. */
    public int index() {
        return index;
    }

    /** Returns where it takes requests. */
    public InetSocketAddress address() {
        return address;
    }

    /** Returns where it answers health probes. */
    public InetSocketAddress status() {
        return status;
    }

    /** Returns what the last probe said. */
    public Health health() {
        return health;
    }

    /** Returns whether it says that it will end, so that no connection to it is worth keeping. */
    public boolean isDraining() {
        return health == Health.DRAINING;
    }

    /** Returns the number of requests on their way through it from this node. */
    public int inFlight() {
        return limit.inFlight();
    }

    /** Returns the most requests it is given at a time now. */
    public int limit() {
        return limit.limit();
    }

    /** Returns its address as {@code host:port}. */
    public String name() {
        return address.getHostString() + ":" + address.getPort();
    }

    /** Counts a request in; false when it has as many as it can take. */
    boolean begin() {
        return limit.take();
    }

    /** Counts a request out. */
    public void end() {
        limit.giveBack();
    }

    /** Returns whether another request would be within the limit. */
    boolean hasRoom() {
        return limit.hasRoom();
    }

    void overloaded(long nowNanos) {
        limit.overloaded(nowNanos);
    }

    /** Counts a connection that broke before an answer; returns whether there were too many in a row. */
    boolean broke() {
        return broken.incrementAndGet() >= MOST_BROKEN;
    }

    /** An answer came over one of its connections. */
    void answered() {
        if (broken.get() != 0) {
            broken.set(0);
        }
    }

    /** Passes it over for a while. */
    void pause(long untilNanos) {
        pausedUntilNanos = untilNanos;
        paused = true;
        broken.set(0);
    }

    /** Returns whether it should be given requests now. */
    boolean usable(long nowNanos) {
        if (paused && nowNanos - pausedUntilNanos >= 0) {
            paused = false;
            back(nowNanos);
        }
        return !paused && (health == Health.HEALTHY || health == Health.UNKNOWN);
    }

    private void back(long nowNanos) {
        backSinceNanos = nowNanos;
        warming = slowStartNanos > 0;
    }

    /** Returns how busy it is: the requests on their way, more of them while it comes back slowly. */
    double load(long nowNanos) {
        double busy = limit.inFlight() + 1.0;
        if (!warming) {
            return busy;
        }
        long since = nowNanos - backSinceNanos;
        if (since >= slowStartNanos) {
            warming = false;
            return busy;
        }
        return busy / Math.max(0.05, (double) since / slowStartNanos);
    }

    void health(Health now, long nowNanos) {
        if (now == Health.HEALTHY && health != Health.HEALTHY) {
            paused = false; // it is back; while it was healthy all along, its traffic port may still be stuck
            broken.set(0);
            if (health != Health.UNKNOWN) {
                back(nowNanos);
            }
        }
        health = now;
    }
}
