package io.grouter.proxy;

import io.grouter.gorouter.GoRouter;
import io.grouter.gorouter.GoRouterConfig;
import io.grouter.gorouter.GoRouterPool;
import io.grouter.http.HeadLimits;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.FastThreadLocal;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connections to GoRouters, kept per event loop: a connection is made, used and kept on the loop of the client that
 * needs it, so no two threads ever meet on one. Every method must be called on an event loop.
 */
final class UpstreamPools {
    private final ProxyConfig config;
    private final GoRouterPool goRouters;
    private final WaitingRoom queue;
    private final GoRouterConfig goRouterConfig;
    private final @Nullable UpstreamTls tls;
    private final Connector connector;
    private final FastThreadLocal<Lanes> lanes = new FastThreadLocal<>() {
        @Override
        protected Lanes initialValue() {
            return new Lanes();
        }
    };

    UpstreamPools(
            Transport transport,
            ProxyConfig config,
            ProxyMetrics metrics,
            GoRouterPool goRouters,
            WaitingRoom queue,
            @Nullable UpstreamTls tls) {
        this.config = config;
        this.goRouters = goRouters;
        this.queue = queue;
        this.goRouterConfig = goRouters.config();
        this.tls = tls;
        this.connector = new Connector(transport, config.connectTimeout(), metrics.upstreamConnections);
    }

    /** The connections of one event loop. */
    private final class Lanes {
        final @Nullable Lane[] byGoRouter =
                new @Nullable Lane[goRouters.members().size()];
        boolean sweeping;
    }

    /** Is told how an attempt to connect ended. */
    interface Connected {
        void done(@Nullable Upstream connection, @Nullable Throwable failure);
    }

    private Lane lane(EventLoop loop, GoRouter goRouter) {
        @Nullable Lane[] all = lanes.get().byGoRouter;
        Lane found = all[goRouter.index()];
        if (found == null) {
            found = new Lane(goRouter, loop);
            all[goRouter.index()] = found;
        }
        return found;
    }

    /** Returns a live unused connection, or null. */
    @Nullable
    UpstreamConnection takeIdle(EventLoop loop, GoRouter goRouter) {
        return lane(loop, goRouter).takeIdle();
    }

    /** Makes a new connection on the given loop. */
    void connect(EventLoop loop, GoRouter goRouter, ClientFacts client, Connected listener) {
        Peer peer = lane(loop, goRouter);
        peer.open(client, false, (channel, failure) -> {
            if (channel == null) {
                listener.done(null, failure);
                return;
            }
            UpstreamConnection made = new UpstreamConnection(peer);
            channel.pipeline().addLast(made);
            listener.done(made, null);
        });
    }

    /** Returns whether what needs HTTP/2 can be sent over it. */
    boolean speaksHttp2() {
        return tls != null && goRouterConfig.tls().http2();
    }

    /** Opens a stream on a connection of the given loop, a new connection when there is none with room. */
    void http2(EventLoop loop, GoRouter goRouter, ClientFacts client, Connected listener) {
        lane(loop, goRouter).http2().stream(client, listener);
    }

    /** The connections of one event loop to one GoRouter: unused ones, newest first, and those that requests share. */
    private final class Lane implements Peer {
        private final GoRouter goRouter;
        private final EventLoop loop;
        private final Deque<UpstreamConnection> kept = new ArrayDeque<>();
        private @Nullable Http2Connections http2;

        Lane(GoRouter goRouter, EventLoop loop) {
            this.goRouter = goRouter;
            this.loop = loop;
        }

        @Nullable
        UpstreamConnection takeIdle() {
            for (UpstreamConnection each = kept.pollFirst(); each != null; each = kept.pollFirst()) {
                if (each.channel().isActive()) {
                    each.taken();
                    return each;
                }
            }
            return null;
        }

        Http2Connections http2() {
            Http2Connections made = http2;
            if (made == null) {
                made = new Http2Connections(
                        this,
                        loop,
                        new Http2Connections.Settings(
                                config.http2().windowBytes(),
                                false,
                                Integer.MAX_VALUE,
                                config.connectTimeout(),
                                config.upstreamIdleTimeout(),
                                Duration.ZERO));
                http2 = made;
            }
            return made;
        }

        @Override
        public HeadLimits headLimits() {
            return config.headLimits();
        }

        @Override
        public XfccMode xfcc() {
            return config.tls().xfcc();
        }

        @Override
        public boolean onePerClient() {
            return goRouterConfig.proxyProtocol();
        }

        @Override
        public void open(@Nullable ClientFacts client, boolean overHttp2, Connector.Opened listener) {
            InetSocketAddress address = goRouter.connectAddress();
            if (address == null) {
                listener.done(null, new UnknownHostException(goRouter.name()));
                return;
            }
            UpstreamTls secure = tls;
            connector.connect(
                    loop,
                    address,
                    goRouterConfig.proxyProtocol() && client != null ? proxyLine(client) : null,
                    secure == null ? null : allocator -> secure.handler(goRouter, allocator, overHttp2),
                    overHttp2,
                    listener);
        }

        @Override
        public void requestEnded() {
            goRouter.end();
            queue.roomAt(loop);
        }

        @Override
        public void unused(UpstreamConnection connection) {
            if (kept.size() >= config.upstreamIdleConnections() || goRouter.isDraining()) {
                connection.channel().close();
                return;
            }
            connection.idleSince(System.nanoTime());
            connection.reading(true); // so that its end is noticed
            kept.addFirst(connection);
            Lanes here = lanes.get();
            if (!here.sweeping) {
                here.sweeping = true;
                scheduleSweep(loop);
            }
        }

        @Override
        public void gone(UpstreamConnection connection) {
            kept.remove(connection);
        }

        boolean closeOlderThan(long nanos) {
            while (!kept.isEmpty() && kept.getLast().idleSince() - nanos <= 0) {
                kept.removeLast().channel().close();
            }
            return !kept.isEmpty();
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

    private void scheduleSweep(EventLoop loop) {
        long period = Math.max(1, config.upstreamIdleTimeout().toNanos() / 4);
        loop.schedule(() -> sweep(loop), period, TimeUnit.NANOSECONDS);
    }

    private void sweep(EventLoop loop) {
        long oldest = System.nanoTime() - config.upstreamIdleTimeout().toNanos();
        boolean left = false;
        Lanes here = lanes.get();
        for (Lane lane : here.byGoRouter) {
            left |= lane != null && lane.closeOlderThan(oldest);
        }
        here.sweeping = left;
        if (left) {
            scheduleSweep(loop);
        }
    }
}
