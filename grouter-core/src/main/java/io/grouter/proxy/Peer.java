package io.grouter.proxy;

import io.grouter.http.HeadLimits;
import org.jspecify.annotations.Nullable;

/** The other end of the connections of one event loop: a GoRouter, or an entry of another site. Used on that loop. */
interface Peer {
    /** Returns how long heads may be that come from it. */
    HeadLimits headLimits();

    /** Returns what it gets of clients' certificates. */
    XfccMode xfcc();

    /** Returns whether a connection must not serve another client. */
    boolean onePerClient();

    /**
     * Connects, and gets as far as HTTP.
     *
     * @param client whose request it is for; null = for whichever comes
     */
    void open(@Nullable ClientFacts client, boolean overHttp2, Connector.Opened listener);

    /** A request is over, whatever became of it. */
    void requestEnded();

    /** A connection can take another request. */
    void unused(UpstreamConnection connection);

    /** A connection that was unused has ended. */
    void gone(UpstreamConnection connection);

    /**
     * An answer over HTTP/2 waits for its client from now on; returns whether there is room for what comes of it
     * meanwhile. {@link #unblocked} ends it in any case.
     */
    default boolean blocked() {
        return true;
    }

    /** An answer waits no more. */
    default void unblocked() {}

    /** Returns whether the last connection of HTTP/2 is kept though it has been idle for long. */
    default boolean keepsLast() {
        return false;
    }

    /** It takes requests over a new connection of HTTP/2. */
    default void ready() {}

    /** It says that a connection of HTTP/2 will end, or ended it without a word. */
    default void left() {}

    /** It did not answer a ping in time. */
    default void silent() {}
}
