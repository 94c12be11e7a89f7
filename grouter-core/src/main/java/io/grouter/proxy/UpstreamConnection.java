package io.grouter.proxy;

import io.grouter.gorouter.GoRouter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/** One connection to a GoRouter: hands all that happens on it to the client connection that uses it now. */
final class UpstreamConnection extends ChannelInboundHandlerAdapter {
    private final GoRouter goRouter;
    private final UpstreamPools pools;
    private @Nullable Channel channel;
    private @Nullable ClientConnection user;
    private boolean used;
    private long idleSinceNanos;

    UpstreamConnection(GoRouter goRouter, UpstreamPools pools) {
        this.goRouter = goRouter;
        this.pools = pools;
    }

    GoRouter goRouter() {
        return goRouter;
    }

    Channel channel() {
        if (channel == null) {
            throw new IllegalStateException("not connected yet");
        }
        return channel;
    }

    /** Returns whether a request has been through it before, so that the other side may just be closing it. */
    boolean reused() {
        return used;
    }

    long idleSince() {
        return idleSinceNanos;
    }

    void idleSince(long nanos) {
        idleSinceNanos = nanos;
    }

    void begin(ClientConnection client) {
        user = client;
        goRouter.begin();
    }

    /** Ends the use; the connection is kept when it can take another request, and closed otherwise. */
    void end(boolean keep) {
        if (user == null) {
            return;
        }
        user = null;
        used = true;
        goRouter.end();
        if (keep && channel().isActive()) {
            pools.release(this);
        } else {
            channel().close();
        }
    }

    /** Ends the use because the connection now belongs to a tunnel, which closes it. */
    void hijack() {
        user = null;
        goRouter.end();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        channel = ctx.channel();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (user == null) {
            ReferenceCountUtil.release(message); // nobody asked for anything
            ctx.close();
        } else {
            user.onUpstreamMessage(this, message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (user != null) {
            user.onUpstreamReadComplete(this);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (user != null && ctx.channel().isWritable()) {
            user.onUpstreamWritable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (user != null) {
            user.onUpstreamClosed(this);
        } else {
            pools.ended(this);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
