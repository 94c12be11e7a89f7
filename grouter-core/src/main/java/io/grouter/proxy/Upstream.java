package io.grouter.proxy;

import io.grouter.http.Head;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** The side of an exchange where the request goes: a GoRouter, or another site. Used on the event loop of the client's connection. */
interface Upstream {
    /** Returns whether a request has been through this connection before, so that the other side may be closing it. */
    boolean reused();

    /** Returns whether the other side has certainly not looked at the request. */
    default boolean unseen() {
        return false;
    }

    /** Returns whether only this request was broken off, and not its connection. */
    default boolean brokenOffAlone() {
        return false;
    }

    /** Sends the head of a request for an exchange, which hears of the answer from now on. */
    void begin(Exchange exchange, RequestEdits edits);

    /** Sends a piece of the body, and takes it over. */
    void data(ByteBuf data);

    /** Ends the request. */
    void end(@Nullable Head trailers);

    /** Sends what was given so far on its way. */
    void flush();

    /** Returns whether the other side takes the request as fast as it comes. */
    boolean isWritable();

    /** Reads on, or does not, until it is told otherwise. */
    void reading(boolean on);

    /** Passes on that the client sends nothing more. */
    void halfClose();

    /** Ends the use of it; what was not answered completely is broken off. */
    void release();
}
