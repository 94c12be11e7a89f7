package io.grouter.proxy;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The connections of one event loop to one other site, of which one at least is kept ready. Used on that loop. */
final class RelayLoop {
    private static final long FIRST_WAIT_NANOS = Duration.ofMillis(250).toNanos();
    private static final long LONGEST_WAIT_NANOS = Duration.ofSeconds(10).toNanos();

    private final Relays relays;
    private final RelaySite site;
    private final EventLoop loop;
    private final List<RelayLane> lanes = new ArrayList<>();
    private long waitNanos = FIRST_WAIT_NANOS;
    private boolean waiting;
    private long nextNanos;

    RelayLoop(Relays relays, RelaySite site, EventLoop loop) {
        this.relays = relays;
        this.site = site;
        this.loop = loop;
    }

    RelaySite site() {
        return site;
    }

    /**
     * Returns an entry for a request: one to which a connection is ready, rather than one that would have to be
     * connected to, rather than one that failed lately; at random among its like. Null when all were tried.
     */
    @Nullable
    RelayLane pick(@Nullable Set<RelayEntry> tried) {
        adopt();
        long now = System.nanoTime();
        RelayLane best = null;
        int bestRank = 0;
        int alike = 0;
        for (int i = 0; i < lanes.size(); i++) {
            RelayLane lane = lanes.get(i);
            if (!lane.entry().announced() || (tried != null && tried.contains(lane.entry()))) {
                continue;
            }
            int rank = !lane.entry().usable(now) ? 1 : lane.http2().ready() ? 3 : 2;
            if (rank > bestRank) {
                best = lane;
                bestRank = rank;
                alike = 1;
            } else if (rank == bestRank && ThreadLocalRandom.current().nextInt(++alike) == 0) {
                best = lane;
            }
        }
        return best;
    }

    /** Has lanes for exactly the entries that are announced. */
    private void adopt() {
        List<RelayEntry> entries = site.entries();
        for (Iterator<RelayLane> all = lanes.iterator(); all.hasNext(); ) {
            RelayLane lane = all.next();
            if (!lane.entry().announced()) {
                all.remove();
                lane.http2().retire();
            }
        }
        for (int i = 0; lanes.size() < entries.size() && i < entries.size(); i++) {
            if (!has(entries.get(i))) {
                lanes.add(new RelayLane(relays, this, entries.get(i), loop));
            }
        }
    }

    private boolean has(RelayEntry entry) {
        for (int i = 0; i < lanes.size(); i++) {
            if (lanes.get(i).entry() == entry) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether no other entry of the site has a connection of this loop. */
    boolean needs(RelayEntry entry) {
        for (int i = 0; i < lanes.size(); i++) {
            if (lanes.get(i).entry() != entry && lanes.get(i).http2().warm()) {
                return false;
            }
        }
        return true;
    }

    /** Sees to it that there is a connection; after a failure it waits, longer each time. */
    void keepWarm(long nowNanos) {
        adopt();
        for (int i = 0; i < lanes.size(); i++) {
            if (lanes.get(i).http2().warm()) {
                return;
            }
        }
        if (waiting && nowNanos - nextNanos < 0) {
            return;
        }
        RelayLane lane = pick(null);
        if (lane != null) {
            lane.http2().warmUp(failure -> {
                lane.connectFailed(failure);
                waitAfterFailure();
            });
            waiting = false;
        }
    }

    private void waitAfterFailure() {
        waiting = true;
        nextNanos =
                System.nanoTime() + waitNanos / 2 + ThreadLocalRandom.current().nextLong(waitNanos);
        waitNanos = Math.min(LONGEST_WAIT_NANOS, 2 * waitNanos);
    }

    /** A connection was made. */
    void reached() {
        waitNanos = FIRST_WAIT_NANOS;
    }

    /** Ends all of it. */
    void retire() {
        lanes.forEach(lane -> lane.http2().retire());
        lanes.clear();
    }
}
