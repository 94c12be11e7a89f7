package io.grouter.testing;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.lang.ref.WeakReference;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Fails a test whose buffers were not all released, as far as Netty's leak detector can tell. */
public final class LeakCheck implements AutoCloseable {
    private final Logger logger = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

    /** Starts watching. */
    public LeakCheck() {
        appender.start();
        logger.addAppender(appender);
    }

    /** Lets the collector find what was dropped, then throws {@link AssertionError} if anything leaked. */
    @Override
    public void close() {
        WeakReference<Object> marker = new WeakReference<>(new Object());
        for (int i = 0; i < 50 && marker.get() != null; i++) {
            System.gc();
        }
        // The detector reports when the next buffers are made.
        for (int i = 0; i < 256; i++) {
            ByteBufAllocator.DEFAULT.buffer(16).release();
        }
        logger.detachAppender(appender);
        List<String> leaks = appender.list.stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(message -> message.contains("LEAK"))
                .toList();
        if (!leaks.isEmpty()) {
            throw new AssertionError("buffers leaked: " + leaks);
        }
    }
}
