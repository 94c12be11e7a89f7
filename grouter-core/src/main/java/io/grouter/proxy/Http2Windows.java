package io.grouter.proxy;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.flush.FlushConsolidationHandler;

/**
 * The windows of HTTP/2 connections. What comes for a request that nobody takes closes the window of that request, and
 * must not close that of the connection: otherwise a few slow ones would hold up everybody else. So the window of a
 * connection to a GoRouter, or to or from another site, is opened again at once.
 */
final class Http2Windows {
    /** Bytes of one body between sites that may be under way or wait here: 10 MB/s at 100 ms. */
    static final int STREAM_BYTES = 1 << 20;
    /** Bytes of all bodies of such a connection that may be under way. */
    static final int CONNECTION_BYTES = 16 << 20;
    /** So many windows of a request is that of a client's connection. */
    static final int REQUESTS_OF_A_CLIENT = 4;

    private static final int MOST_FLUSHES = 256;

    private Http2Windows() {}

    /** Returns what gathers the flushes of many requests within one turn of the event loop, each a write of its own. */
    static ChannelHandler flushes() {
        return new FlushConsolidationHandler(MOST_FLUSHES, true);
    }

    /** Has the window of a connection opened at once; to be called before the codec is in use. */
    static void refill(Http2FrameCodec codec) {
        DefaultHttp2LocalFlowController controller = new DefaultHttp2LocalFlowController(
                codec.connection(), DefaultHttp2LocalFlowController.DEFAULT_WINDOW_UPDATE_RATIO, true);
        controller.frameWriter(codec.encoder().frameWriter());
        codec.connection().local().flowController(controller);
    }

    /** Opens the window of a connection as wide as it should be. */
    static void widen(ChannelHandlerContext behindCodec, long bytes) {
        int more = (int) Math.min(bytes, Integer.MAX_VALUE) - Http2CodecUtil.DEFAULT_WINDOW_SIZE;
        if (more > 0) {
            behindCodec.writeAndFlush(new DefaultHttp2WindowUpdateFrame(more));
        }
    }
}
