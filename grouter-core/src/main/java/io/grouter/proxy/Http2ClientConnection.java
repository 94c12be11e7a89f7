package io.grouter.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2PriorityFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2UnknownFrame;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One client connection that speaks HTTP/2: each stream is a channel of its own with a {@link Http2ClientStream}. Keeps
 * the connection within its bounds, ends it when it is idle, and says so when the proxy is about to end.
 */
final class Http2ClientConnection extends ChannelInboundHandlerAdapter {
    private static final long WINDOW_NANOS = Duration.ofSeconds(10).toNanos();
    /** Answers to frames such as PING that a client does not read. */
    private static final int MOST_QUEUED_CONTROL_FRAMES = 1_000;

    private static final int MOST_EMPTY_DATA_FRAMES = 10;
    private static final int MOST_SMALL_CONTINUATIONS = 16;
    private static final int RESET_WINDOW_SECONDS = 30;
    /** Most requests at a time on a connection of another site. */
    private static final int RELAYED_STREAMS = 1_000;
    /** Another site gives up as many requests as all its clients together, whom it has bounded itself. */
    private static final int RELAYED_RESETS = 20_000;
    /** Requests of another site that may be under way when it is told that it should send no more. */
    private static final int LATE_STREAMS = 1_000;

    private final ProxyContext proxy;
    private @Nullable Deadline idle;
    private int streams;
    private int controlFrames;
    private boolean counting;
    private long windowNanos;
    private boolean goingAway;
    private boolean ending;
    private boolean flooded;
    private final boolean relayed;

    private Http2ClientConnection(ProxyContext proxy, boolean relayed) {
        this.proxy = proxy;
        this.relayed = relayed;
    }

    /** Lets a connection speak HTTP/2. */
    static void install(ChannelPipeline pipeline, ProxyContext proxy, ClientFacts facts) {
        ProxyConfig config = proxy.config();
        ProxyConfig.Http2Config limits = config.http2();
        boolean relayed = facts.site() != null;
        Http2ClientConnection connection = new Http2ClientConnection(proxy, relayed);
        int resets = relayed ? RELAYED_RESETS : limits.maxResetsPer30s();
        Http2Settings settings = Http2Settings.defaultSettings()
                .maxConcurrentStreams(relayed ? RELAYED_STREAMS : limits.maxStreams())
                .initialWindowSize(relayed ? Http2Windows.STREAM_BYTES : limits.windowBytes())
                .maxHeaderListSize(Http2Heads.mostListBytes(facts.headLimits(config)));
        Http2FrameCodec codec = Http2FrameCodecBuilder.forServer()
                .initialSettings(settings)
                .decoderEnforceMaxRstFramesPerWindow(resets, RESET_WINDOW_SECONDS)
                .encoderEnforceMaxRstFramesPerWindow(resets, RESET_WINDOW_SECONDS)
                .decoderEnforceMaxConsecutiveEmptyDataFrames(MOST_EMPTY_DATA_FRAMES)
                .decoderEnforceMaxSmallContinuationFrames(MOST_SMALL_CONTINUATIONS)
                .encoderEnforceMaxQueuedControlFrames(MOST_QUEUED_CONTROL_FRAMES)
                .gracefulShutdownTimeoutMillis(config.drain().timeout().toMillis())
                .build();
        if (relayed) {
            Http2Windows.refill(codec);
        }
        pipeline.addLast(codec);
        pipeline.addLast(new Http2MultiplexHandler(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel stream) {
                connection.opened(stream);
                stream.pipeline().addLast(new Http2ClientStream(proxy, facts));
            }
        }));
        pipeline.addLast(connection);
    }

    private Deadline idle() {
        if (idle == null) {
            throw new IllegalStateException("not added to a pipeline yet");
        }
        return idle;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        idle = new Deadline(ctx.executor(), () -> onIdle(ctx));
        idle().set(proxy.config().idleTimeout().toNanos());
        long window = proxy.config().http2().windowBytes();
        Http2Windows.widen(ctx, relayed ? Http2Windows.CONNECTION_BYTES : Http2Windows.REQUESTS_OF_A_CLIENT * window);
    }

    private void opened(Channel stream) {
        streams++;
        idle().cancel();
        stream.closeFuture().addListener(closed -> {
            if (--streams == 0 && stream.parent().isActive()) {
                if (ending || (goingAway && !relayed)) {
                    stream.parent().close();
                } else {
                    idle().set(proxy.config().idleTimeout().toNanos());
                }
            }
        });
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof Http2SettingsFrame
                || message instanceof Http2PingFrame
                || message instanceof Http2PriorityFrame
                || message instanceof Http2UnknownFrame) {
            countControlFrame(ctx);
            if (relayed && streams == 0) {
                idle().set(proxy.config().idleTimeout().toNanos()); // it is kept ready
            }
        }
        ReferenceCountUtil.release(message);
    }

    private void countControlFrame(ChannelHandlerContext ctx) {
        long now = System.nanoTime();
        if (!counting || now - windowNanos > WINDOW_NANOS) {
            counting = true;
            windowNanos = now;
            controlFrames = 0;
        }
        if (++controlFrames > proxy.config().http2().maxControlFramesPer10s() && !flooded) {
            // Through the codec, which ends the connection at once; a close waits for the streams.
            ctx.pipeline()
                    .fireExceptionCaught(
                            Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, "too many control frames"));
        }
    }

    /**
     * Takes no new streams, and closes when the last one is done. Another site, which has requests under way that it
     * should not lose, closes the connection itself, or has it closed when the proxy ends.
     */
    private void goAway(ChannelHandlerContext ctx) {
        if (goingAway) {
            return;
        }
        goingAway = true;
        DefaultHttp2GoAwayFrame frame = new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR);
        if (relayed) {
            frame.setExtraStreamIds(LATE_STREAMS);
        }
        ctx.writeAndFlush(frame).addListener(written -> {
            if (streams == 0 && (!relayed || ending)) {
                ctx.channel().close();
            }
        });
    }

    private void onIdle(ChannelHandlerContext ctx) {
        if (relayed) {
            ctx.channel().close(); // it does not even look after the connection any more
        } else {
            goAway(ctx);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof DrainStep step) {
            ending = step == DrainStep.ENDING;
            goAway(ctx);
            if (ending && streams == 0) {
                ctx.channel().close();
            }
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        idle().cancel();
        ctx.fireChannelInactive();
    }

    /** The codec says GOAWAY with the right code, and closes, after it has told of an error of HTTP/2 here. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof Http2Exception failure)) {
            ctx.close();
        } else if (failure.error() == Http2Error.ENHANCE_YOUR_CALM && !flooded) {
            flooded = true;
            proxy.metrics().http2Floods.inc();
        }
    }
}
