package io.grouter.proxy;

import io.grouter.http.Head;
import io.grouter.http.HeadLimits;
import io.grouter.http.Malformed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One request of a client that speaks HTTP/2. What cannot be handed on yet stays unread, so that the stream's window
 * closes and the client waits. Runs on the connection's event loop only.
 */
final class Http2ClientStream extends ChannelInboundHandlerAdapter implements Downstream {
    private final ProxyContext proxy;
    private final ClientFacts facts;
    private final Head head;
    private final Head trailers;
    private final Deque<Object> pending = new ArrayDeque<>();
    private @Nullable ChannelHandlerContext context;
    private @Nullable Deadline deadline;
    private @Nullable Exchange exchange;
    /** The last piece of the answer, which may turn out to be its end. */
    private @Nullable ByteBuf held;
    /** Whether the last frame of the answer is out. */
    private @Nullable ChannelFuture lastWrite;

    private boolean waiting;
    private boolean requestDone;
    private boolean answerDone;

    Http2ClientStream(ProxyContext proxy, ClientFacts facts) {
        this.proxy = proxy;
        this.facts = facts;
        HeadLimits limits = facts.headLimits(proxy.config());
        this.head = new Head(Head.Kind.REQUEST, limits);
        this.trailers = new Head(Head.Kind.TRAILERS, limits);
    }

    private ChannelHandlerContext ctx() {
        if (context == null) {
            throw new IllegalStateException("not added to a pipeline yet");
        }
        return context;
    }

    private Deadline timer() {
        if (deadline == null) {
            throw new IllegalStateException("not added to a pipeline yet");
        }
        return deadline;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        deadline = new Deadline(ctx.executor(), this::onTimeout);
        timer().set(proxy.config().headTimeout().toNanos());
    }

    // ---- frames from the client

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        pending.add(frame);
        resume();
    }

    @Override
    public void resume() {
        while (!pending.isEmpty() && canTake(pending.peek())) {
            take(pending.remove());
        }
        boolean reading = pending.isEmpty();
        if (ctx().channel().config().isAutoRead() != reading) {
            ctx().channel().config().setAutoRead(reading);
        }
        Exchange now = exchange;
        if (now != null && facts.site() != null) {
            limitWaiting(now, !reading && now.isSending());
        }
        if (now != null && !requestDone && !answerDone) {
            now.flushRequest();
        }
    }

    /** Another site's windows are wide, so that what waits for a slow app is worth counting. */
    private void limitWaiting(Exchange now, boolean waits) {
        if (waits == waiting) {
            return;
        }
        waiting = waits;
        if (!waits) {
            proxy.relays().unblocked();
        } else if (!proxy.relays().blocked()) {
            now.brokenBody(Refusal.OVERLOADED);
        }
    }

    private boolean canTake(Object frame) {
        Exchange now = exchange;
        return !(frame instanceof Http2DataFrame || frame instanceof Http2HeadersFrame)
                || now == null
                || answerDone
                || now.takesBody();
    }

    private void take(Object frame) {
        Exchange now = exchange;
        if (frame instanceof Http2HeadersFrame headers && now == null) {
            onRequest(headers);
        } else if (frame instanceof Http2HeadersFrame headers && now != null && !answerDone) {
            onTrailers(now, headers);
        } else if (frame instanceof Http2DataFrame data && now != null && !answerDone) {
            ByteBuf content = data.content().retain();
            boolean last = data.isEndStream();
            data.release();
            now.body(content);
            if (last) {
                requestDone = true;
                now.endOfRequest(null);
            }
        } else {
            requestDone |= frame instanceof Http2DataFrame data && data.isEndStream();
            requestDone |= frame instanceof Http2HeadersFrame headers && headers.isEndStream();
            ReferenceCountUtil.release(frame);
        }
    }

    private void onRequest(Http2HeadersFrame frame) {
        requestDone = frame.isEndStream();
        Head.Outcome outcome = Http2Heads.readRequest(frame.headers(), !requestDone, head, ctx().alloc());
        proxy.retries().earn();
        Exchange now = new Exchange(proxy, this, head, facts, requestDone, System.nanoTime());
        exchange = now;
        if (outcome == Head.Outcome.COMPLETE) {
            now.start();
            return;
        }
        Malformed problem = head.problem() == null ? Malformed.LINE_END : head.problem();
        proxy.metrics().malformed(problem);
        now.refuse(Refusal.of(problem));
    }

    private void onTrailers(Exchange now, Http2HeadersFrame frame) {
        requestDone = true;
        if (Http2Heads.readTrailers(frame.headers(), trailers, ctx().alloc()) == Head.Outcome.COMPLETE) {
            now.endOfRequest(trailers);
        } else {
            now.brokenBody(Refusal.BAD_HEADER);
        }
    }

    // ---- the answer

    @Override
    public EventLoop loop() {
        return ctx().channel().eventLoop();
    }

    @Override
    public boolean isGrpc(Head request) {
        return Redirectable.isGrpc(request);
    }

    @Override
    public boolean isActive() {
        return ctx().channel().isActive();
    }

    @Override
    public boolean isWritable() {
        return ctx().channel().isWritable();
    }

    @Override
    public void expectWithin(long nanos) {
        timer().set(nanos);
    }

    @Override
    public void interim(Head answer) {
        ctx().writeAndFlush(new DefaultHttp2HeadersFrame(Http2Heads.answer(answer, null), false));
    }

    @Override
    public void head(Head answer, boolean bodiless) {
        Exchange now = current();
        Http2Headers headers = Http2Heads.answer(answer, now.record().marks());
        lastWrite = ctx().write(new DefaultHttp2HeadersFrame(headers, bodiless));
        answerDone = bodiless;
    }

    private Exchange current() {
        Exchange now = exchange;
        if (now == null) {
            throw new IllegalStateException("no request");
        }
        return now;
    }

    @Override
    public void data(ByteBuf data) {
        passHeld(false);
        held = data;
    }

    private void passHeld(boolean last) {
        ByteBuf now = held;
        if (now != null) {
            held = null;
            lastWrite = ctx().write(new DefaultHttp2DataFrame(now, last));
        }
    }

    @Override
    public void end(@Nullable Head trailing) {
        if (!answerDone && trailing != null) {
            passHeld(false);
            lastWrite = ctx().write(new DefaultHttp2HeadersFrame(Http2Heads.trailers(trailing), true));
        } else if (!answerDone && held != null) {
            passHeld(true);
        } else if (!answerDone) {
            lastWrite = ctx().write(new DefaultHttp2DataFrame(Unpooled.EMPTY_BUFFER, true));
        }
        finish();
    }

    @Override
    public void own(OwnAnswer answer) {
        Http2Headers headers = new DefaultHttp2Headers(false).status(String.valueOf(answer.status()));
        for (OwnAnswer.Header header : answer.headers()) {
            headers.add(header.name().toLowerCase(Locale.ROOT), header.value());
        }
        headers.addInt("content-length", answer.body().length);
        boolean empty = current().isHead();
        lastWrite = ctx().write(new DefaultHttp2HeadersFrame(headers, empty));
        if (!empty) {
            lastWrite = ctx().write(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(answer.body()), true));
        }
        finish();
    }

    private void finish() {
        answerDone = true;
        timer().set(proxy.config().idleTimeout().toNanos()); // for the client to take what is left of the answer
        current().record().end(current().facts(), head, "HTTP/2.0");
        ChannelFuture last = lastWrite;
        if (last != null && !requestDone) {
            last.addListener(written -> dropRequest());
        }
        ctx().flush();
        release();
    }

    /** The rest of the request is not wanted (RFC 9113 section 8.1); before the answer is out, this would cut it off. */
    private void dropRequest() {
        if (!requestDone && ctx().channel().isActive()) {
            breakOff(Http2Error.NO_ERROR);
        }
    }

    @Override
    public void flush() {
        passHeld(false);
        ctx().flush();
    }

    @Override
    public void abort() {
        if (!answerDone) {
            answerDone = true;
            current().record().end(current().facts(), head, "HTTP/2.0");
            breakOff(Http2Error.INTERNAL_ERROR);
        }
        timer().cancel();
        release();
    }

    /** Breaks the stream off; by itself it would not close with frames that were not read. */
    private void breakOff(Http2Error why) {
        ctx().writeAndFlush(new DefaultHttp2ResetFrame(why)).addListener(written -> ctx().close());
    }

    @Override
    public @Nullable Channel becomeTunnel(Head answer) {
        return null; // HTTP/2 has no Upgrade (RFC 9113 section 8.6)
    }

    // ---- the end

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Exchange now = exchange;
        if (now != null && ctx.channel().isWritable()) {
            now.onClientWritable();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Http2ResetFrame) {
            gone();
            ctx.close();
        }
        ReferenceCountUtil.release(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        gone();
        ctx.fireChannelInactive();
    }

    private void gone() {
        timer().cancel();
        Exchange now = exchange;
        if (now != null && !answerDone) {
            answerDone = true;
            now.onClientGone();
            now.record().end(now.facts(), head, "HTTP/2.0");
        }
        release();
    }

    /** Lets go of what is left; unread, it would keep the stream from ending. */
    private void release() {
        ctx().channel().config().setAutoRead(true);
        if (waiting) {
            waiting = false;
            proxy.relays().unblocked();
        }
        ReferenceCountUtil.release(held);
        held = null;
        for (Object frame = pending.poll(); frame != null; frame = pending.poll()) {
            ReferenceCountUtil.release(frame);
        }
    }

    private void onTimeout() {
        Exchange now = exchange;
        if (now == null || answerDone) {
            // A mere close would wait for the client to take the rest.
            breakOff(Http2Error.CANCEL);
        } else {
            now.onTimeout();
        }
    }

    /** After an error of HTTP/2 the codec breaks the stream off with the right code. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof Http2Exception)) {
            ctx.close();
        }
    }
}
