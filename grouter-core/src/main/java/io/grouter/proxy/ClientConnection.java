package io.grouter.proxy;

import io.grouter.fib.Fib;
import io.grouter.gorouter.GoRouter;
import io.grouter.steering.Decision;
import io.grouter.steering.RequestFacts;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One client connection: takes one request at a time, decides it, and forwards, redirects or refuses it. Runs on the
 * connection's event loop only; its connections to GoRouters run on the same loop.
 *
 * <p>Nothing is read unless there is room for it: the next piece of a body is asked of one side only when the other
 * side has taken the last one, so a body of any size needs a few buffers.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter {
    /** Most bytes read and thrown away while closing, so that the client sees the answer before the end. */
    private static final int LINGER_LIMIT = 1024 * 1024;

    private static final Duration LINGER = Duration.ofSeconds(2);

    private final ProxyContext proxy;
    private final boolean https;
    private final Deadline deadline = new Deadline(this::onTimeout);
    private final Inbox inbox = new Inbox(this::onMessage);
    private @Nullable ChannelHandlerContext context;
    private String address = "";

    /** The request under way; null between requests. */
    private @Nullable Exchange exchange;

    private @Nullable UpstreamConnection upstream;
    private boolean lingering;
    private long discarded;

    ClientConnection(ProxyContext proxy, boolean https) {
        this.proxy = proxy;
        this.https = https;
    }

    private ChannelHandlerContext client() {
        if (context == null) {
            throw new IllegalStateException("not added to a pipeline yet");
        }
        return context;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        inbox.attach(ctx);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (ctx.channel().remoteAddress() instanceof InetSocketAddress remote && remote.getAddress() != null) {
            address = remote.getAddress().getHostAddress();
        }
        nextWithinIdleTimeout();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        inbox.add(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (upstream != null && exchange != null && !exchange.requestDone) {
            upstream.channel().flush(); // the rest of the request may be long in coming
        }
        inbox.readComplete();
    }

    private void nextWithinIdleTimeout() {
        deadline.set(client(), proxy.config().idleTimeout());
        inbox.next();
    }

    private void onMessage(Object message) {
        Exchange now = exchange;
        if (lingering || (now != null && now.discarding)) {
            discard(message);
        } else if (message instanceof HttpRequest head && now == null) {
            onRequest(head);
        } else if (message instanceof HttpContent content && now != null && upstream != null) {
            onContent(now, upstream, content);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    // ---- a request comes in

    private void onRequest(HttpRequest head) {
        Exchange now = new Exchange(head);
        exchange = now;
        if (head.decoderResult().isFailure()) {
            refuseAndClose(now, refusalFor(head.decoderResult().cause()));
            return;
        }
        if (head.method().equals(HttpMethod.CONNECT)) {
            refuseAndClose(now, Refusal.METHOD);
            return;
        }
        Target.escapeNonAscii(head);
        Target target = Target.of(head, refusal -> refuseAndClose(now, refusal));
        if (target == null) {
            return;
        }
        Fib fib = proxy.fib().get();
        boolean secure = https || ForwardedHeaders.cameOverTls(head.headers());
        Decision decision =
                proxy.steering().decide(fib, new RequestFacts(secure, target.host(), target.path(), address));
        now.decision = decision;
        proxy.metrics().decided(decision.rule());
        if (decision instanceof Decision.Redirect redirect) {
            redirect(now, redirect, secure, target, fib.ownSite().name());
        } else {
            forward(now, (Decision.Forward) decision, target);
        }
    }

    private static Refusal refusalFor(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return Refusal.LINE_TOO_LONG;
        }
        return cause instanceof TooLongHttpHeaderException ? Refusal.HEAD_TOO_LONG : Refusal.BAD_REQUEST;
    }

    private void redirect(Exchange now, Decision.Redirect to, boolean secure, Target target, String site) {
        String path = target.pathAndQuery().startsWith("/") ? target.pathAndQuery() : "/";
        String location = (secure ? "https://" : "http://") + to.authority() + path;
        answer(now, Answers.redirect(location, site, to.rule().reason()));
    }

    private void refuseAndClose(Exchange now, Refusal refusal) {
        now.keepAlive = false;
        refuse(now, refusal);
    }

    private void refuse(Exchange now, Refusal refusal) {
        proxy.metrics().refused(refusal);
        answer(now, Answers.refusal(refusal, proxy.fib().get().ownSite().name()));
    }

    /** Sends an answer of our own and reads what is left of the request, or closes when that may be too much. */
    private void answer(Exchange now, FullHttpResponse response) {
        if (now.keepAlive && !now.requestDone && now.mayBeLong()) {
            now.keepAlive = false;
        }
        proxy.metrics().answered(response.status().code());
        now.setConnectionHeader(response);
        now.responseStarted = true;
        if (now.isHead()) {
            response.content().clear();
        }
        client().writeAndFlush(response).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        if (!now.keepAlive) {
            linger(now);
        } else if (now.requestDone) {
            finished();
        } else {
            now.discarding = true;
            nextWithinIdleTimeout();
        }
    }

    // ---- forwarding

    private void forward(Exchange now, Decision.Forward decision, Target target) {
        HttpRequest head = now.request;
        if (decision.host() != null && !head.uri().equals(target.pathAndQuery())) {
            head.setUri(target.pathAndQuery());
        }
        ForwardedHeaders.prepareRequest(head, address, https, target.authority(), decision.host());
        now.upgradeAsked = head.headers().contains(HttpHeaderNames.UPGRADE);
        if (!target.authority().isEmpty()) {
            head.setProtocolVersion(HttpVersion.HTTP_1_1);
            if (!head.headers().contains(HttpHeaderNames.HOST)) {
                head.headers().set(HttpHeaderNames.HOST, target.authority());
            }
        }
        tryNext(now);
    }

    private void tryNext(Exchange now) {
        GoRouter goRouter = proxy.goRouters().pick(now.tried);
        if (goRouter == null) {
            refuse(now, Refusal.NO_GOROUTER);
            return;
        }
        UpstreamConnection idle = proxy.upstreams().takeIdle(goRouter);
        if (idle != null) {
            send(now, idle);
            return;
        }
        deadline.set(client(), proxy.config().connectTimeout().multipliedBy(2));
        proxy.upstreams().connect(client().channel().eventLoop(), goRouter, (connection, failure) -> {
            boolean gone = !client().channel().isActive() || exchange != now || now.responseStarted;
            if (connection == null) {
                proxy.goRouters().connectFailed(goRouter, String.valueOf(failure));
                if (!gone) {
                    proxy.metrics().retries.inc();
                    now.markTried(goRouter.index());
                    tryNext(now);
                }
            } else if (gone) {
                connection.channel().close();
            } else {
                send(now, connection);
            }
        });
    }

    private void send(Exchange now, UpstreamConnection connection) {
        upstream = connection;
        connection.begin(this);
        connection.channel().write(now.request);
        if (now.requestDone) {
            deadline.set(client(), proxy.config().responseTimeout());
            connection.channel().writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        } else {
            nextWithinIdleTimeout();
            if (!inbox.delivering() && !now.requestDone) {
                connection.channel().flush();
            }
        }
        connection.channel().read();
    }

    private void onContent(Exchange now, UpstreamConnection to, HttpContent content) {
        if (content.decoderResult().isFailure()) {
            content.release();
            abort(); // a broken chunk: the GoRouter must not take what came so far for a whole request
            return;
        }
        now.bodySent |= content.content().isReadable();
        now.requestDone = content instanceof LastHttpContent;
        deadline.set(client(), proxy.config().responseTimeout());
        to.channel().writeAndFlush(content);
        if (now.requestDone) {
            inbox.watch();
        } else if (to.channel().isWritable()) {
            nextWithinIdleTimeout();
        }
    }

    void onUpstreamWritable() {
        if (exchange != null && !exchange.requestDone && !exchange.discarding) {
            nextWithinIdleTimeout();
        }
    }

    // ---- the answer comes back

    void onUpstreamMessage(UpstreamConnection from, Object message) {
        Exchange now = exchange;
        deadline.set(client(), proxy.config().responseTimeout());
        if (now == null) {
            ReferenceCountUtil.release(message);
        } else if (message instanceof HttpObject part && part.decoderResult().isFailure()) {
            ReferenceCountUtil.release(message);
            failUpstream(now, Refusal.GOROUTER_INVALID);
        } else if (message instanceof HttpResponse head) {
            onResponse(now, from, head);
        } else if (message instanceof HttpContent content) {
            onResponseContent(now, from, content);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    private void onResponse(Exchange now, UpstreamConnection from, HttpResponse head) {
        HttpResponseStatus status = head.status();
        if (status.equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
            if (now.upgradeAsked) {
                openTunnel(from, head);
            } else {
                failUpstream(now, Refusal.GOROUTER_INVALID);
            }
            return;
        }
        now.informational = status.codeClass() == HttpStatusClass.INFORMATIONAL;
        if (now.informational) {
            if (!now.oldClient) {
                client().write(head);
            }
            return;
        }
        now.begin(head);
        if (proxy.config().decisionHeaders() && now.decision != null) {
            head.headers().set(Answers.SITE, proxy.fib().get().ownSite().name());
            head.headers().set(Answers.REASON, now.decision.rule().reason());
        }
        proxy.metrics().answered(status.code());
        client().write(head);
    }

    private void onResponseContent(Exchange now, UpstreamConnection from, HttpContent content) {
        if (now.informational && now.oldClient) {
            content.release();
            return;
        }
        client().write(content);
        if (!(content instanceof LastHttpContent)) {
            return;
        }
        client().flush();
        if (now.informational) {
            return;
        }
        upstream = null;
        from.end(now.upstreamKeepAlive && now.requestDone);
        if (now.keepAlive && now.requestDone) {
            finished();
        } else {
            linger(now);
        }
    }

    void onUpstreamReadComplete(UpstreamConnection from) {
        client().flush();
        if (client().channel().isWritable()) {
            from.channel().read();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (upstream != null && ctx.channel().isWritable()) {
            upstream.channel().read();
        }
    }

    void onUpstreamClosed(UpstreamConnection from) {
        Exchange now = exchange;
        boolean stale = from.reused();
        endUpstream();
        if (now == null || now.responseStarted) {
            abort();
        } else if (stale && now.isSafeToRepeat()) {
            proxy.metrics().retries.inc();
            tryNext(now);
        } else {
            refuseAndClose(now, Refusal.GOROUTER_FAILED);
        }
    }

    private void failUpstream(Exchange now, Refusal refusal) {
        endUpstream();
        if (now.responseStarted) {
            abort();
        } else {
            refuseAndClose(now, refusal);
        }
    }

    private void openTunnel(UpstreamConnection from, HttpResponse head) {
        deadline.cancel();
        if (!inbox.isEmpty()) {
            abort(); // the client sent more before it knew that the protocol had changed
            return;
        }
        proxy.metrics().answered(head.status().code());
        client().write(head);
        client().writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        Channel front = client().channel();
        Channel back = from.channel();
        upstream = null;
        from.hijack();
        // The client's side first: the GoRouter's codec may have bytes for it already.
        front.pipeline().addLast(new Tunnel(back));
        front.pipeline().remove(this);
        front.pipeline().remove(HttpServerCodec.class);
        back.pipeline().addLast(new Tunnel(front));
        back.pipeline().remove(from);
        back.pipeline().remove(HttpClientCodec.class);
        front.flush();
        back.flush();
        front.read();
        back.read();
    }

    // ---- between requests, and the end

    private void finished() {
        exchange = null;
        discarded = 0;
        nextWithinIdleTimeout();
    }

    /** Throws a message away that belongs to a request already answered, or to nothing any more. */
    private void discard(Object message) {
        boolean last = message instanceof LastHttpContent;
        if (message instanceof HttpContent content) {
            discarded += content.content().readableBytes();
        }
        ReferenceCountUtil.release(message);
        if (lingering) {
            if (discarded > LINGER_LIMIT) {
                client().close();
            } else {
                inbox.next();
            }
        } else if (last) {
            finished();
        } else if (discarded > Exchange.DISCARD_LIMIT && exchange != null) {
            linger(exchange);
        } else {
            inbox.next();
        }
    }

    /** Closes so that the client can read the answer first: ends our side, then reads on for a little while. */
    private void linger(Exchange now) {
        lingering = true;
        ChannelHandlerContext ctx = client();
        deadline.set(ctx, proxy.config().idleTimeout());
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (now.requestDone || !(ctx.channel() instanceof DuplexChannel duplex)) {
                ctx.close();
                return;
            }
            duplex.shutdownOutput();
            deadline.set(ctx, LINGER);
            inbox.next();
        });
    }

    private void endUpstream() {
        UpstreamConnection from = upstream;
        upstream = null;
        if (from != null) {
            from.end(false);
        }
    }

    /** Ends both sides at once: all that is left when an answer is broken off in the middle. */
    private void abort() {
        endUpstream();
        client().close();
    }

    private void onTimeout() {
        Exchange now = exchange;
        if (now == null || lingering) {
            client().close();
        } else if (now.responseStarted) {
            abort();
        } else if (upstream == null) {
            refuseAndClose(now, Refusal.NO_GOROUTER);
        } else {
            failUpstream(now, now.requestDone ? Refusal.GOROUTER_TIMEOUT : Refusal.SLOW_CLIENT);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        deadline.cancel();
        exchange = null;
        inbox.release();
        endUpstream();
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
