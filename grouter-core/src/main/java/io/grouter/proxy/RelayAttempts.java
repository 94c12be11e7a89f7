package io.grouter.proxy;

import io.grouter.proxy.RelayMetrics.Cause;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What has been tried to get one request to another site. Used on one event loop. */
final class RelayAttempts {
    private static final int MOST = 4;

    private final RelayLoop to;
    /** Entries that took no connection. */
    private @Nullable Set<RelayEntry> tried;

    private int attempts;

    RelayAttempts(RelayLoop to) {
        this.to = to;
    }

    /** Returns the connections to an entry to try, and counts the request in at its site; null when there is none. */
    @Nullable
    RelayLane next() {
        RelayLane lane = to.pick(tried);
        if (lane == null) {
            failed(Cause.NO_ENTRY);
            return null;
        }
        if (!to.site().begin()) {
            failed(Cause.LIMIT);
            return null;
        }
        attempts++;
        return lane;
    }

    /** No connection could be made, or none has room. */
    void connectFailed(RelayLane lane, @Nullable Throwable failure) {
        to.site().end();
        Set<RelayEntry> marks = tried == null ? new HashSet<>() : tried;
        marks.add(lane.entry());
        tried = marks;
        if (failure instanceof Http2Connections.Full) {
            failed(Cause.LIMIT);
        } else {
            lane.connectFailed(failure);
        }
    }

    /** The request was given to the other site. */
    void sent() {
        to.site().metrics().relayed();
    }

    void failed(Cause cause) {
        to.site().metrics().failed(cause);
    }

    /** Returns whether there is an entry left, and patience. */
    boolean mayTryAgain() {
        return attempts < MOST && to.pick(tried) != null;
    }
}
