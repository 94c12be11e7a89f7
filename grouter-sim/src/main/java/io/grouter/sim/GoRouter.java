package io.grouter.sim;

import java.io.IOException;

/** A site's GoRouter, in this process or in one of its own. */
interface GoRouter extends AutoCloseable {
    /** Starts it, or starts it again. */
    void start() throws IOException;

    /** Has it fail its health check and go on serving, as a GoRouter that was told to drain. */
    void drain() throws IOException;

    /** Stops it at once, as if the machine were gone. */
    @Override
    void close();
}
