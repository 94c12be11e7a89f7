package io.grouter.sim;

import java.io.IOException;

/** A Grouter node of a site, in this process or in one of its own. Called from one thread at a time. */
interface SimNode {
    /** Starts it, if it does not run; it may not serve yet when this returns. */
    void start() throws IOException;

    /** Ends it as SIGTERM does: requests that are under way end first. */
    void stop();

    /** Ends it at once. */
    void kill();

    /** Has it stand still: its sockets stay open, and nothing happens any more. */
    void freeze();

    /** Lets it go on after {@link #freeze}. */
    void thaw();

    /** Returns whether it runs, frozen or not. Any thread. */
    boolean isRunning();
}
