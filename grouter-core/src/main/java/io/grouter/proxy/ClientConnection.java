package io.grouter.proxy;

import io.grouter.http.BodyReader;
import io.grouter.http.Field;
import io.grouter.http.Head;
import io.grouter.http.HeadLimits;
import io.grouter.http.Malformed;
import io.grouter.proxy.ForwardedHeaders.After;
import io.grouter.proxy.ForwardedHeaders.Framing;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One client connection that speaks HTTP/1.1: reads one request after the other, and writes their answers. Runs on the
 * connection's event loop only; its connections to GoRouters run on the same loop.
 *
 * <p>Bytes that cannot be used yet are kept, and the socket is not read meanwhile, so a connection holds at most what a
 * few reads bring, however much the client sends.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter implements Downstream {
    /** Most bytes of a body that are read and thrown away to keep a connection after an early answer. */
    private static final int DISCARD_LIMIT = 64 * 1024;
    /** Most bytes read and thrown away while closing, so that the client sees the answer before the end. */
    private static final int LINGER_LIMIT = 1024 * 1024;

    private static final long LINGER_NANOS = Duration.ofSeconds(2).toNanos();

    private final ProxyContext proxy;
    private final ClientFacts facts;
    private final Head head;
    private final BodyReader body;

    private @Nullable ChannelHandlerContext context;
    private @Nullable Outgoing outgoing;
    private @Nullable Deadline deadline;
    /** Bytes that came before they could be used. */
    private @Nullable ByteBuf pending;
    /** What is being used now. */
    private @Nullable ByteBuf current;
    /** The request under way; null between requests. */
    private @Nullable Exchange exchange;

    private boolean processing;
    /** Whether the client's connection can take another request afterwards. */
    private boolean keepAlive;
    /** Whether the client speaks HTTP/1.0: no chunks, no interim answers. */
    private boolean oldClient;

    /** Whether the answer says that the client made a mistake; then who knows what else it is sending. */
    private boolean clientsFault;

    private boolean chunkedAnswer;
    private boolean answerDone;
    private boolean discarding;
    private boolean lingering;
    /** Whether all is sent that will be, and the rest of the client's bytes are read for a little while. */
    private boolean outputEnded;

    private long discarded;
    private boolean inputEnded;

    ClientConnection(ProxyContext proxy, ClientFacts facts) {
        this.proxy = proxy;
        this.facts = facts;
        HeadLimits limits = facts.headLimits(proxy.config());
        this.head = new Head(Head.Kind.REQUEST, limits);
        this.body = new BodyReader(limits);
    }

    private ChannelHandlerContext ctx() {
        return attached(context);
    }

    private Outgoing out() {
        return attached(outgoing);
    }

    private Deadline timer() {
        return attached(deadline);
    }

    private static <T> T attached(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("not added to a pipeline yet");
        }
        return part;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        outgoing = new Outgoing(ctx);
        deadline = new Deadline(ctx.executor(), this::onTimeout);
        timer().set(proxy.config().headTimeout().toNanos());
    }

    // ---- bytes from the client

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        ByteBuf before = pending;
        if (before != null) {
            pending = before.writeBytes(in);
            in.release();
            holdBack();
            return;
        }
        process(in);
    }

    /** Uses as much as can be used now, and keeps the rest. */
    private void process(ByteBuf in) {
        processing = true;
        current = in;
        boolean going = true;
        while (going && in.isReadable()) {
            Exchange now = exchange;
            if (lingering) {
                discard(in.readableBytes());
                in.skipBytes(in.readableBytes());
            } else if (now == null) {
                // Answers of our own cost the client nothing but reading them.
                going = ctx().channel().isWritable() && readHead(in);
            } else if (!body.done()) {
                going = discarding ? skipBody(in) : readBody(now, in);
            } else {
                going = false; // the next request, pipelined
            }
        }
        processing = false;
        current = null;
        keep(in);
        if (inputEnded && pending == null && !lingering) {
            endOfInput();
        }
    }

    /** Returns whether nothing more can come of the client than what has been used. */
    private boolean isAtEnd() {
        ByteBuf in = current;
        return inputEnded && pending == null && (in == null || !in.isReadable());
    }

    private void keep(ByteBuf in) {
        if (in.isReadable() && ctx().channel().isActive()) {
            // A buffer of its own: what was read may be a large one with little in it.
            ByteBuf rest = ctx().alloc().directBuffer(in.readableBytes());
            rest.writeBytes(in);
            pending = rest;
            holdBack();
        } else {
            reading(true);
        }
        in.release();
    }

    private void holdBack() {
        reading(false);
    }

    /** After the end there is nothing to read, and with epoll asking for it is an error that ends the connection. */
    private void reading(boolean on) {
        Channel channel = ctx().channel();
        if (!inputEnded && channel.config().isAutoRead() != on) {
            channel.config().setAutoRead(on);
        }
    }

    @Override
    public void resume() {
        ByteBuf rest = pending;
        if (processing) {
            return;
        }
        if (rest == null) {
            reading(true);
        } else {
            pending = null;
            process(rest);
        }
        Exchange now = exchange;
        if (now != null && !now.requestDone()) {
            now.flushRequest();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        Exchange now = exchange;
        if (now != null && !now.requestDone() && !discarding) {
            now.flushRequest();
        }
    }

    private boolean readHead(ByteBuf in) {
        if (head.isEmpty()) {
            timer().set(proxy.config().headTimeout().toNanos());
        }
        switch (head.read(in)) {
            case INCOMPLETE -> {
                return false;
            }
            case MALFORMED -> {
                begin(true);
                keepAlive = false;
                Malformed problem = head.problem();
                if (problem != null) {
                    proxy.metrics().malformed(problem);
                    start().refuse(Refusal.of(problem));
                }
                return lingering;
            }
            default -> {
                boolean withoutBody = !head.chunked() && head.contentLength() <= 0;
                begin(withoutBody);
                keepAlive = head.keepsConnection() && !proxy.drain().begun();
                start().start();
                return true;
            }
        }
    }

    private void begin(boolean withoutBody) {
        oldClient = head.minorVersion() == 0;
        answerDone = false;
        discarding = false;
        discarded = 0;
        chunkedAnswer = false;
        clientsFault = false;
        if (withoutBody) {
            body.none();
        } else if (head.chunked()) {
            body.chunked();
        } else {
            body.length(head.contentLength());
        }
    }

    private Exchange start() {
        proxy.retries().earn();
        Exchange now = new Exchange(proxy, this, head, facts, body.done(), System.nanoTime());
        exchange = now;
        return now;
    }

    private boolean readBody(Exchange now, ByteBuf in) {
        if (!now.takesBody()) {
            return false;
        }
        ByteBuf data = body.next(in);
        Malformed problem = body.problem();
        if (data != null) {
            now.body(data);
        }
        if (problem != null) {
            proxy.metrics().malformed(problem);
            keepAlive = false;
            now.brokenBody(Refusal.of(problem));
            return lingering;
        }
        if (body.done() && exchange == now && !discarding && !lingering) {
            now.endOfRequest(body.trailers());
        }
        return true;
    }

    /** Reads on to the next request after an early answer. */
    private boolean skipBody(ByteBuf in) {
        ByteBuf data = body.next(in);
        if (data != null) {
            discarded += data.readableBytes();
            data.release();
        }
        if (body.problem() != null || discarded > DISCARD_LIMIT) {
            linger();
        } else if (body.done()) {
            nextRequest();
        }
        return true;
    }

    private void discard(int bytes) {
        discarded += bytes;
        if (discarded > LINGER_LIMIT) {
            ctx().close();
        }
    }

    // ---- the answer

    @Override
    public EventLoop loop() {
        return ctx().channel().eventLoop();
    }

    @Override
    public boolean isGrpc(Head request) {
        return false; // over HTTP/1.1 nobody can speak it
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
        if (!oldClient) {
            ForwardedHeaders.writeAnswer(answer, Framing.AS_IT_IS, After.SILENT, null, out(), false);
            out().flush();
        }
    }

    @Override
    public void head(Head answer, boolean bodiless) {
        Exchange now = current();
        keepAlive &= now.requestDone() && !isAtEnd() && !proxy.drain().begun();
        Framing framing = Framing.AS_IT_IS;
        boolean endless = !answer.chunked() && answer.contentLength() < 0;
        int status = answer.status();
        boolean never = now.isHead() || status == 204 || status == 304;
        if (!never && answer.chunked() && oldClient) {
            framing = Framing.BY_END;
            keepAlive = false;
        } else if (!never && endless && oldClient) {
            keepAlive = false;
        } else if (!never && endless) {
            framing = Framing.ADD_CHUNKS;
        }
        if (answer.chunked() && (status == 204 || oldClient)) {
            framing = Framing.BY_END; // RFC 9112 section 6.1: not there, and not for those
        }
        chunkedAnswer = !never && !oldClient && (answer.chunked() || endless);
        ForwardedHeaders.writeAnswer(answer, framing, after(), now.record().marks(), out(), !never);
    }

    private After after() {
        return !keepAlive ? After.CLOSE : oldClient ? After.KEEP : After.SILENT;
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
        if (chunkedAnswer) {
            out().chunk(data);
        } else {
            out().data(data);
        }
    }

    @Override
    public void end(@Nullable Head trailers) {
        if (chunkedAnswer) {
            out().lastChunk(trailers);
        }
        finish();
    }

    /** Sends an answer of our own and reads what is left of the request, or closes when that may be too much. */
    @Override
    public void own(OwnAnswer answer) {
        Exchange now = current();
        if (!body.done() && (head.chunked() || head.has(Field.EXPECT) || head.contentLength() > DISCARD_LIMIT)) {
            keepAlive = false;
        }
        int status = answer.status();
        clientsFault = (status >= 400 && status < 500) || status == 501 || status == 505;
        keepAlive &= !isAtEnd() && !clientsFault && !proxy.drain().begun();
        ForwardedHeaders.writeOwn(answer, after(), now.isHead(), out());
        finish();
    }

    private void finish() {
        Exchange now = current();
        answerDone = true;
        now.record().end(now.facts(), head, oldClient ? "HTTP/1.0" : "HTTP/1.1");
        out().flush();
        if (!keepAlive) {
            linger();
        } else if (body.done()) {
            nextRequest();
        } else {
            discarding = true;
            timer().set(proxy.config().bodyTimeout().toNanos());
            resume();
        }
    }

    private void nextRequest() {
        exchange = null;
        discarding = false;
        head.clear();
        timer().set(proxy.config().idleTimeout().toNanos());
        if (isAtEnd()) {
            linger();
        } else {
            resume();
        }
    }

    @Override
    public void flush() {
        out().flush();
    }

    /** Closes so that the client can read the answer first: ends our side, then reads on for a little while. */
    private void linger() {
        if (lingering) {
            return;
        }
        lingering = true;
        boolean requestDone = body.done() && !clientsFault;
        timer().set(proxy.config().idleTimeout().toNanos());
        out().flushAndThen(() -> {
            outputEnded = true;
            Channel channel = ctx().channel();
            if (requestDone || inputEnded || !(channel instanceof DuplexChannel duplex)) {
                ctx().close();
                return;
            }
            SslHandler tls = channel.pipeline().get(SslHandler.class);
            if (tls == null) {
                duplex.shutdownOutput();
            } else {
                tls.closeOutbound();
            }
            timer().set(LINGER_NANOS);
            resume();
        });
    }

    /** Ends the connection at once. */
    @Override
    public void abort() {
        ctx().close();
    }

    @Override
    public @Nullable Channel becomeTunnel(Head answer) {
        timer().cancel();
        if (pending != null || inputEnded) {
            return null; // the client sent more before it knew that the protocol had changed
        }
        Exchange now = current();
        ForwardedHeaders.writeAnswer(
                answer, Framing.AS_IT_IS, After.UPGRADE, now.record().marks(), out(), false);
        out().flush();
        now.record().end(now.facts(), head, oldClient ? "HTTP/1.0" : "HTTP/1.1");
        exchange = null;
        return ctx().channel();
    }

    // ---- the end

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Exchange now = exchange;
        if (!ctx.channel().isWritable()) {
            return;
        }
        if (now != null) {
            now.onClientWritable();
        } else if (!lingering) {
            resume();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            onInputEnd();
        } else if (event == DrainStep.ENDING && exchange == null && pending == null && !lingering && head.isEmpty()) {
            linger(); // idle, and the client expects nothing more than it was sent
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    private void onInputEnd() {
        inputEnded = true;
        if (lingering) {
            if (outputEnded) {
                ctx().close();
            }
        } else if (isAtEnd()) {
            endOfInput();
        }
    }

    /** The client sends nothing more, and all it has sent is used: is it a whole request? */
    private void endOfInput() {
        Exchange now = exchange;
        if (now == null || answerDone) {
            linger(); // there may be answers that it still reads
        } else if (!body.done()) {
            ctx().close();
        } else {
            keepAlive = false;
            now.onClientHalfClosed();
        }
    }

    private void onTimeout() {
        Exchange now = exchange;
        if (now == null && !head.isEmpty() && !lingering) {
            begin(true);
            keepAlive = false;
            start().refuse(Refusal.SLOW_CLIENT);
        } else if (lingering) {
            ctx().close();
        } else if (now == null || answerDone) {
            linger();
        } else {
            keepAlive = keepAlive && now.requestDone();
            now.onTimeout();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        timer().cancel();
        Exchange now = exchange;
        exchange = null;
        if (now != null && !answerDone) {
            now.onClientGone();
            now.record().end(now.facts(), head, oldClient ? "HTTP/1.0" : "HTTP/1.1");
        }
        handlerRemoved(ctx);
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        out().release();
        ReferenceCountUtil.release(pending);
        pending = null;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
