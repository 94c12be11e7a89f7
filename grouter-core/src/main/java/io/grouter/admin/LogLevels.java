package io.grouter.admin;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Levels of loggers that were changed for a while and go back by themselves. Safe for all threads; time is an argument. */
final class LogLevels {
    static final int MOST = 64;
    static final Duration LONGEST = Duration.ofHours(24);
    static final List<String> LEVELS = List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF");

    private final LogBackend backend;
    private final Map<String, Change> changes = new TreeMap<>();

    private record Change(@Nullable String before, long untilNanos, long untilMillis, String who) {}

    /**
     * A logger with a level of its own.
     *
     * @param level its level; null = that of the logger above
     * @param before what it goes back to; null = the level of the logger above, or nothing was changed
     * @param untilMillis when it goes back, in milliseconds since 1970; null = it was not changed
     */
    record Level(
            String logger,
            @Nullable String level,
            @Nullable String before,
            @Nullable Long untilMillis,
            String who) {}

    LogLevels(LogBackend backend) {
        this.backend = backend;
    }

    /**
     * Changes a level for a while; false when too many are changed.
     *
     * @param time how long, up to {@link #LONGEST}
     */
    synchronized boolean set(String logger, String level, Duration time, String who, long nowNanos, long nowMillis) {
        Change last = changes.get(logger);
        if (last == null && changes.size() >= MOST) {
            return false;
        }
        String before = last != null ? last.before() : backend.levels().get(logger);
        changes.put(logger, new Change(before, nowNanos + time.toNanos(), nowMillis + time.toMillis(), who));
        backend.set(logger, level);
        return true;
    }

    /** Gives a logger back the level it had, now. */
    synchronized void back(String logger) {
        Change change = changes.remove(logger);
        if (change != null) {
            backend.set(logger, change.before());
        }
    }

    /** Ends what is over; to be called every second or so. */
    synchronized void tick(long nowNanos) {
        for (Iterator<Map.Entry<String, Change>> all = changes.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<String, Change> each = all.next();
            if (nowNanos - each.getValue().untilNanos() >= 0) {
                all.remove();
                backend.set(each.getKey(), each.getValue().before());
            }
        }
    }

    /** Returns the loggers that have a level of their own, by name. */
    synchronized List<Level> all() {
        Map<String, String> levels = new TreeMap<>(backend.levels());
        changes.keySet().forEach(logger -> levels.putIfAbsent(logger, ""));
        List<Level> all = new ArrayList<>();
        levels.keySet().forEach(logger -> all.add(of(logger)));
        return all;
    }

    /** Returns one. */
    synchronized Level of(String logger) {
        Change change = changes.get(logger);
        String level = backend.levels().get(logger);
        return change == null
                ? new Level(logger, level, null, null, "")
                : new Level(logger, level, change.before(), change.untilMillis(), change.who());
    }
}
