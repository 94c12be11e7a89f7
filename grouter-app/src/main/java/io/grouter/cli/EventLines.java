package io.grouter.cli;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The lines of a stream of events. For one thread; only {@link #close} may be called from others. */
interface EventLines extends AutoCloseable {
    /** Waits for the next line; null at the end. Throws {@link IOException} when the stream breaks off or says nothing for long. */
    @Nullable
    String next() throws IOException;

    @Override
    void close();
}
