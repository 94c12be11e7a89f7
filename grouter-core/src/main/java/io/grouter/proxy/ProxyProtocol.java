package io.grouter.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.ProtocolDetectionState;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The PROXY protocol in front of a connection (HAProxy's proxy-protocol.txt, versions 1 and 2), if there is any: GoRouter
 * takes connections without it, too. Only for connections from networks that may speak it.
 */
final class ProxyProtocol extends ByteToMessageDecoder {
    private final int timeoutMillis;
    private final Told told;
    private @Nullable ScheduledFuture<?> timeout;

    /** Is told who the client is. */
    interface Told {
        /** Goes on; {@code client} is null when nobody said. */
        void is(ChannelHandlerContext ctx, @Nullable InetSocketAddress client);
    }

    ProxyProtocol(int timeoutMillis, Told told) {
        this.timeoutMillis = timeoutMillis;
        this.told = told;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        timeout = ctx.executor().schedule(() -> ctx.close(), timeoutMillis, TimeUnit.MILLISECONDS);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        ProtocolDetectionState state = HAProxyMessageDecoder.detectProtocol(in).state();
        if (state == ProtocolDetectionState.NEEDS_MORE_DATA && couldBecomeOne(in)) {
            return;
        }
        if (state == ProtocolDetectionState.DETECTED) {
            ctx.pipeline().addAfter(ctx.name(), "proxy-protocol", new HAProxyMessageDecoder());
            ctx.pipeline().addAfter("proxy-protocol", "proxy-message", new Message());
            ctx.pipeline().remove(this);
        } else {
            go(ctx, null);
            ctx.pipeline().remove(this);
        }
    }

    /** Netty asks for twelve bytes before it says that these are none. */
    private static boolean couldBecomeOne(ByteBuf in) {
        byte first = in.getByte(in.readerIndex());
        return first == 'P' || first == '\r';
    }

    /** As a load balancer's check does that only connects. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof ChannelInputShutdownEvent) {
            ctx.close();
        } else {
            super.userEventTriggered(ctx, event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    private void go(ChannelHandlerContext ctx, @Nullable InetSocketAddress client) {
        ScheduledFuture<?> running = timeout;
        timeout = null;
        if (running != null) {
            running.cancel(false);
        }
        told.is(ctx, client);
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) {
        if (!ctx.channel().isActive() && timeout != null) {
            timeout.cancel(false);
        }
    }

    /** What the sender said. */
    private final class Message extends io.netty.channel.SimpleChannelInboundHandler<HAProxyMessage> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, HAProxyMessage message) {
            go(ctx, message.command() == HAProxyCommand.LOCAL ? null : client(message));
            ctx.pipeline().remove(this);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                ctx.close(); // in the middle of the header
            } else {
                ctx.fireUserEventTriggered(event);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close(); // a header that is none
        }
    }

    private static @Nullable InetSocketAddress client(HAProxyMessage message) {
        String address = message.sourceAddress();
        byte[] bytes = address == null ? null : NetUtil.createByteArrayFromIpAddressString(address);
        try {
            return bytes == null ? null : new InetSocketAddress(InetAddress.getByAddress(bytes), message.sourcePort());
        } catch (UnknownHostException e) {
            return null; // not with 4 or 16 bytes
        }
    }
}
