package io.grouter.logging;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import java.util.Iterator;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has this process log as its configuration says. */
public final class Logs {
    private Logs() {}

    /** Takes over format and levels, for the whole process. */
    public static void configure(LogConfig config) {
        LogLevels levels = new LogLevels();
        levels.set(LogLevels.ROOT, config.level().name().toLowerCase(Locale.ROOT));
        for (LogConfig.LoggerLevel each : config.levels()) {
            levels.set(each.logger(), each.level().name().toLowerCase(Locale.ROOT));
        }
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            Iterator<Appender<ILoggingEvent>> appenders =
                    context.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders();
            while (appenders.hasNext()) {
                if (appenders.next() instanceof OutputStreamAppender<ILoggingEvent> stream
                        && stream.getEncoder() instanceof LayoutWrappingEncoder<ILoggingEvent> lines
                        && lines.getLayout() instanceof LineLayout layout) {
                    layout.format(config.format());
                }
            }
        }
    }
}
