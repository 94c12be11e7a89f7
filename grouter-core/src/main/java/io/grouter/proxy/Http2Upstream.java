package io.grouter.proxy;

import io.grouter.http.Head;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/** One request to a GoRouter or another site over HTTP/2: a stream of a connection that others use, too. Used on one event loop. */
final class Http2Upstream extends ChannelInboundHandlerAdapter implements Upstream {
    private final Peer peer;
    private final Head head;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Exchange exchange;
    private boolean released;
    private boolean answered;
    private boolean requestDone;
    private boolean refused;
    private boolean reset;
    private boolean blocked;
    /** Whether the head, or part of it, may have reached the other end. */
    private boolean headSent;

    Http2Upstream(Peer peer) {
        this.peer = peer;
        this.head = new Head(Head.Kind.ANSWER, peer.headLimits());
    }

    private ChannelHandlerContext ctx() {
        if (context == null) {
            throw new IllegalStateException("not connected yet");
        }
        return context;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public boolean reused() {
        return refused;
    }

    /** A stream that was refused, or is above the last of a GOAWAY, has not been looked at (RFC 9113 section 8.7). */
    @Override
    public boolean unseen() {
        return refused || !headSent;
    }

    @Override
    public boolean brokenOffAlone() {
        return reset;
    }

    // ---- the request

    @Override
    public void begin(Exchange user, RequestEdits edits) {
        exchange = user;
        Head request = user.request();
        ByteBuf text = ctx().alloc().buffer(ForwardedHeaders.mostRequestBytes(request, edits));
        try {
            ForwardedHeaders.writeRequest(request, edits, peer.xfcc(), text);
            Head edited = new Head(Head.Kind.REQUEST, peer.headLimits().times(2));
            edited.read(text);
            ctx().write(new DefaultHttp2HeadersFrame(Http2Heads.request(edited, "https"), user.endsWithHead()))
                    .addListener(written -> headSent |= written.isSuccess());
        } finally {
            text.release();
        }
        requestDone = user.endsWithHead();
    }

    @Override
    public void data(ByteBuf data) {
        ctx().write(new DefaultHttp2DataFrame(data, false));
    }

    @Override
    public void end(@Nullable Head trailing) {
        if (requestDone) {
            return; // with its head
        }
        requestDone = true;
        if (trailing == null) {
            ctx().write(new DefaultHttp2DataFrame(Unpooled.EMPTY_BUFFER, true));
        } else {
            ctx().write(new DefaultHttp2HeadersFrame(Http2Heads.trailers(trailing), true));
        }
    }

    @Override
    public void flush() {
        ctx().flush();
    }

    @Override
    public boolean isWritable() {
        return ctx().channel().isWritable();
    }

    /** A stream that has ended cannot say more; without the client its answer is of no use. */
    @Override
    public void halfClose() {
        Exchange now = exchange;
        release();
        if (now != null) {
            now.onUpstreamClosed(this);
        }
    }

    // ---- the answer

    @Override
    public void reading(boolean on) {
        ctx().channel().config().setAutoRead(on);
        if (on && blocked) {
            blocked = false;
            peer.unblocked();
        } else if (!on && !blocked) {
            blocked = true;
            if (!peer.blocked()) {
                closed();
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        Exchange now = exchange;
        if (now != null && frame instanceof Http2HeadersFrame headers) {
            onHeaders(now, headers);
        } else if (now != null && frame instanceof Http2DataFrame data) {
            ByteBuf content = data.content().retain();
            boolean last = data.isEndStream();
            data.release();
            now.onAnswerData(content);
            if (last) {
                ended(now, null);
            }
        } else {
            ReferenceCountUtil.release(frame);
        }
    }

    private void onHeaders(Exchange now, Http2HeadersFrame frame) {
        if (answered) {
            Head trailers = new Head(Head.Kind.TRAILERS, peer.headLimits());
            boolean fine = Http2Heads.readTrailers(frame.headers(), trailers, ctx().alloc()) == Head.Outcome.COMPLETE;
            if (fine) {
                ended(now, trailers);
            } else {
                now.onUpstreamInvalid();
            }
            return;
        }
        boolean last = frame.isEndStream();
        head.clear();
        if (Http2Heads.readAnswer(frame.headers(), !last, head, ctx().alloc()) != Head.Outcome.COMPLETE) {
            now.onUpstreamInvalid();
        } else if (head.status() < 200) {
            now.onInterim(head);
        } else {
            answered = true;
            now.onAnswer(head, last);
            if (last) {
                ended(now, null);
            }
        }
    }

    private void ended(Exchange now, @Nullable Head trailing) {
        exchange = null;
        giveBack();
        reading(true);
        if (!requestDone) {
            ctx().writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL));
        }
        now.onAnswerEnd(trailing);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        Exchange now = exchange;
        if (now != null) {
            now.onUpstreamRead(this);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Exchange now = exchange;
        if (now != null && !requestDone && ctx.channel().isWritable()) {
            now.onUpstreamWritable();
        }
    }

    // ---- the end

    @Override
    public void release() {
        boolean open = exchange != null;
        exchange = null;
        giveBack();
        reading(true); // what waits unread keeps a stream from ending
        if (open) {
            ctx().writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL));
        } else {
            ctx().close();
        }
    }

    private void giveBack() {
        if (!released) {
            released = true;
            peer.requestEnded();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Http2ResetFrame frame) {
            reset = true;
            refused = frame.errorCode() == Http2Error.REFUSED_STREAM.code();
            if (frame.errorCode() != Http2Error.NO_ERROR.code()) {
                closed();
            } // else the answer was complete (RFC 9113 section 8.1), but may not have been read yet
        } else if (event instanceof Http2GoAwayFrame) {
            // Only those above the last one it takes are told; they are closed when the connection has been left.
            reset = true;
            refused = true;
        }
        ReferenceCountUtil.release(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closed();
        ctx.fireChannelInactive();
    }

    private void closed() {
        Exchange now = exchange;
        if (now != null) {
            now.onUpstreamClosed(this);
        }
    }

    /** After an error of HTTP/2 the codec breaks the stream off with the right code. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof Http2Exception)) {
            ctx.close();
        }
    }
}
