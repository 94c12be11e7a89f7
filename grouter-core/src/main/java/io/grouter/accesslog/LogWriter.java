package io.grouter.accesslog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes entries from the queue and writes them in batches. When that fails, entries are dropped for a second, then the
 * file is opened anew and tried again. Used by one thread, but for {@link #reopen}.
 */
final class LogWriter {
    /** A batch is written when it has grown to so many bytes. */
    static final int BATCH = 64 << 10;

    private static final Logger log = LoggerFactory.getLogger(LogWriter.class);
    private static final long SECOND_MILLIS = 1000;

    private final String name;
    private final EntryQueue queue;
    private final LineFormat format;
    private final LogSink sink;
    private final LongSupplier wallClock;
    private final AccessLogMetrics metrics;
    private final Line batch = new Line(BATCH + (BATCH >> 2));
    private final AtomicBoolean reopen = new AtomicBoolean();
    private int entries;
    private long lookedMillis;
    private boolean outdated;
    private boolean failed;
    private long failedMillis;
    private boolean torn;

    /**
     * Makes a writer.
     *
     * @param name what lines about this log call it
     * @param wallClock milliseconds since 1970
     */
    LogWriter(
            String name,
            EntryQueue queue,
            LineFormat format,
            LogSink sink,
            LongSupplier wallClock,
            AccessLogMetrics metrics) {
        this.name = name;
        this.queue = queue;
        this.format = format;
        this.sink = sink;
        this.wallClock = wallClock;
        this.metrics = metrics;
        this.lookedMillis = wallClock.getAsLong();
    }

    /** Asks for the file to be opened anew before anything else is written. All threads. */
    void reopen() {
        reopen.set(true);
    }

    /** Writes one batch, or drops what there is while writing fails. Returns whether there was any entry. */
    boolean writeBatch() {
        long now = wallClock.getAsLong();
        if (failed) {
            if (!second(failedMillis, now)) {
                return drop();
            }
        } else {
            look(now);
        }
        int taken = 0;
        while (batch.length() < BATCH && taken < queue.capacity()) {
            AccessEntry entry = queue.poll();
            if (entry == null) {
                break;
            }
            add(entry);
            taken++;
        }
        flush(now);
        return taken > 0;
    }

    /** Drops what waits, at most a queue full. Returns whether there was any entry. */
    private boolean drop() {
        int count = 0;
        while (count < queue.capacity() && queue.poll() != null) {
            count++;
        }
        metrics.dropped.inc(count);
        return count > 0;
    }

    /** Drops what waits and closes. */
    void end() {
        drop();
        try {
            sink.close();
        } catch (IOException e) {
            log.warn("access log {} cannot be closed: {}", name, e.toString());
        }
    }

    private void add(AccessEntry entry) {
        int start = batch.length();
        try {
            format.add(entry, batch);
            entries++;
        } catch (RuntimeException e) {
            batch.truncate(start);
            metrics.dropped.inc();
            log.debug("an entry of the access log cannot be written", e);
        }
    }

    /** Follows the name to another file, once a second or when asked to. */
    private void look(long now) {
        boolean asked = reopen.getAndSet(false);
        if (!asked && !second(lookedMillis, now)) {
            return;
        }
        lookedMillis = now;
        try {
            sink.renew(asked || outdated);
            if (outdated) {
                log.info("access log {} is opened anew", name);
            }
            outdated = false;
        } catch (IOException | RuntimeException e) {
            if (!outdated) {
                log.warn("access log {} cannot be opened anew and goes on in the old file: {}", name, e.toString());
            }
            outdated = true;
        }
    }

    private void flush(long now) {
        if (entries == 0) {
            return;
        }
        ByteBuffer bytes = batch.view();
        try {
            if (failed) {
                sink.renew(true);
            }
            if (torn) {
                write(ByteBuffer.wrap(new byte[] {'\n'}));
                torn = false;
            }
            write(bytes);
            written(entries);
        } catch (IOException | RuntimeException e) {
            failed(bytes, now, e);
        } finally {
            batch.truncate(0);
            entries = 0;
        }
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            int left = bytes.remaining();
            sink.write(bytes);
            if (bytes.remaining() == left) {
                throw new IOException("it takes nothing");
            }
        }
    }

    private void written(int count) {
        metrics.written.inc(count);
        if (failed) {
            log.info("access log {} is written again", name);
        }
        failed = false;
    }

    /** Counts what was written and what was not: every entry ends with the one line feed it has. */
    private void failed(ByteBuffer bytes, long now, Exception e) {
        int whole = 0;
        for (int i = 0; i < bytes.position(); i++) {
            whole += bytes.get(i) == '\n' ? 1 : 0;
        }
        if (bytes.position() > 0) {
            torn = bytes.get(bytes.position() - 1) != '\n';
        }
        metrics.written.inc(whole);
        metrics.dropped.inc(entries - whole);
        if (!failed) {
            log.warn("access log {} cannot be written, its lines are dropped until it can: {}", name, e.toString());
        }
        failed = true;
        failedMillis = now;
    }

    /** Returns whether a second is over; also when the clock was set back. */
    private static boolean second(long sinceMillis, long nowMillis) {
        return nowMillis - sinceMillis >= SECOND_MILLIS || nowMillis < sinceMillis;
    }
}
