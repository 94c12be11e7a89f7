package io.grouter.proxy;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A timer that is moved often and fires seldom: moving it later costs one field, and the timer task looks at that field
 * when it wakes. Used on one event loop.
 */
final class Deadline {
    private final EventExecutor loop;
    private final Runnable action;
    private @Nullable ScheduledFuture<?> task;
    private long taskAtNanos;
    private long deadlineNanos;

    Deadline(EventExecutor loop, Runnable action) {
        this.loop = loop;
        this.action = action;
    }

    void set(long fromNowNanos) {
        long now = System.nanoTime();
        deadlineNanos = now + fromNowNanos;
        if (task == null) {
            schedule(now);
        } else if (deadlineNanos - taskAtNanos < 0) {
            task.cancel(false);
            schedule(now);
        }
    }

    void cancel() {
        if (task != null) {
            task.cancel(false);
            task = null;
        }
    }

    private void schedule(long now) {
        taskAtNanos = deadlineNanos;
        task = loop.schedule(this::wake, deadlineNanos - now, TimeUnit.NANOSECONDS);
    }

    private void wake() {
        task = null;
        long now = System.nanoTime();
        if (deadlineNanos - now > 0) {
            schedule(now);
        } else {
            action.run();
        }
    }
}
