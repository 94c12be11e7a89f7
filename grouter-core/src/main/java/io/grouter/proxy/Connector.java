package io.grouter.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes connections up to where HTTP begins. Safe for all threads. */
final class Connector {
    private final Transport transport;
    private final int timeoutMillis;
    private final CounterDataPoint made;

    /**
     * Makes it.
     *
     * @param timeout longest wait for a connection, and once more for TLS
     * @param made counts connections
     */
    Connector(Transport transport, Duration timeout, CounterDataPoint made) {
        this.transport = transport;
        this.timeoutMillis = (int) Math.max(1, timeout.toMillis());
        this.made = made;
    }

    /** Is told of a connection on which no HTTP has been said yet. */
    interface Opened {
        void done(@Nullable Channel channel, @Nullable Throwable failure);
    }

    /**
     * Connects.
     *
     * @param first what is said before anything else, or null
     * @param tls makes the handler that speaks TLS, or null
     */
    void connect(
            EventLoop loop,
            InetSocketAddress address,
            @Nullable String first,
            @Nullable Function<ByteBufAllocator, SslHandler> tls,
            boolean overHttp2,
            Opened listener) {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(transport.client())
                .option(ChannelOption.AUTO_READ, false) // not before it is connected
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis)
                .handler(new ChannelInboundHandlerAdapter());
        bootstrap.connect(address).addListener(future -> {
            if (!future.isSuccess()) {
                listener.done(null, future.cause());
                return;
            }
            made.inc();
            Channel channel = ((ChannelFuture) future).channel();
            if (first != null) {
                channel.writeAndFlush(Unpooled.copiedBuffer(first, StandardCharsets.US_ASCII));
            }
            if (tls == null) {
                channel.config().setAutoRead(true);
                listener.done(channel, null);
            } else {
                secure(channel, tls.apply(channel.alloc()), overHttp2, listener);
            }
        });
    }

    private void secure(Channel channel, SslHandler handler, boolean overHttp2, Opened listener) {
        handler.setHandshakeTimeoutMillis(timeoutMillis);
        ChannelHandler closing = new ClosingOnFailure();
        handler.handshakeFuture().addListener(shaken -> {
            boolean agreed = !overHttp2 || ApplicationProtocolNames.HTTP_2.equals(handler.applicationProtocol());
            if (shaken.isSuccess() && agreed) {
                channel.pipeline().remove(closing);
                listener.done(channel, null);
            } else {
                channel.close();
                Throwable why = shaken.cause();
                listener.done(null, why == null ? new IOException("it does not speak HTTP/2") : why);
            }
        });
        channel.pipeline().addLast(handler).addLast(closing);
        channel.config().setAutoRead(true);
    }

    /** Ends a connection that fails before it has a user; whoever waits for it learns of that from the handshake. */
    private static final class ClosingOnFailure extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
