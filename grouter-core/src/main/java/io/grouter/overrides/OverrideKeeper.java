package io.grouter.overrides;

import io.grouter.route.SiteId;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the overrides into a file whenever they change, on a thread of its own, and reads them at the start. Whatever is
 * wrong with file or disk, the node goes on without: one line says so, and one that it is right again.
 */
public final class OverrideKeeper implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(OverrideKeeper.class);
    private static final Duration RETRY = Duration.ofSeconds(30);
    private static final Duration LAST_WRITE = Duration.ofSeconds(5);

    private final Path path;
    private final OverrideFile file;
    private final OverrideStore store;
    private final Counter failures;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean dirty;
    private boolean running = true;
    private boolean failed;

    /** Makes the keeper of a store, not yet started. */
    public OverrideKeeper(Path path, SiteId site, OverrideStore store, PrometheusRegistry metrics) {
        this.path = path.toAbsolutePath();
        this.file = new OverrideFile(this.path, site);
        this.store = store;
        this.failures = Counter.builder()
                .name("grouter_overrides_write_failures_total")
                .help("Times the file of the overrides could not be written")
                .register(metrics);
        this.thread = new Thread(this::loop, "grouter-overrides");
        this.thread.setDaemon(true);
    }

    /** Fills the store from the file, if it is there and perfect. */
    public void restore(long nowMillis, long nowNanos) {
        try {
            OverrideFile.Content content = file.read();
            store.restore(content.entries(), content.highest(), nowMillis, nowNanos);
            store.current().all().forEach(order -> log.info("override as before the start: {}", order.text()));
        } catch (OverrideFile.Unusable e) {
            log.warn("the overrides in {} are ignored: {}", path, e.getMessage());
        }
    }

    /** Starts writing whenever there is something new. */
    public void start() {
        store.onChange(now -> onChange());
        thread.start();
    }

    private void onChange() {
        lock.lock();
        try {
            dirty = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void loop() {
        try {
            while (await()) {
                write();
            }
        } catch (InterruptedException e) {
            log.debug("the overrides are not written any more");
        }
    }

    /** Waits until there is something to write; false when it is time to end. */
    private boolean await() throws InterruptedException {
        lock.lock();
        try {
            long left = RETRY.toNanos();
            while (running && !dirty && (!failed || left > 0)) {
                if (failed) {
                    left = changed.awaitNanos(left);
                } else {
                    changed.await();
                }
            }
            boolean due = dirty || (failed && running);
            dirty = false;
            return due;
        } finally {
            lock.unlock();
        }
    }

    private void write() {
        try {
            file.write(new OverrideFile.Content(store.highest(), store.everything()));
            if (failed) {
                log.info("the overrides are written into {} again", path);
            }
            failed = false;
        } catch (IOException | RuntimeException e) {
            failures.inc();
            if (!failed) {
                log.warn(
                        "the overrides cannot be written into {}, a restart will not know them: {}", path, describe(e));
            }
            failed = true;
            discardTemporary();
        }
    }

    private String describe(Exception e) {
        Path folder = path.getParent();
        return folder != null && !Files.isDirectory(folder) ? "there is no folder " + folder : e.toString();
    }

    private void discardTemporary() {
        try {
            Files.deleteIfExists(file.temporary());
        } catch (IOException e) {
            log.debug("cannot delete the temporary file", e);
        }
    }

    /** Writes what is not written yet and stops. */
    @Override
    public void close() {
        lock.lock();
        try {
            running = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(TimeUnit.SECONDS.toMillis(LAST_WRITE.toSeconds()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
    }
}
