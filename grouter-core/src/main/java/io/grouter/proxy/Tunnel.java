package io.grouter.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.TimeUnit;

/**
 * One direction of an upgraded connection: bytes go to the peer as they come, and no faster than the peer takes them.
 * When one side ends its sending, the other is told; when it is gone, the other is closed after all that was read has
 * been written.
 */
final class Tunnel extends ChannelInboundHandlerAdapter {
    /** Longest wait for the peer to take what was read before this side ended. */
    private static final int LAST_WRITE_SECONDS = 30;

    private final Channel peer;
    private boolean inputEnded;

    private Tunnel(Channel peer) {
        this.peer = peer;
    }

    /**
     * Makes two connections of one event loop a tunnel.
     *
     * @param rest bytes for the client that came with the answer; taken over
     */
    static void between(Channel front, Channel back, ByteBuf rest) {
        for (Channel each : new Channel[] {front, back}) {
            each.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        }
        front.pipeline().replace(ClientConnection.class, "tunnel", new Tunnel(back));
        back.pipeline().replace(UpstreamConnection.class, "tunnel", new Tunnel(front));
        front.writeAndFlush(rest, front.voidPromise());
        front.config().setAutoRead(true);
        back.config().setAutoRead(true);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        peer.write(message, peer.voidPromise());
        if (!peer.isWritable()) {
            pass(ctx); // at once: one turn may read many times
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        pass(ctx);
    }

    private void pass(ChannelHandlerContext ctx) {
        peer.flush();
        if (!peer.isWritable()) {
            ctx.channel().config().setAutoRead(false);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Tunnel other = peer.pipeline().get(Tunnel.class);
        // After its end there is nothing to read, and with epoll asking for it is an error that ends the connection.
        if (ctx.channel().isWritable() && other != null && !other.inputEnded) {
            peer.config().setAutoRead(true);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (!(event instanceof ChannelInputShutdownEvent)) {
            ctx.fireUserEventTriggered(event);
            return;
        }
        inputEnded = true;
        Tunnel other = peer.pipeline().get(Tunnel.class);
        boolean both = other == null || other.inputEnded;
        boolean tls = peer.pipeline().get(SslHandler.class) != null;
        peer.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (both || tls || !(peer instanceof DuplexChannel duplex)) {
                peer.close();
            } else {
                duplex.shutdownOutput();
            }
        });
        if (both) {
            ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        peer.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        peer.eventLoop().schedule(() -> peer.close(), LAST_WRITE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
