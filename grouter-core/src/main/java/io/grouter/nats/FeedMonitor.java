package io.grouter.nats;

import io.grouter.route.FeedState;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Tells how far the feed can be trusted from when it was connected, when it last spoke and whether anything of it was
 * lost. Used by the rib thread only; time is an argument.
 *
 * <p>LOST while disconnected; WARMING after every connect, and after messages were lost, until one registration interval
 * has passed and something has been heard; LIVE from then on; SILENT when nothing was heard for three intervals. A table
 * restored from a state file that is young enough stands for that first interval.
 */
public final class FeedMonitor {
    private final long intervalNanos;
    private FeedState state = FeedState.WARMING;
    private String why = "just started";
    private long connects;
    private long drops;
    private long completeFromNanos;
    private long heardNanos;
    private boolean heardSinceConnect;
    private boolean warm;
    private boolean restored;

    /** Begins WARMING, not connected yet. */
    public FeedMonitor(Duration registrationInterval) {
        this.intervalNanos = registrationInterval.toNanos();
    }

    /** Returns the state as of the last {@link #tick}. */
    public FeedState state() {
        return state;
    }

    /** Says in a few words why the state is what it is. */
    public String why() {
        return why;
    }

    /** Returns when a message was heard or the connection was made last; null = never. */
    @Nullable
    Long heardNanos() {
        return connects == 0 ? null : heardNanos;
    }

    /** Says that a message was heard. */
    public void onMessage(long nowNanos) {
        heardNanos = nowNanos;
        heardSinceConnect = true;
    }

    /** Says that the table was restored and is hardly older than one that was heard just now. */
    public void onRestored() {
        restored = true;
    }

    /**
     * Moves to the state that holds now.
     *
     * @param connectCount how often the connection has been made so far
     * @param connected whether it stands now
     * @param dropCount how many messages have been lost on this side so far
     */
    public FeedState tick(long connectCount, boolean connected, long dropCount, long nowNanos) {
        boolean dropped = dropCount != drops;
        drops = dropCount;
        if (!connected) {
            // Before the first connection nothing has been lost yet: the node is still warming up.
            return connectCount == 0
                    ? is(FeedState.WARMING, "not connected yet")
                    : is(FeedState.LOST, "the connection is lost");
        }
        if (connectCount != connects) {
            connects = connectCount;
            heardNanos = nowNanos;
            heardSinceConnect = false;
            warm = restored;
            restored = false;
            warmUp(nowNanos, "connected, listening for one interval");
            if (warm) {
                is(FeedState.LIVE, "connected, with the table of a moment ago");
            }
        }
        if (dropped) {
            warm = false;
            warmUp(nowNanos, "messages were lost, listening for one more interval");
        }
        if (nowNanos - heardNanos > 3 * intervalNanos) {
            is(FeedState.SILENT, "no message for three intervals");
        } else if (state == FeedState.SILENT && warm) {
            is(FeedState.LIVE, "heard again");
        } else if (state == FeedState.SILENT) {
            warmUp(nowNanos, "heard for the first time"); // it fell silent before it was ever complete
        } else if (heardSinceConnect && !warm && nowNanos - completeFromNanos >= intervalNanos) {
            warm = true;
            is(FeedState.LIVE, "listened for one interval");
        }
        return state;
    }

    private void warmUp(long nowNanos, String because) {
        completeFromNanos = nowNanos;
        is(FeedState.WARMING, because);
    }

    private FeedState is(FeedState now, String because) {
        state = now;
        why = because;
        return state;
    }
}
