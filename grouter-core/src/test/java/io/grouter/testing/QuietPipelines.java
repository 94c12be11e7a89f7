package io.grouter.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Fails a test in which something got to the end of a Netty pipeline, as that logs a line for each time. */
public final class QuietPipelines implements AutoCloseable {
    private final Logger logger = (Logger) LoggerFactory.getLogger("io.netty.channel.DefaultChannelPipeline");
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

    /** Starts watching. */
    public QuietPipelines() {
        appender.start();
        logger.setLevel(Level.WARN);
        logger.addAppender(appender);
    }

    /** Throws {@link AssertionError} if anything was logged. */
    @Override
    public void close() {
        logger.detachAppender(appender);
        logger.setLevel(null);
        List<String> lines = List.copyOf(appender.list).stream()
                .map(event -> event.getFormattedMessage() + " "
                        + (event.getThrowableProxy() == null
                                ? ""
                                : event.getThrowableProxy().getMessage()))
                .toList();
        if (!lines.isEmpty()) {
            throw new AssertionError("nobody took it: " + lines);
        }
    }
}
