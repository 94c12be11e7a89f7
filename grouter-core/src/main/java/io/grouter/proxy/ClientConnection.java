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
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One client connection: takes one request at a time, decides it, and forwards, redirects or refuses it. Runs on the
 * connection's event loop only; its connections to GoRouters run on the same loop.
 *
 * <p>Nothing is read unless there is room for it: the next piece of a body is asked of one side only when the other
 * side has taken the last one, so a body of any size needs a few buffers. One read of the socket may hold several
 * messages; {@link #next} takes them one at a time.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter {
    /** Most bytes of a body that are read and thrown away to keep a connection after an early answer. */
    private static final int DISCARD_LIMIT = 64 * 1024;
    /** Most bytes read and thrown away while closing, so that the client sees the answer before the end. */
    private static final int LINGER_LIMIT = 1024 * 1024;

    private static final Duration LINGER = Duration.ofSeconds(2);

    private final ProxyContext proxy;
    private final boolean https;
    private final Deadline deadline = new Deadline(this::onTimeout);
    /** Messages of the last read that were not asked for yet; bounded by what one read can hold. */
    private final Deque<Object> held = new ArrayDeque<>();

    private boolean wanted;
    private boolean delivering;
    private @Nullable ChannelHandlerContext context;
    private String address = "";

    private @Nullable HttpRequest request;
    private @Nullable Decision decision;
    private @Nullable UpstreamConnection upstream;
    private @Nullable BitSet tried;
    private boolean bodySent;
    private boolean requestDone;
    private boolean responseStarted;
    private boolean informational;
    private boolean skipping;
    private boolean oldClient;
    private boolean upstreamKeepAlive;
    private boolean keepAlive;
    private boolean discarding;
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
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (ctx.channel().remoteAddress() instanceof InetSocketAddress remote && remote.getAddress() != null) {
            address = remote.getAddress().getHostAddress();
        }
        deadline.set(ctx, proxy.config().idleTimeout());
        next();
    }

    // ---- one message at a time

    /** Asks for the next message, which comes now or when the client sends it. */
    private void next() {
        wanted = true;
        if (!delivering) {
            deliver();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        held.add(message);
        if (!delivering) {
            deliver();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (upstream != null && !requestDone) {
            upstream.channel().flush(); // the rest of the request may be long in coming
        }
        if (wanted) {
            ctx.read();
        }
    }

    private void deliver() {
        delivering = true;
        try {
            for (Object message = wanted ? held.poll() : null; message != null; message = wanted ? held.poll() : null) {
                wanted = false;
                onMessage(message);
            }
        } finally {
            delivering = false;
        }
        if (wanted) {
            client().read();
        }
    }

    /** Reads on without asking for a message, so that a client that leaves is noticed. */
    private void watch() {
        client().read();
    }

    private void onMessage(Object message) {
        if (lingering) {
            discard(message, LINGER_LIMIT);
        } else if (message instanceof HttpRequest head && request == null) {
            onRequest(head);
        } else if (message instanceof HttpContent content) {
            onContent(content);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    private void releaseHeld() {
        for (Object message = held.poll(); message != null; message = held.poll()) {
            ReferenceCountUtil.release(message);
        }
    }

    // ---- a request comes in

    private void onRequest(HttpRequest head) {
        request = head;
        decision = null;
        tried = null;
        bodySent = false;
        requestDone = false;
        responseStarted = false;
        informational = false;
        discarding = false;
        discarded = 0;
        skipping = false;
        oldClient = head.protocolVersion().equals(HttpVersion.HTTP_1_0);
        keepAlive = HttpUtil.isKeepAlive(head);
        if (head.decoderResult().isFailure()) {
            keepAlive = false;
            refuse(refusalFor(head.decoderResult().cause()));
            return;
        }
        if (head.method().equals(HttpMethod.CONNECT)) {
            keepAlive = false;
            refuse(Refusal.METHOD);
            return;
        }
        Target.escapeNonAscii(head);
        Target target = Target.of(head, this::refuseAndClose);
        if (target == null) {
            return;
        }
        Fib fib = proxy.fib().get();
        boolean secure = https || ForwardedHeaders.cameOverTls(head.headers());
        Decision made = proxy.steering().decide(fib, new RequestFacts(secure, target.host(), target.path(), address));
        decision = made;
        proxy.metrics().decided(made.rule());
        if (made instanceof Decision.Redirect redirect) {
            redirect(redirect, secure, target, fib.ownSite().name());
        } else {
            forward(head, (Decision.Forward) made, target);
        }
    }

    private static Refusal refusalFor(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return Refusal.LINE_TOO_LONG;
        }
        return cause instanceof TooLongHttpHeaderException ? Refusal.HEAD_TOO_LONG : Refusal.BAD_REQUEST;
    }

    private void redirect(Decision.Redirect to, boolean secure, Target target, String site) {
        String path = target.pathAndQuery().startsWith("/") ? target.pathAndQuery() : "/";
        String location = (secure ? "https://" : "http://") + to.authority() + path;
        answer(Answers.redirect(location, site, to.rule().reason()));
    }

    private void refuseAndClose(Refusal refusal) {
        keepAlive = false;
        refuse(refusal);
    }

    private void refuse(Refusal refusal) {
        proxy.metrics().refused(refusal);
        answer(Answers.refusal(refusal, proxy.fib().get().ownSite().name()));
    }

    /** Sends an answer of our own and reads what is left of the request, or closes when that may be too much. */
    private void answer(FullHttpResponse response) {
        HttpRequest head = request;
        if (keepAlive && head != null && !requestDone && mayBeLong(head)) {
            keepAlive = false;
        }
        proxy.metrics().answered(response.status().code());
        setConnectionHeader(response);
        responseStarted = true;
        if (head != null && head.method().equals(HttpMethod.HEAD)) {
            response.content().clear();
        }
        client().writeAndFlush(response).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        if (!keepAlive) {
            linger();
        } else if (requestDone) {
            finished();
        } else {
            discarding = true;
            deadline.set(client(), proxy.config().idleTimeout());
            next();
        }
    }

    private static boolean mayBeLong(HttpRequest head) {
        return HttpUtil.is100ContinueExpected(head)
                || HttpUtil.isTransferEncodingChunked(head)
                || HttpUtil.getContentLength(head, 0L) > DISCARD_LIMIT;
    }

    // ---- forwarding

    private void forward(HttpRequest head, Decision.Forward made, Target target) {
        if (made.host() != null && !head.uri().equals(target.pathAndQuery())) {
            head.setUri(target.pathAndQuery());
        }
        ForwardedHeaders.prepareRequest(head, address, https, target.authority(), made.host());
        if (!target.authority().isEmpty()) {
            head.setProtocolVersion(HttpVersion.HTTP_1_1);
            if (!head.headers().contains(HttpHeaderNames.HOST)) {
                head.headers().set(HttpHeaderNames.HOST, target.authority());
            }
        }
        tryNext(head);
    }

    private void tryNext(HttpRequest head) {
        GoRouter goRouter = proxy.goRouters().pick(tried);
        if (goRouter == null) {
            refuse(Refusal.NO_GOROUTER);
            return;
        }
        UpstreamConnection idle = proxy.upstreams().takeIdle(goRouter);
        if (idle != null) {
            send(head, idle);
            return;
        }
        deadline.set(client(), proxy.config().connectTimeout().multipliedBy(2));
        proxy.upstreams().connect(client().channel().eventLoop(), goRouter, (connection, failure) -> {
            boolean gone = !client().channel().isActive() || request != head || responseStarted;
            if (connection == null) {
                proxy.goRouters().connectFailed(goRouter, String.valueOf(failure));
                if (!gone) {
                    proxy.metrics().retries.inc();
                    markTried(goRouter);
                    tryNext(head);
                }
            } else if (gone) {
                connection.channel().close();
            } else {
                send(head, connection);
            }
        });
    }

    private void markTried(GoRouter goRouter) {
        if (tried == null) {
            tried = new BitSet();
        }
        tried.set(goRouter.index());
    }

    private void send(HttpRequest head, UpstreamConnection connection) {
        upstream = connection;
        connection.begin(this);
        connection.channel().write(head);
        if (requestDone) {
            deadline.set(client(), proxy.config().responseTimeout());
            connection.channel().writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        } else {
            nextPiece();
            if (!delivering && !requestDone) {
                connection.channel().flush();
            }
        }
        connection.channel().read();
    }

    private void nextPiece() {
        deadline.set(client(), proxy.config().idleTimeout());
        next();
    }

    private void onContent(HttpContent content) {
        boolean last = content instanceof LastHttpContent;
        if (discarding) {
            requestDone |= last;
            discard(content, DISCARD_LIMIT);
            return;
        }
        UpstreamConnection to = upstream;
        if (to == null || request == null) {
            requestDone |= last;
            content.release();
            return;
        }
        if (content.decoderResult().isFailure()) {
            content.release();
            abort(); // a broken chunk: the GoRouter must not take what came so far for a whole request
            return;
        }
        bodySent |= content.content().isReadable();
        requestDone = last;
        deadline.set(client(), proxy.config().responseTimeout());
        to.channel().writeAndFlush(content);
        if (last) {
            watch();
        } else if (to.channel().isWritable()) {
            nextPiece();
        }
    }

    void onUpstreamWritable() {
        if (!requestDone && !discarding) {
            nextPiece();
        }
    }

    // ---- the answer comes back

    void onUpstreamMessage(UpstreamConnection from, Object message) {
        deadline.set(client(), proxy.config().responseTimeout());
        if (message instanceof HttpObject part && part.decoderResult().isFailure()) {
            ReferenceCountUtil.release(message);
            failUpstream(Refusal.GOROUTER_INVALID);
        } else if (message instanceof HttpResponse head) {
            onResponse(from, head);
        } else if (message instanceof HttpContent content) {
            onResponseContent(from, content);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    private void onResponse(UpstreamConnection from, HttpResponse head) {
        HttpRequest asked = request;
        if (asked == null) {
            return;
        }
        HttpResponseStatus status = head.status();
        if (status.equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
            client().write(head);
            client().writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
            openTunnel(from);
            return;
        }
        informational = status.codeClass() == HttpStatusClass.INFORMATIONAL;
        skipping = informational && oldClient;
        if (informational) {
            if (!skipping) {
                client().write(head);
            }
            return;
        }
        responseStarted = true;
        upstreamKeepAlive = HttpUtil.isKeepAlive(head);
        keepAlive &= requestDone;
        ForwardedHeaders.removeHopByHop(head.headers());
        frameForClient(asked, head);
        if (proxy.config().decisionHeaders() && decision != null) {
            head.headers().set(Answers.SITE, proxy.fib().get().ownSite().name());
            head.headers().set(Answers.REASON, decision.rule().reason());
        }
        setConnectionHeader(head);
        proxy.metrics().answered(status.code());
        client().write(head);
    }

    /** Makes the end of the body visible to this client, whatever shows it on the way from the GoRouter. */
    private void frameForClient(HttpRequest asked, HttpResponse head) {
        boolean chunked = HttpUtil.isTransferEncodingChunked(head);
        int status = head.status().code();
        boolean bodiless = asked.method().equals(HttpMethod.HEAD) || status == 204 || status == 304;
        head.setProtocolVersion(HttpVersion.HTTP_1_1);
        if (chunked && oldClient) {
            HttpUtil.setTransferEncodingChunked(head, false);
            keepAlive = false;
        } else if (!chunked && !bodiless && !HttpUtil.isContentLengthSet(head)) {
            upstreamKeepAlive = false;
            if (oldClient) {
                keepAlive = false;
            } else {
                HttpUtil.setTransferEncodingChunked(head, true);
            }
        }
    }

    private void setConnectionHeader(HttpResponse head) {
        if (!keepAlive) {
            head.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (oldClient) {
            head.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
    }

    private void onResponseContent(UpstreamConnection from, HttpContent content) {
        boolean last = content instanceof LastHttpContent;
        if (skipping) {
            content.release();
            return;
        }
        client().write(content);
        if (!last) {
            return;
        }
        client().flush();
        if (informational) {
            return;
        }
        boolean reusable = upstreamKeepAlive && requestDone;
        upstream = null;
        from.end(reusable);
        if (keepAlive && requestDone) {
            finished();
        } else {
            linger();
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
        HttpRequest asked = request;
        boolean stale = from.reused();
        upstream = null;
        from.end(false);
        if (responseStarted || asked == null) {
            abort();
        } else if (stale && !bodySent && isSafeToRepeat(asked)) {
            proxy.metrics().retries.inc();
            tryNext(asked);
        } else {
            keepAlive = false;
            refuse(Refusal.GOROUTER_FAILED);
        }
    }

    /** A kept connection that ends before it answers may just have been closed for idleness (RFC 9110 section 9.2.2). */
    private boolean isSafeToRepeat(HttpRequest asked) {
        HttpMethod method = asked.method();
        return requestDone
                && (method.equals(HttpMethod.GET)
                        || method.equals(HttpMethod.HEAD)
                        || method.equals(HttpMethod.OPTIONS)
                        || method.equals(HttpMethod.TRACE));
    }

    private void failUpstream(Refusal refusal) {
        UpstreamConnection from = upstream;
        upstream = null;
        if (from != null) {
            from.end(false);
        }
        keepAlive = false;
        if (responseStarted) {
            abort();
        } else {
            refuse(refusal);
        }
    }

    private void openTunnel(UpstreamConnection from) {
        deadline.cancel();
        if (!held.isEmpty()) {
            abort(); // the client sent more before it knew that the protocol had changed
            return;
        }
        proxy.metrics().answered(HttpResponseStatus.SWITCHING_PROTOCOLS.code());
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
        request = null;
        decision = null;
        deadline.set(client(), proxy.config().idleTimeout());
        next();
    }

    private void discard(Object message, int limit) {
        boolean last = message instanceof LastHttpContent;
        if (message instanceof HttpContent content) {
            discarded += content.content().readableBytes();
        }
        ReferenceCountUtil.release(message);
        if (discarded > limit) {
            if (lingering) {
                client().close();
            } else {
                linger();
            }
        } else if (last && !lingering) {
            finished();
        } else {
            next();
        }
    }

    /** Closes so that the client can read the answer first: ends our side, then reads on for a little while. */
    private void linger() {
        lingering = true;
        discarding = true;
        ChannelHandlerContext ctx = client();
        deadline.set(ctx, proxy.config().idleTimeout());
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (requestDone || !(ctx.channel() instanceof DuplexChannel duplex)) {
                ctx.close();
                return;
            }
            duplex.shutdownOutput();
            deadline.set(ctx, LINGER);
            next();
        });
    }

    /** Ends both sides at once: all that is left when an answer is broken off in the middle. */
    private void abort() {
        UpstreamConnection from = upstream;
        upstream = null;
        if (from != null) {
            from.end(false);
        }
        client().close();
    }

    private void onTimeout() {
        if (request == null || lingering) {
            client().close();
        } else if (responseStarted) {
            abort();
        } else if (upstream == null) {
            refuseAndClose(Refusal.NO_GOROUTER);
        } else {
            failUpstream(requestDone ? Refusal.GOROUTER_TIMEOUT : Refusal.SLOW_CLIENT);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        deadline.cancel();
        UpstreamConnection from = upstream;
        upstream = null;
        request = null;
        releaseHeld();
        if (from != null) {
            from.end(false);
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
