package io.grouter.rib;

import io.grouter.fib.Fib;
import io.grouter.route.OfferChange;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that changes the tables. Others only enqueue; the queue is bounded and drained in batches, each batch
 * ends in at most one new snapshot. A task that throws is counted and logged and harms no other.
 */
public final class RibThread implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RibThread.class);
    private static final int BATCH = 4096;
    private static final long IDLE_NANOS = Duration.ofMillis(50).toNanos();

    private static final long LONGEST_REST_NANOS = Duration.ofMillis(100).toNanos();

    private final Rib rib;
    private final LongSupplier clock;
    private final BlockingQueue<RibTask> queue;
    private final List<Periodic> periodic = new ArrayList<>();
    private final List<RibListener> listeners = new ArrayList<>();
    private final Counter dropped;
    private final Counter failed;
    private final Thread thread;
    private long publishDueNanos;
    private boolean resting;
    private volatile boolean running = true;

    private static final class Periodic {
        final long periodNanos;
        final RibTask task;
        long dueNanos;

        Periodic(long periodNanos, RibTask task, long dueNanos) {
            this.periodNanos = periodNanos;
            this.task = task;
            this.dueNanos = dueNanos;
        }
    }

    /**
     * Makes the thread, not yet started.
     *
     * @param clock monotonic nanoseconds
     * @param queueCapacity most tasks that may wait
     */
    public RibThread(Rib rib, LongSupplier clock, int queueCapacity, PrometheusRegistry metrics) {
        this.rib = rib;
        this.clock = clock;
        this.queue = new ArrayBlockingQueue<>(queueCapacity);
        this.dropped = Counter.builder()
                .name("grouter_rib_queue_dropped_total")
                .help("Tasks dropped because the rib thread's queue was full")
                .register(metrics);
        this.failed = Counter.builder()
                .name("grouter_rib_task_failures_total")
                .help("Tasks on the rib thread that ended in an error")
                .register(metrics);
        GaugeWithCallback.builder()
                .name("grouter_rib_queue_length")
                .help("Tasks waiting for the rib thread")
                .callback(gauge -> gauge.call(queue.size()))
                .register(metrics);
        GaugeWithCallback.builder()
                .name("grouter_rib_queue_capacity")
                .help("Most tasks that may wait for the rib thread")
                .callback(gauge -> gauge.call(queueCapacity))
                .register(metrics);
        this.thread = new Thread(this::loop, "grouter-rib-" + rib.ownSite());
        this.thread.setDaemon(true);
    }

    /** Adds a listener. Call before {@link #start}. */
    public void listen(RibListener listener) {
        listeners.add(listener);
    }

    /** Adds a task that runs again and again. Call before {@link #start}. */
    public void every(Duration period, RibTask task) {
        periodic.add(new Periodic(period.toNanos(), task, clock.getAsLong()));
    }

    /** Starts the thread. */
    public void start() {
        thread.start();
    }

    /** Returns the latest snapshot. Any thread. */
    public Fib fib() {
        return rib.fib();
    }

    /** Returns when the first of the own changes that listeners are being told came to this node. Rib thread only. */
    public long ownSinceNanos() {
        return rib.ownSinceNanos();
    }

    /** Returns how many endpoints the guard holds back; 0 when it does not hold. Any thread. */
    public int guarded() {
        return rib.guarded();
    }

    /**
     * Enqueues a task. Any thread; never blocks.
     *
     * @return false when the queue was full and the task was dropped and counted
     */
    public boolean post(RibTask task) {
        if (queue.offer(task)) {
            return true;
        }
        dropped.inc();
        return false;
    }

    /** Asks the tables something; the future fails when the queue is full. Any thread. */
    public <T> CompletableFuture<T> ask(Function<Rib, T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (!post((tables, now) -> answer.complete(question.apply(tables)))) {
            answer.completeExceptionally(new RejectedExecutionException("the rib thread's queue is full"));
        }
        return answer;
    }

    /** Stops the thread and waits for it, at most 5 s. */
    @Override
    public void close() {
        running = false;
        thread.interrupt();
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void loop() {
        List<RibTask> batch = new ArrayList<>(BATCH);
        publishDueNanos = clock.getAsLong();
        while (running) {
            RibTask first = next();
            if (first != null) {
                batch.add(first);
                queue.drainTo(batch, BATCH - 1);
            }
            long now = clock.getAsLong();
            for (RibTask task : batch) {
                run(task, now);
            }
            batch.clear();
            for (Periodic each : periodic) {
                if (now - each.dueNanos >= 0) {
                    each.dueNanos = now + each.periodNanos;
                    run(each.task, now);
                }
            }
            rib.waitingSince(now);
            resting = now - publishDueNanos < 0;
            if (!resting) {
                publish(now);
            }
        }
    }

    /**
     * Makes a snapshot. One that took long, because much changed, is not followed by the next at once: many changes cost
     * less in one snapshot than in several, and changing the tables has to go on as well.
     */
    private void publish(long now) {
        run((tables, at) -> tables.publish(this::tell), now);
        long done = clock.getAsLong();
        publishDueNanos = done + Math.min(2 * (done - now), LONGEST_REST_NANOS);
    }

    private @Nullable RibTask next() {
        try {
            return queue.poll(idleNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            return null;
        }
    }

    /** Waits no longer than until the next periodic task is due. */
    private long idleNanos() {
        long now = clock.getAsLong();
        long wait = resting ? Math.min(IDLE_NANOS, publishDueNanos - now) : IDLE_NANOS;
        for (Periodic each : periodic) {
            wait = Math.min(wait, each.dueNanos - now);
        }
        return Math.max(0, wait);
    }

    private void tell(Fib fib, List<OfferChange> ownChanges, List<RibEvent> events) {
        for (RibListener listener : listeners) {
            listener.onPublished(fib, ownChanges, events);
        }
    }

    @SuppressWarnings("CatchAndPrintStackTrace")
    private void run(RibTask task, long now) {
        try {
            task.run(rib, now);
        } catch (RuntimeException e) {
            failed.inc();
            log.error("a task on the rib thread failed; the tables stay as they are", e);
        }
    }
}
