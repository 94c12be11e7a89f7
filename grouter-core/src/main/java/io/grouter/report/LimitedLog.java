package io.grouter.report;

import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Warns at most once per source and interval, with the number of faults that were kept quiet meanwhile. Remembers a
 * bounded number of sources; when there are more, the rest share one. Safe for all threads.
 */
public final class LimitedLog {
    private static final int MAX_SOURCES = 1000;
    private static final String THE_REST = "(others)";

    private final Logger log;
    private final long intervalNanos;
    private final LongSupplier clock;
    private final Map<String, Quiet> sources = new HashMap<>();

    private static final class Quiet {
        long sinceNanos;
        long suppressed;

        Quiet(long sinceNanos) {
            this.sinceNanos = sinceNanos;
        }
    }

    /**
     * Makes a limiter in front of a logger.
     *
     * @param interval least time between two lines about one source
     * @param clock monotonic nanoseconds
     */
    public LimitedLog(Logger log, Duration interval, LongSupplier clock) {
        this.log = log;
        this.intervalNanos = interval.toNanos();
        this.clock = clock;
    }

    /** Warns about a source, or counts quietly when it was warned about lately. Returns whether a line was written. */
    public boolean warn(String source, String what) {
        long suppressed = admit(source);
        if (suppressed < 0) {
            return false;
        }
        if (suppressed == 0) {
            log.warn("{}: {}", source, what);
        } else {
            log.warn("{}: {} (and {} more since the last such line)", source, what, suppressed);
        }
        return true;
    }

    private synchronized long admit(String source) {
        long now = clock.getAsLong();
        Quiet quiet = sources.get(source);
        if (quiet == null) {
            if (sources.size() >= MAX_SOURCES) {
                forgetOld(now);
            }
            String key = sources.size() >= MAX_SOURCES ? THE_REST : source;
            quiet = sources.get(key);
            if (quiet == null) {
                sources.put(key, new Quiet(now));
                return 0;
            }
        }
        if (now - quiet.sinceNanos < intervalNanos) {
            quiet.suppressed++;
            return -1;
        }
        long suppressed = quiet.suppressed;
        quiet.sinceNanos = now;
        quiet.suppressed = 0;
        return suppressed;
    }

    private void forgetOld(long now) {
        Iterator<Quiet> each = sources.values().iterator();
        while (each.hasNext()) {
            if (now - each.next().sinceNanos >= intervalNanos) {
                each.remove();
            }
        }
    }
}
