package io.grouter.state;

import io.grouter.rib.Rib;
import io.grouter.rib.RibThread;
import io.grouter.route.SiteId;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the state file now and then and at the end, and reads it at the start. Whatever is wrong with file or disk,
 * the node goes on without: one line says so, and one that it is right again.
 */
public final class StateKeeper implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(StateKeeper.class);
    private static final Duration LAST_WRITE = Duration.ofSeconds(20);

    private final StateConfig config;
    private final Path file;
    private final RibThread rib;
    private final SiteId site;
    private final LongSupplier clock;
    private final LongSupplier wallClock;
    private final Counter writes;
    private final Counter failures;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition stopping = lock.newCondition();
    private boolean running = true;
    private boolean failed;
    private volatile long writtenMillis;
    private volatile long length;

    /**
     * Makes the keeper, not yet started.
     *
     * @param config with a file
     * @param clock monotonic nanoseconds
     * @param wallClock milliseconds since 1970
     */
    public StateKeeper(
            StateConfig config,
            SiteId site,
            RibThread rib,
            LongSupplier clock,
            LongSupplier wallClock,
            PrometheusRegistry metrics) {
        this.config = config;
        this.file = Path.of(config.file()).toAbsolutePath();
        this.site = site;
        this.rib = rib;
        this.clock = clock;
        this.wallClock = wallClock;
        this.writes = Counter.builder()
                .name("grouter_state_writes_total")
                .help("Times the state file was written")
                .register(metrics);
        this.failures = Counter.builder()
                .name("grouter_state_write_failures_total")
                .help("Times the state file could not be written")
                .register(metrics);
        GaugeWithCallback.builder()
                .name("grouter_state_written_timestamp_seconds")
                .help("When the state file was last written; 0 = not yet")
                .callback(gauge -> gauge.call(writtenMillis / 1000.0))
                .register(metrics);
        GaugeWithCallback.builder()
                .name("grouter_state_file_bytes")
                .help("Length of the state file last written")
                .callback(gauge -> gauge.call((double) length))
                .register(metrics);
        this.thread = new Thread(this::loop, "grouter-state");
        this.thread.setDaemon(true);
    }

    /**
     * Fills the tables from the file, if it is there and perfect. Call before the rib thread starts.
     *
     * @return whether the tables are now hardly older than what a live feed gives
     */
    public boolean restore(Rib tables, Duration staleThreshold) {
        StateReader reader = new StateReader(file, site, config.maxAge());
        long start = clock.getAsLong();
        try {
            reader.read(tables, start, wallClock.getAsLong());
        } catch (StateReader.Unusable e) {
            log.info("state file {} is ignored: {}", file, e.getMessage());
            return false;
        }
        tables.restored(reader.endpoints(), reader.offers());
        log.info(
                "state file {}, {} s old: {} endpoints here and {} routes elsewhere restored in {} ms",
                file,
                reader.age().toSeconds(),
                reader.endpoints(),
                reader.offers(),
                (clock.getAsLong() - start) / 1_000_000);
        return reader.endpoints() > 0 && reader.age().compareTo(staleThreshold) <= 0;
    }

    /** Starts writing now and then. */
    public void start() {
        thread.start();
    }

    private void loop() {
        long wait = config.interval().toNanos();
        lock.lock();
        try {
            while (running) {
                long left = wait;
                while (running && left > 0) {
                    left = stopping.awaitNanos(left);
                }
                if (running) {
                    write();
                }
            }
            write();
        } catch (InterruptedException e) {
            log.debug("the state file is not written any more");
        } finally {
            lock.unlock();
        }
    }

    /** Writes the file; never throws. */
    private void write() {
        long millis = wallClock.getAsLong();
        try {
            length = new StateWriter(file, rib, clock).write(site, millis);
            writtenMillis = millis;
            writes.inc();
            if (failed) {
                log.info("state file {} is written again", file);
            }
            failed = false;
        } catch (IOException | RuntimeException e) {
            failures.inc();
            if (!failed) {
                log.warn("state file {} cannot be written, the node runs on without it: {}", file, describe(e));
            }
            failed = true;
            discardTemporary();
        }
    }

    private String describe(Exception e) {
        Path folder = file.getParent();
        return folder != null && !Files.isDirectory(folder) ? "there is no folder " + folder : e.toString();
    }

    private void discardTemporary() {
        try {
            Files.deleteIfExists(file.resolveSibling(file.getFileName() + ".tmp"));
        } catch (IOException e) {
            log.debug("cannot delete the temporary file", e);
        }
    }

    /** Writes the file one last time and stops; call while the rib thread still runs. */
    @Override
    public void close() {
        boolean signalled = false;
        try {
            // A write under way holds the lock.
            signalled = lock.tryLock(LAST_WRITE.toSeconds(), TimeUnit.SECONDS);
            if (signalled) {
                running = false;
                stopping.signalAll();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (signalled) {
                lock.unlock();
            }
        }
        try {
            thread.join(LAST_WRITE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
    }
}
