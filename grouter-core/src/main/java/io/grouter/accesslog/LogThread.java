package io.grouter.accesslog;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that writes, with the queue in front of it. It sleeps while there is nothing, at most a second. */
final class LogThread {
    private static final Logger log = LoggerFactory.getLogger(LogThread.class);
    private static final long LONGEST_SLEEP_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** After waking up: so that under load a wake-up and a write serve many requests. */
    private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final String name;
    private final EntryQueue queue;
    private final AccessLogMetrics metrics;
    private final LogWriter writer;
    private final Duration drain;
    private final Thread thread;
    private final AtomicBoolean sleeping = new AtomicBoolean();
    private volatile boolean closing;
    private volatile boolean abandoned;

    /**
     * Makes the thread, not yet started.
     *
     * @param name what lines about this log call it
     * @param wallClock milliseconds since 1970
     * @param drain how long {@link #close} waits for what is queued
     */
    LogThread(
            String name,
            LineFormat format,
            LogSink sink,
            int queueEntries,
            LongSupplier wallClock,
            Duration drain,
            PrometheusRegistry registry) {
        this.name = name;
        this.queue = new EntryQueue(queueEntries);
        this.metrics = new AccessLogMetrics(queue, registry);
        this.writer = new LogWriter(name, queue, format, sink, wallClock, metrics);
        this.drain = drain;
        this.thread = new Thread(this::loop, "grouter-accesslog");
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Queues an entry, or drops and counts it when there is no room. All threads; never waits. */
    void add(AccessEntry entry) {
        if (closing || !queue.offer(entry)) {
            metrics.dropped.inc();
        } else if (sleeping.get() && sleeping.compareAndSet(true, false)) {
            LockSupport.unpark(thread);
        }
    }

    /** Has the file opened anew. All threads. */
    void reopen() {
        writer.reopen();
        LockSupport.unpark(thread);
    }

    private void loop() {
        while (!closing) {
            if (!writer.writeBatch()) {
                sleep();
            }
        }
        while (!abandoned && writer.writeBatch()) {
            // Until nothing is left.
        }
        writer.end();
    }

    private void sleep() {
        sleeping.set(true);
        // An entry added before this look is seen by it; whoever adds one after it sees that we sleep.
        if (queue.isEmpty()) {
            LockSupport.parkNanos(this, LONGEST_SLEEP_NANOS);
        }
        sleeping.set(false);
        if (!closing) {
            LockSupport.parkNanos(this, GATHER_NANOS);
        }
        // Nobody should, but an interrupt would close the file and end all sleep.
        if (Thread.interrupted()) {
            log.debug("an interrupt of the access log is ignored");
        }
    }

    /** Writes what is queued, for a bounded time, and ends the thread. */
    void close() {
        closing = true;
        LockSupport.unpark(thread);
        try {
            thread.join(drain.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // From now on the thread ends as soon as the write that holds it up does, and closes the file itself.
        abandoned = true;
        if (thread.isAlive()) {
            log.warn("access log {} was not written to its end, {} requests still waited", name, queue.size());
        }
    }
}
