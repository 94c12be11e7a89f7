package io.grouter.admin;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads of the admin API. The JDK's server reads a request and writes its answer on one of them, waiting for the
 * client; who keeps it waiting longer than allowed loses the connection, so that slow clients do not take all threads.
 */
final class AdminThreads implements Executor, AutoCloseable {
    /** How long a client may take for the TLS handshake and its request. */
    static final Duration REQUEST = Duration.ofSeconds(5);

    /** How long it may while others wait for a thread. */
    private static final Duration HURRIED = Duration.ofSeconds(1);

    private static final Duration LOOK = Duration.ofMillis(250);
    private static final int THREADS = 32;

    private final LongSupplier clock;
    private final Duration request;
    private final Pool pool;
    private final Thread watch;
    private final Map<Thread, Slot> slots = new ConcurrentHashMap<>();
    private final Counter slow;
    private volatile boolean closed;

    /** Until when a thread may be at what it does, and until when while others wait for it. */
    private static final class Slot {
        private boolean busy;
        private long deadline;
        private long hurried;

        synchronized void begin(long until, long untilHurried) {
            busy = true;
            deadline = until;
            hurried = untilHurried;
        }

        synchronized void end() {
            busy = false;
            Thread.interrupted(); // meant for what is over now
        }

        /** An interrupt ends a read or write of a channel by closing it. */
        synchronized boolean endIfLate(Thread thread, long now, boolean othersWait) {
            boolean late = busy && now - (othersWait ? hurried : deadline) >= 0;
            if (late) {
                thread.interrupt();
                busy = false;
            }
            return late;
        }
    }

    private final class Pool extends ThreadPoolExecutor {
        Pool(int queue) {
            super(
                    THREADS,
                    THREADS,
                    30,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(queue),
                    task -> daemon(task, "grouter-admin"),
                    new ThreadPoolExecutor.AbortPolicy());
            allowCoreThreadTimeOut(true);
        }

        @Override
        protected void beforeExecute(Thread thread, Runnable task) {
            long now = clock.getAsLong();
            slots.computeIfAbsent(thread, each -> new Slot())
                    .begin(now + request.toNanos(), now + Math.min(request.toNanos(), HURRIED.toNanos()));
        }

        @Override
        protected void afterExecute(Runnable task, @Nullable Throwable failure) {
            Slot slot = slots.remove(Thread.currentThread());
            if (slot != null) {
                slot.end();
            }
        }
    }

    /**
     * Makes the threads.
     *
     * @param request how long a client may take for its request
     * @param queue most requests that wait for a thread
     * @param clock monotonic nanoseconds
     */
    AdminThreads(Duration request, int queue, LongSupplier clock, PrometheusRegistry metrics) {
        this.clock = clock;
        this.request = request;
        this.pool = new Pool(queue);
        this.watch = daemon(this::look, "grouter-admin-watch");
        this.slow = Counter.builder()
                .name("grouter_admin_slow_clients_total")
                .help("Connections to the admin API closed because the client kept it waiting too long")
                .withoutExemplars()
                .register(metrics);
        gauge("grouter_admin_busy", "Requests to the admin API being read or answered", slots::size, metrics);
        gauge("grouter_admin_busy_capacity", "Most requests read or answered at a time", () -> THREADS, metrics);
        gauge(
                "grouter_admin_queue",
                "Requests to the admin API waiting",
                () -> pool.getQueue().size(),
                metrics);
        gauge("grouter_admin_queue_capacity", "Most requests to the admin API that may wait", () -> queue, metrics);
        watch.start();
    }

    private static void gauge(String name, String help, IntSupplier value, PrometheusRegistry metrics) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(gauge -> gauge.call(value.getAsInt()))
                .register(metrics);
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void execute(Runnable task) {
        pool.execute(task);
    }

    /** Gives what the calling thread does so much time from now on. */
    void allow(Duration time) {
        Slot slot = slots.get(Thread.currentThread());
        if (slot != null) {
            long until = clock.getAsLong() + time.toNanos();
            slot.begin(until, until);
        }
    }

    private void look() {
        while (!closed) {
            try {
                Thread.sleep(LOOK.toMillis());
            } catch (InterruptedException e) {
                return; // closed
            }
            long now = clock.getAsLong();
            boolean othersWait = !pool.getQueue().isEmpty();
            slots.forEach((thread, slot) -> {
                if (slot.endIfLate(thread, now, othersWait)) {
                    slow.inc();
                }
            });
        }
    }

    /** Ends the threads, also those that wait for clients. */
    @Override
    public void close() {
        closed = true;
        watch.interrupt();
        pool.shutdownNow();
    }
}
