package io.grouter.proxy;

import io.grouter.gorouter.GoRouter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP/2 connections of one event loop to one GoRouter: requests share one, and another is made when the GoRouter
 * takes no more on those there are. One is made at a time; meanwhile requests wait, no more of them than the GoRouter is
 * given at a time. Used on that loop.
 */
final class Http2Connections {
    private final UpstreamPools pools;
    private final ProxyConfig config;
    private final GoRouter goRouter;
    private final EventLoop loop;
    private final List<Shared> shared = new ArrayList<>();
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private boolean opening;

    private record Waiting(ClientFacts client, UpstreamPools.Connected listener) {}

    Http2Connections(UpstreamPools pools, ProxyConfig config, GoRouter goRouter, EventLoop loop) {
        this.pools = pools;
        this.config = config;
        this.goRouter = goRouter;
        this.loop = loop;
    }

    /** Opens a stream, on a new connection when there is none with room. */
    void stream(ClientFacts client, UpstreamPools.Connected listener) {
        if (pools.onePerClient()) {
            open(new Waiting(client, listener));
            return;
        }
        waiting.add(new Waiting(client, listener));
        serve();
    }

    private void serve() {
        while (!waiting.isEmpty()) {
            Shared free = withRoom();
            if (free == null) {
                if (!opening) {
                    opening = true;
                    open(null);
                }
                return;
            }
            free.stream(waiting.remove().listener());
        }
    }

    private @Nullable Shared withRoom() {
        for (Shared each : shared) {
            if (each.hasRoom()) {
                return each;
            }
        }
        return null;
    }

    /** Makes a connection, for one request alone or for all that wait. */
    private void open(@Nullable Waiting alone) {
        Waiting first = alone == null ? waiting.element() : alone;
        pools.open(loop, goRouter, first.client(), true, (channel, failure) -> {
            if (channel == null) {
                failed(alone, failure);
                return;
            }
            Shared made = new Shared(channel, alone);
            channel.pipeline()
                    .addLast(Http2FrameCodecBuilder.forClient()
                            .initialSettings(Http2Settings.defaultSettings()
                                    .pushEnabled(false)
                                    .initialWindowSize(config.http2().windowBytes())
                                    .maxHeaderListSize(Http2Heads.mostListBytes(config.headLimits())))
                            .build())
                    .addLast(new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()))
                    .addLast(made);
        });
    }

    private void failed(@Nullable Waiting alone, @Nullable Throwable failure) {
        if (alone != null) {
            alone.listener().done(goRouter, null, failure);
            return;
        }
        opening = false;
        List<Waiting> all = List.copyOf(waiting);
        waiting.clear();
        for (Waiting each : all) {
            each.listener().done(goRouter, null, failure);
        }
    }

    /** One connection: takes requests from the GoRouter's first SETTINGS until it says GOAWAY or is idle for long. */
    private final class Shared extends ChannelInboundHandlerAdapter {
        private final Channel connection;
        private final @Nullable Waiting alone;
        private final Deadline deadline;
        private long most;
        private int streams;
        private boolean ready;
        private boolean leaving;

        Shared(Channel connection, @Nullable Waiting alone) {
            this.connection = connection;
            this.alone = alone;
            this.deadline = new Deadline(loop, this::onTimeout);
            deadline.set(config.connectTimeout().toNanos());
        }

        boolean hasRoom() {
            return streams < most && connection.isActive();
        }

        void stream(UpstreamPools.Connected listener) {
            streams++;
            deadline.cancel();
            Http2Upstream made = new Http2Upstream(goRouter, pools);
            new Http2StreamChannelBootstrap(connection).handler(made).open().addListener(opened -> {
                if (opened.isSuccess()) {
                    ((Channel) opened.getNow()).closeFuture().addListener(closed -> ended());
                    listener.done(goRouter, made, null);
                } else {
                    ended();
                    listener.done(goRouter, null, opened.cause());
                }
            });
        }

        private void ended() {
            if (--streams == 0) {
                if (leaving) {
                    connection.close();
                } else {
                    deadline.set(config.upstreamIdleTimeout().toNanos());
                }
            }
            serve();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object frame) {
            if (frame instanceof Http2SettingsFrame settings) {
                onSettings(settings.settings().maxConcurrentStreams());
            } else if (frame instanceof Http2GoAwayFrame) {
                leave();
            }
            ReferenceCountUtil.release(frame);
        }

        private void onSettings(@Nullable Long maxStreams) {
            if (maxStreams != null) {
                most = maxStreams;
            } else if (!ready) {
                most = Long.MAX_VALUE;
            }
            if (ready || leaving) {
                return;
            }
            ready = true;
            deadline.set(config.upstreamIdleTimeout().toNanos());
            if (most == 0) {
                leave();
                failed(alone, new IOException("it takes no requests over HTTP/2"));
            } else if (alone != null) {
                leaving = true;
                stream(alone.listener());
            } else {
                opening = false;
                shared.add(this);
                serve();
            }
        }

        /** Takes no more requests, and ends after those under way. */
        private void leave() {
            leaving = true;
            shared.remove(this);
            if (streams == 0) {
                connection.close();
            }
        }

        private void onTimeout() {
            if (streams == 0) {
                leave();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            deadline.cancel();
            leave();
            if (!ready) {
                ready = true;
                failed(alone, new IOException("it ended the connection before its first SETTINGS"));
            }
            ctx.fireChannelInactive();
        }

        /** The codec itself ends a connection with an error of HTTP/2. */
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (!(cause instanceof Http2Exception)) {
                ctx.close();
            }
        }
    }
}
