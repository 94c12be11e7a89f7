package io.grouter.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import io.grouter.admin.LogBackend;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** The levels of this process's loggers, which may change while it runs. Safe for all threads. */
public final class LogLevels implements LogBackend {
    /** Name of the logger that all others inherit from. */
    public static final String ROOT = "ROOT";

    private static final List<String> LEVELS =
            Arrays.stream(LogConfig.Level.values()).map(Enum::name).toList();
    private static final String LOGGER = "[A-Za-z_$][A-Za-z0-9_$]*(\\.[A-Za-z_$][A-Za-z0-9_$]*)*";
    private static final int MOST_NAME = 200;
    private static final int MOST_SET = 500;

    private final LoggerContext context;

    /** Makes the levels of this process; throws {@link IllegalStateException} when it does not log with Logback. */
    public LogLevels() {
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext found)) {
            throw new IllegalStateException("this process does not log with Logback");
        }
        this.context = found;
    }

    /** Returns the loggers that have a level of their own, by name, the {@link #ROOT} among them; in upper case. */
    @Override
    public Map<String, String> levels() {
        Map<String, String> levels = new TreeMap<>();
        for (Logger logger : context.getLoggerList()) {
            if (logger.getLevel() != null) {
                levels.put(logger.getName(), logger.getLevel().toString());
            }
        }
        return levels;
    }

    /**
     * Gives a logger, and those below it that have none of their own, a level.
     *
     * @param logger its name, such as {@code io.grouter.gossip}, or {@link #ROOT}
     * @param level off, error, warn, info, debug or trace, in whatever case; null takes away the logger's own
     * @throws IllegalArgumentException when there is no such level, the name is none, or too many loggers have levels
     */
    @Override
    public synchronized void set(String logger, @Nullable String level) {
        String wanted = level == null ? null : level.toUpperCase(Locale.ROOT);
        if (wanted != null && !LEVELS.contains(wanted)) {
            throw new IllegalArgumentException(
                    "level: \"" + level + "\" is none (expected: " + String.join(", ", LEVELS) + ")");
        }
        checkName(logger);
        if (wanted == null && logger.equals(ROOT)) {
            throw new IllegalArgumentException("level: " + ROOT + " has nothing to inherit from");
        }
        Logger known = context.exists(logger);
        if (known == null && wanted == null) {
            return;
        }
        if ((known == null || known.getLevel() == null) && levels().size() >= MOST_SET) {
            throw new IllegalArgumentException("logger: " + MOST_SET + " loggers have a level of their own already");
        }
        context.getLogger(logger).setLevel(wanted == null ? null : Level.valueOf(wanted));
    }

    /** Checks the name of a logger; throws {@link IllegalArgumentException}. */
    static void checkName(String logger) {
        if (logger.length() > MOST_NAME || !logger.matches(LOGGER)) {
            throw new IllegalArgumentException(
                    "logger: \"" + logger + "\" is no name (expected: such as io.grouter.gossip)");
        }
    }
}
