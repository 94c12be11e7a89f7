package io.grouter.proxy;

import io.grouter.gorouter.GoRouter;
import io.grouter.gorouter.GoRouterConfig;
import io.grouter.gorouter.GoRouterPool;
import io.grouter.http.HeadLimits;
import io.netty.bootstrap.Bootstrap;
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
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
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
    private final GoRouterPool goRouters;
    private final WaitingRoom queue;
    private final GoRouterConfig goRouterConfig;
    private final @Nullable UpstreamTls tls;
    private final FastThreadLocal<Idle> idle = new FastThreadLocal<>() {
        @Override
        protected Idle initialValue() {
            return new Idle();
        }
    };

    UpstreamPools(
            Transport transport,
            ProxyConfig config,
            ProxyMetrics metrics,
            GoRouterPool goRouters,
            WaitingRoom queue,
            @Nullable UpstreamTls tls) {
        this.transport = transport;
        this.config = config;
        this.metrics = metrics;
        this.goRouters = goRouters;
        this.queue = queue;
        this.goRouterConfig = goRouters.config();
        this.tls = tls;
    }

    /** The connections of one event loop: unused ones, newest first. */
    private final class Idle {
        /** Those that many requests share, used or not. */
        final List<@Nullable Http2Connections> http2 = new ArrayList<>();

        final List<Deque<UpstreamConnection>> byGoRouter = new ArrayList<>();
        boolean sweeping;

        Idle() {
            for (int i = 0; i < goRouters.members().size(); i++) {
                byGoRouter.add(new ArrayDeque<>());
                http2.add(null);
            }
        }
    }

    /** Is told how an attempt to connect ended. */
    interface Connected {
        void done(GoRouter goRouter, @Nullable Upstream connection, @Nullable Throwable failure);
    }

    HeadLimits headLimits() {
        return config.headLimits();
    }

    XfccMode xfcc() {
        return config.tls().xfcc();
    }

    /** Returns a live unused connection, or null. */
    @Nullable
    UpstreamConnection takeIdle(GoRouter goRouter) {
        Deque<UpstreamConnection> kept = idle.get().byGoRouter.get(goRouter.index());
        for (UpstreamConnection each = kept.pollFirst(); each != null; each = kept.pollFirst()) {
            if (each.channel().isActive()) {
                each.taken();
                return each;
            }
        }
        return null;
    }

    /** Makes a new connection on the given loop. */
    void connect(EventLoop loop, GoRouter goRouter, ClientFacts client, Connected listener) {
        open(loop, goRouter, client, false, (channel, failure) -> {
            if (channel == null) {
                listener.done(goRouter, null, failure);
                return;
            }
            UpstreamConnection made = new UpstreamConnection(goRouter, this);
            channel.pipeline().addLast(made);
            listener.done(goRouter, made, null);
        });
    }

    /** Returns whether what needs HTTP/2 can be sent over it. */
    boolean speaksHttp2() {
        return tls != null && goRouterConfig.tls().http2();
    }

    /** Returns whether a connection, which begins with its client's address, must not serve another client. */
    boolean onePerClient() {
        return goRouterConfig.proxyProtocol();
    }

    /** Opens a stream on a connection of the given loop, a new connection when there is none with room. */
    void http2(EventLoop loop, GoRouter goRouter, ClientFacts client, Connected listener) {
        List<@Nullable Http2Connections> all = idle.get().http2;
        Http2Connections connections = all.get(goRouter.index());
        if (connections == null) {
            connections = new Http2Connections(this, config, goRouter, loop);
            all.set(goRouter.index(), connections);
        }
        connections.stream(client, listener);
    }

    /** Is told of a connection on which nothing has been said yet. */
    interface Opened {
        void done(@Nullable Channel channel, @Nullable Throwable failure);
    }

    /** Connects, says who the client is where that is wanted, and speaks TLS where that is wanted. */
    void open(EventLoop loop, GoRouter goRouter, ClientFacts client, boolean overHttp2, Opened listener) {
        InetSocketAddress address = goRouter.connectAddress();
        if (address == null) {
            listener.done(null, new UnknownHostException(goRouter.name()));
            return;
        }
        int timeout = (int) Math.max(1, config.connectTimeout().toMillis());
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(transport.client())
                .option(ChannelOption.AUTO_READ, false) // not before it is connected
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeout)
                .handler(new ChannelInboundHandlerAdapter());
        bootstrap.connect(address).addListener(future -> {
            if (!future.isSuccess()) {
                listener.done(null, future.cause());
                return;
            }
            metrics.upstreamConnections.inc();
            Channel channel = ((ChannelFuture) future).channel();
            if (goRouterConfig.proxyProtocol()) {
                channel.writeAndFlush(Unpooled.copiedBuffer(proxyLine(client), StandardCharsets.US_ASCII));
            }
            if (tls == null) {
                channel.config().setAutoRead(true);
                listener.done(channel, null);
                return;
            }
            SslHandler handler = tls.handler(goRouter, channel.alloc(), overHttp2, timeout);
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
        });
    }

    /** Ends a connection that fails before it has a user; whoever waits for it learns of that from the handshake. */
    private static final class ClosingOnFailure extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    /** Version 1 of the protocol is all that GoRouter understands. */
    private static String proxyLine(ClientFacts client) {
        InetSocketAddress to = client.listener();
        String destination = to.getAddress().getHostAddress();
        boolean six = client.address().indexOf(':') >= 0;
        if (six != destination.indexOf(':') >= 0) {
            destination = six ? "::1" : "127.0.0.1"; // the families must be the same; GoRouter only looks at the source
        }
        return "PROXY TCP" + (six ? "6 " : "4 ") + client.address() + " " + destination + " " + client.port() + " "
                + to.getPort() + "\r\n";
    }

    /** Keeps a connection for the next request, or closes it when enough are kept. */
    void release(UpstreamConnection connection) {
        Idle here = idle.get();
        Deque<UpstreamConnection> kept =
                here.byGoRouter.get(connection.goRouter().index());
        if (kept.size() >= config.upstreamIdleConnections()
                || connection.goRouter().isDraining()) {
            connection.channel().close();
            return;
        }
        connection.idleSince(System.nanoTime());
        connection.reading(true); // so that its end is noticed
        kept.addFirst(connection);
        if (!here.sweeping) {
            here.sweeping = true;
            scheduleSweep(connection.channel().eventLoop());
        }
    }

    /** A request is over, whatever became of it. */
    void ended(GoRouter goRouter, EventLoop loop) {
        goRouter.end();
        queue.roomAt(loop);
    }

    /** Ends a connection that says something without being asked. */
    void broken(UpstreamConnection connection) {
        connection.channel().close();
    }

    /** Forgets an unused connection that ended. */
    void gone(UpstreamConnection connection) {
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
