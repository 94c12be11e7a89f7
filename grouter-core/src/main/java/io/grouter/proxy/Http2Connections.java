package io.grouter.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP/2 connections of one event loop to one other end: requests share one, and another is made when the other end
 * takes no more on those there are. One is made at a time; meanwhile requests wait, no more of them than the other end
 * is given at a time. Used on that loop.
 */
final class Http2Connections {
    private final Peer peer;
    private final EventLoop loop;
    private final Settings settings;
    private final List<Shared> shared = new ArrayList<>();
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private int connections;
    private boolean opening;
    private boolean retired;

    private record Waiting(ClientFacts client, UpstreamPools.Connected listener) {}

    /**
     * How the connections are used.
     *
     * @param windowBytes bytes of a body that may be under way to here, per request
     * @param betweenSites whether the other end is far away
     * @param most most connections
     * @param firstTimeout longest wait for the first SETTINGS
     * @param idleTimeout how long one that nobody uses is kept
     * @param pingInterval time between checks whether the other end is still there; zero = none
     */
    record Settings(
            int windowBytes,
            boolean betweenSites,
            int most,
            Duration firstTimeout,
            Duration idleTimeout,
            Duration pingInterval) {}

    /** There are as many connections as there may be, and none of them takes another request. */
    static final class Full extends IOException {
        private static final long serialVersionUID = 1;

        Full() {
            super("all connections are full");
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    Http2Connections(Peer peer, EventLoop loop, Settings settings) {
        this.peer = peer;
        this.loop = loop;
        this.settings = settings;
    }

    /** Opens a stream, on a new connection when there is none with room. */
    void stream(ClientFacts client, UpstreamPools.Connected listener) {
        if (peer.onePerClient()) {
            open(new Waiting(client, listener));
            return;
        }
        waiting.add(new Waiting(client, listener));
        serve();
    }

    /** Returns whether a request could be sent at once. */
    boolean ready() {
        return withRoom() != null;
    }

    /** Returns whether there is a connection that takes requests, or soon will. */
    boolean warm() {
        return opening || !shared.isEmpty();
    }

    /** Is told that a connection could not be made. */
    interface Failed {
        void because(@Nullable Throwable failure);
    }

    /** Makes a connection, unless there is one. */
    void warmUp(Failed listener) {
        if (!warm()) {
            opening = true;
            open(null, null, listener);
        }
    }

    /** Takes no more requests; the connections end after those under way. */
    void retire() {
        retired = true;
        for (Shared each : List.copyOf(shared)) {
            each.leave();
        }
    }

    private void serve() {
        while (!waiting.isEmpty()) {
            Shared free = withRoom();
            if (free != null) {
                free.stream(waiting.remove().listener());
            } else if (opening) {
                return;
            } else if (connections >= settings.most()) {
                failWaiting(new Full());
            } else {
                opening = true;
                open(null);
                return;
            }
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
        open((alone == null ? waiting.element() : alone).client(), alone, null);
    }

    private void open(@Nullable ClientFacts client, @Nullable Waiting alone, @Nullable Failed warming) {
        connections++;
        peer.open(client, true, (channel, failure) -> {
            if (channel == null) {
                connections--;
                failed(alone, warming, failure);
                return;
            }
            channel.closeFuture().addListener(closed -> connections--);
            Shared made = new Shared(channel, alone, warming);
            Http2FrameCodec codec = Http2FrameCodecBuilder.forClient()
                    .initialSettings(Http2Settings.defaultSettings()
                            .pushEnabled(false)
                            .initialWindowSize(settings.windowBytes())
                            .maxHeaderListSize(Http2Heads.mostListBytes(peer.headLimits())))
                    .build();
            Http2Windows.refill(codec);
            channel.pipeline()
                    .addLast(made.listener())
                    .addLast(Http2Windows.flushes())
                    .addLast(codec)
                    .addLast(new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()))
                    .addLast(made);
        });
    }

    private void failed(@Nullable Waiting alone, @Nullable Failed warming, @Nullable Throwable failure) {
        if (alone != null) {
            alone.listener().done(null, failure);
            return;
        }
        opening = false;
        if (warming != null) {
            warming.because(failure);
        }
        failWaiting(failure);
    }

    private void failWaiting(@Nullable Throwable failure) {
        List<Waiting> all = List.copyOf(waiting);
        waiting.clear();
        for (Waiting each : all) {
            each.listener().done(null, failure);
        }
    }

    /** One connection: takes requests from the other end's first SETTINGS until it says GOAWAY or is idle for long. */
    private final class Shared extends ChannelInboundHandlerAdapter {
        private final Channel connection;
        private final @Nullable Waiting alone;
        private final @Nullable Failed warming;
        private final Deadline deadline;
        private @Nullable ScheduledFuture<?> pinging;
        private long most;
        private int streams;
        private boolean ready;
        private boolean leaving;
        /** Whether anything has come since the last ping. */
        private boolean heard;

        private long pingNanos;

        Shared(Channel connection, @Nullable Waiting alone, @Nullable Failed warming) {
            this.connection = connection;
            this.alone = alone;
            this.warming = warming;
            this.deadline = new Deadline(loop, this::onTimeout);
            deadline.set(settings.firstTimeout().toNanos());
        }

        /** Returns what notices that the other end says something, whatever it is. */
        ChannelInboundHandlerAdapter listener() {
            return new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) {
                    heard = true;
                    ctx.fireChannelRead(message);
                }
            };
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            Http2Windows.widen(ctx, Http2Windows.CONNECTION_BYTES);
        }

        boolean hasRoom() {
            return streams < most && connection.isActive();
        }

        void stream(UpstreamPools.Connected listener) {
            streams++;
            deadline.cancel();
            Http2Upstream made = new Http2Upstream(peer);
            new Http2StreamChannelBootstrap(connection).handler(made).open().addListener(opened -> {
                if (opened.isSuccess()) {
                    ((Channel) opened.getNow()).closeFuture().addListener(closed -> ended());
                    listener.done(made, null);
                } else {
                    ended();
                    listener.done(null, opened.cause());
                }
            });
        }

        private void ended() {
            if (--streams == 0) {
                if (leaving) {
                    connection.close();
                } else {
                    deadline.set(settings.idleTimeout().toNanos());
                }
            }
            serve();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object frame) {
            if (frame instanceof Http2SettingsFrame first) {
                onSettings(first.settings().maxConcurrentStreams());
            } else if (frame instanceof Http2GoAwayFrame) {
                peer.left();
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
            peer.ready();
            deadline.set(settings.idleTimeout().toNanos());
            if (most == 0) {
                leave();
                failed(alone, warming, new IOException("it takes no requests over HTTP/2"));
            } else if (alone != null) {
                leaving = true;
                stream(alone.listener());
            } else {
                begin();
            }
        }

        private void begin() {
            opening = false;
            if (retired) {
                leave();
                failWaiting(new Full());
                return;
            }
            shared.add(this);
            startPings();
            serve();
        }

        private void startPings() {
            long interval = settings.pingInterval().toNanos();
            if (interval > 0) {
                heard = true;
                pingNanos = System.nanoTime();
                pinging = loop.scheduleWithFixedDelay(() -> ping(interval), interval, interval, TimeUnit.NANOSECONDS);
            }
        }

        /** Nothing at all after a ping: the other end is gone. Unless this loop was away itself, and has yet to read. */
        private void ping(long interval) {
            long now = System.nanoTime();
            boolean late = now - pingNanos > interval + interval / 2;
            if (!heard && !late) {
                peer.silent();
                breakOff();
                return;
            }
            heard = false;
            pingNanos = now;
            connection.writeAndFlush(new DefaultHttp2PingFrame(now));
        }

        /** Ends it at once: a close through the codec would wait for the streams, and through TLS for the socket. */
        private void breakOff() {
            leaving = true;
            shared.remove(this);
            connection.pipeline().firstContext().close();
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
            if (streams > 0) {
                return;
            }
            if (ready && !leaving && shared.size() == 1 && peer.keepsLast()) {
                deadline.set(settings.idleTimeout().toNanos());
            } else {
                leave();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            deadline.cancel();
            if (pinging != null) {
                pinging.cancel(false);
            }
            if (ready && !leaving) {
                peer.left();
            }
            leave();
            if (!ready) {
                ready = true;
                failed(alone, warming, new IOException("it ended the connection before its first SETTINGS"));
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
