package io.grouter.sim;

import java.io.IOException;

/** A site's NATS server. */
interface NatsBroker extends AutoCloseable {
    /** Starts it, or starts it again; returns when it takes connections. */
    void start() throws IOException;

    /** Stops it at once, as if the machine were gone. */
    @Override
    void close();

    /** Has it stand still: connections stay open, and nothing happens any more. */
    void freeze();

    /** Lets it go on after {@link #freeze}. */
    void thaw();

    /** Returns what it is, for people. */
    String description();
}
