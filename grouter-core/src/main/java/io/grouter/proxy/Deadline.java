package io.grouter.proxy;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A timer that is moved often and fires seldom: moving it later costs one field, and the timer task looks at that field
 * when it wakes. Used on one event loop.
 */
final class Deadline {
    private final Runnable action;
    private @Nullable ScheduledFuture<?> task;
    private long taskAtNanos;
    private long deadlineNanos;

    Deadline(Runnable action) {
        this.action = action;
    }

    void set(ChannelHandlerContext ctx, Duration fromNow) {
        long now = System.nanoTime();
        deadlineNanos = now + fromNow.toNanos();
        if (task == null) {
            schedule(ctx, now);
        } else if (deadlineNanos - taskAtNanos < 0) {
            task.cancel(false);
            schedule(ctx, now);
        }
    }

    void cancel() {
        if (task != null) {
            task.cancel(false);
            task = null;
        }
    }

    private void schedule(ChannelHandlerContext ctx, long now) {
        taskAtNanos = deadlineNanos;
        task = ctx.executor().schedule(() -> wake(ctx), deadlineNanos - now, TimeUnit.NANOSECONDS);
    }

    private void wake(ChannelHandlerContext ctx) {
        task = null;
        long now = System.nanoTime();
        if (deadlineNanos - now > 0) {
            schedule(ctx, now);
        } else {
            action.run();
        }
    }
}
