package io.grouter.gorouter;

import io.grouter.route.IpLiterals;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One GoRouter of this site, as this node sees it. Safe for all threads. */
public final class GoRouter {
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
    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile Health health = Health.UNKNOWN;
    private volatile boolean paused;
    private volatile long pausedUntilNanos;
    private volatile @Nullable InetSocketAddress resolved;

    GoRouter(int index, GoRouterConfig.Member member) {
        this.index = index;
        this.address = member.address();
        this.status = member.status();
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

    /** Returns the number of requests on their way through it from this node. */
    public int inFlight() {
        return inFlight.get();
    }

    /** Returns its address as {@code host:port}. */
    public String name() {
        return address.getHostString() + ":" + address.getPort();
    }

    /** Counts a request in. */
    public void begin() {
        inFlight.incrementAndGet();
    }

    /** Counts a request out. */
    public void end() {
        inFlight.decrementAndGet();
    }

    /** Passes it over for a while, after it refused a connection. */
    void pause(long untilNanos) {
        pausedUntilNanos = untilNanos;
        paused = true;
    }

    /** Returns whether it should be given requests now. */
    boolean usable(long nowNanos) {
        if (paused && nowNanos - pausedUntilNanos >= 0) {
            paused = false;
        }
        return !paused && (health == Health.HEALTHY || health == Health.UNKNOWN);
    }

    void health(Health now) {
        if (now == Health.HEALTHY && health != Health.HEALTHY) {
            paused = false; // it is back; while it was healthy all along, its traffic port may still be stuck
        }
        health = now;
    }
}
