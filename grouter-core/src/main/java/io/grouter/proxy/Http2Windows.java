package io.grouter.proxy;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2FrameCodec;

/**
 * The windows of HTTP/2 connections between sites, where a round trip takes long. What comes for a request that nobody
 * takes closes the window of that request alone: a connection's window is opened again at once, since otherwise a few
 * slow clients would hold up everybody else's requests.
 */
final class Http2Windows {
    /** Bytes of one body that may be under way or wait here: 10 MB/s at 100 ms. */
    static final int STREAM_BYTES = 1 << 20;
    /** Bytes of all bodies of a connection that may be under way. */
    static final int CONNECTION_BYTES = 16 << 20;

    private Http2Windows() {}

    /** Has the window of a connection opened at once; to be called before the codec is in use. */
    static void refill(Http2FrameCodec codec) {
        DefaultHttp2LocalFlowController controller = new DefaultHttp2LocalFlowController(
                codec.connection(), DefaultHttp2LocalFlowController.DEFAULT_WINDOW_UPDATE_RATIO, true);
        controller.frameWriter(codec.encoder().frameWriter());
        codec.connection().local().flowController(controller);
    }

    /** Opens the window of a connection as wide as it should be. */
    static void widen(ChannelHandlerContext behindCodec) {
        behindCodec.writeAndFlush(
                new DefaultHttp2WindowUpdateFrame(CONNECTION_BYTES - Http2CodecUtil.DEFAULT_WINDOW_SIZE));
    }
}
