package io.grouter.nats;

import io.grouter.route.FeedState;
import java.time.Duration;

/**
 * Tells how far the feed can be trusted from when it was connected and when it last spoke. Used by the rib thread
 * only; time is an argument.
 *
 * <p>LOST while disconnected; WARMING after every connect until one registration interval has passed and something has
 * been heard; LIVE from then on; SILENT when nothing was heard for three intervals.
 */
final class FeedMonitor {
    private final long intervalNanos;
    private FeedState state = FeedState.WARMING;
    private long connects;
    private long connectedNanos;
    private long heardNanos;
    private boolean heardSinceConnect;
    private boolean warm;

    FeedMonitor(Duration registrationInterval) {
        this.intervalNanos = registrationInterval.toNanos();
    }

    FeedState state() {
        return state;
    }

    void onMessage(long nowNanos) {
        heardNanos = nowNanos;
        heardSinceConnect = true;
    }

    /**
     * Moves to the state that holds now.
     *
     * @param connectCount how often the connection has been made so far
     * @param connected whether it stands now
     */
    FeedState tick(long connectCount, boolean connected, long nowNanos) {
        if (!connected) {
            // Before the first connection nothing has been lost yet: the node is still warming up.
            state = connectCount == 0 ? FeedState.WARMING : FeedState.LOST;
            return state;
        }
        if (connectCount != connects) {
            connects = connectCount;
            connectedNanos = nowNanos;
            heardNanos = nowNanos;
            heardSinceConnect = false;
            warm = false;
            state = FeedState.WARMING;
        }
        if (nowNanos - heardNanos > 3 * intervalNanos) {
            state = FeedState.SILENT;
        } else if (state == FeedState.SILENT) {
            // A feed that fell silent before it was ever complete has to warm up from here.
            connectedNanos = warm ? connectedNanos : nowNanos;
            state = warm ? FeedState.LIVE : FeedState.WARMING;
        } else if (heardSinceConnect && nowNanos - connectedNanos >= intervalNanos) {
            state = FeedState.LIVE;
            warm = true;
        }
        return state;
    }
}
