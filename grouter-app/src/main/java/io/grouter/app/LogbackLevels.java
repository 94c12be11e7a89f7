package io.grouter.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import io.grouter.admin.LogBackend;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** The levels of Logback's loggers; none when another backend is in place. */
final class LogbackLevels implements LogBackend {
    @Override
    public Map<String, String> levels() {
        Map<String, String> levels = new TreeMap<>();
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            for (Logger logger : context.getLoggerList()) {
                Level level = logger.getLevel();
                if (level != null) {
                    levels.put(logger.getName(), level.toString());
                }
            }
        }
        return levels;
    }

    @Override
    public void set(String logger, @Nullable String level) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger(logger).setLevel(level == null ? null : Level.toLevel(level));
        }
    }
}
