package io.grouter.proxy;

import io.grouter.http.Head;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/** The client's side of an exchange: where the answer goes. Used on the event loop of the client's connection. */
interface Downstream {
    EventLoop loop();

    /** Sends an interim answer (RFC 9110 section 15.2), if the client understands them. */
    void interim(Head answer);

    /**
     * Sends the head of the final answer.
     *
     * @param bodiless whether neither body nor trailers follow
     */
    void head(Head answer, boolean bodiless);

    /** Sends a piece of the body, and takes it over. */
    void data(ByteBuf data);

    /** Ends the answer; the exchange is over for this side when the request is done too. */
    void end(@Nullable Head trailers);

    /** Sends all of an answer of Grouter's own, which ends the exchange. */
    void own(OwnAnswer answer);

    /** Sends what was given so far on its way. */
    void flush();

    /** Returns whether the client takes the answer as fast as it comes. */
    boolean isWritable();

    /** Says that the GoRouter can take (more of) the body. */
    void resume();

    /** Moves the end of the wait for whatever comes next. */
    void expectWithin(long nanos);

    /** Breaks off: the answer cannot be finished. */
    void abort();

    /** Returns whether a request only works over HTTP/2, as gRPC does. */
    boolean isGrpc(Head request);

    /** Returns whether the client is still there. */
    boolean isActive();

    /**
     * Ends HTTP on the client's connection after its 101 was sent; returns the channel for the tunnel, or null when it
     * cannot be one.
     */
    @Nullable
    Channel becomeTunnel(Head answer);
}
