package io.grouter.proxy;

import io.grouter.gorouter.GoRouter;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.util.concurrent.FastThreadLocal;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connections to GoRouters, kept per event loop: a connection is made, used and kept on the loop of the client that
 * needs it, so no two threads ever meet on one. Every method must be called on an event loop.
 */
final class UpstreamPools {
    private final Transport transport;
    private final ProxyConfig config;
    private final ProxyMetrics metrics;
    private final int goRouters;
    private final FastThreadLocal<Idle> idle = new FastThreadLocal<>() {
        @Override
        protected Idle initialValue() {
            return new Idle();
        }
    };

    UpstreamPools(Transport transport, ProxyConfig config, ProxyMetrics metrics, int goRouters) {
        this.transport = transport;
        this.config = config;
        this.metrics = metrics;
        this.goRouters = goRouters;
    }

    /** The unused connections of one event loop, newest first. */
    private final class Idle {
        final List<Deque<UpstreamConnection>> byGoRouter = new ArrayList<>();
        boolean sweeping;

        Idle() {
            for (int i = 0; i < goRouters; i++) {
                byGoRouter.add(new ArrayDeque<>());
            }
        }
    }

    /** Is told how an attempt to connect ended. */
    interface Connected {
        void done(@Nullable UpstreamConnection connection, @Nullable Throwable failure);
    }

    /** Returns a live unused connection, or null. */
    @Nullable
    UpstreamConnection takeIdle(GoRouter goRouter) {
        Deque<UpstreamConnection> kept = idle.get().byGoRouter.get(goRouter.index());
        for (UpstreamConnection each = kept.pollFirst(); each != null; each = kept.pollFirst()) {
            if (each.channel().isActive()) {
                return each;
            }
        }
        return null;
    }

    /** Makes a new connection on the given loop. */
    void connect(EventLoop loop, GoRouter goRouter, Connected listener) {
        InetSocketAddress address = goRouter.connectAddress();
        if (address == null) {
            listener.done(null, new UnknownHostException(goRouter.name()));
            return;
        }
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(transport.client())
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        Math.max(1, config.connectTimeout().toMillis()))
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        HttpDecoderConfig decoder = new HttpDecoderConfig()
                                .setMaxInitialLineLength(config.maxRequestLineBytes())
                                .setMaxHeaderSize(config.maxHeaderBytes());
                        channel.pipeline().addLast(new HttpClientCodec(decoder, false, false));
                        channel.pipeline().addLast(new UpstreamConnection(goRouter, UpstreamPools.this));
                    }
                });
        bootstrap.connect(address).addListener(future -> {
            Channel channel = ((ChannelFuture) future).channel();
            if (future.isSuccess()) {
                metrics.upstreamConnections.inc();
                listener.done(channel.pipeline().get(UpstreamConnection.class), null);
            } else {
                listener.done(null, future.cause());
            }
        });
    }

    /** Keeps a connection for the next request, or closes it when enough are kept. */
    void release(UpstreamConnection connection) {
        Idle here = idle.get();
        Deque<UpstreamConnection> kept =
                here.byGoRouter.get(connection.goRouter().index());
        if (kept.size() >= config.upstreamIdleConnections()) {
            connection.channel().close();
            return;
        }
        connection.idleSince(System.nanoTime());
        kept.addFirst(connection);
        connection.channel().read(); // so that its end is noticed
        if (!here.sweeping) {
            here.sweeping = true;
            scheduleSweep(connection.channel().eventLoop());
        }
    }

    /** Forgets an unused connection that ended. */
    void ended(UpstreamConnection connection) {
        idle.get().byGoRouter.get(connection.goRouter().index()).remove(connection);
    }

    private void scheduleSweep(EventLoop loop) {
        long period = Math.max(1, config.upstreamIdleTimeout().toNanos() / 4);
        loop.schedule(() -> sweep(loop), period, TimeUnit.NANOSECONDS);
    }

    private void sweep(EventLoop loop) {
        long oldest = System.nanoTime() - config.upstreamIdleTimeout().toNanos();
        boolean left = false;
        for (Deque<UpstreamConnection> kept : idle.get().byGoRouter) {
            while (!kept.isEmpty() && kept.getLast().idleSince() - oldest <= 0) {
                kept.removeLast().channel().close();
            }
            left |= !kept.isEmpty();
        }
        idle.get().sweeping = left;
        if (left) {
            scheduleSweep(loop);
        }
    }
}
