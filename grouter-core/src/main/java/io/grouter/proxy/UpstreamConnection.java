package io.grouter.proxy;

import io.grouter.http.BodyReader;
import io.grouter.http.Head;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;

/** One HTTP/1.1 connection to a GoRouter or another site: serves one exchange after the other. Used on one event loop. */
final class UpstreamConnection extends ChannelInboundHandlerAdapter implements Upstream {
    private final Peer peer;
    private final Head head;
    private final BodyReader body;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Outgoing outgoing;
    private @Nullable Exchange exchange;

    private boolean used;
    /** Whether any byte of the answer came. */
    private boolean heard;
    /** Whether the connection ended with an error, not by the other side's will. */
    private boolean failed;

    /** Whether it stands for a request under way at the other end; a new one is made for such. */
    private boolean counted = true;

    private boolean chunkedRequest;
    private boolean requestDone;
    private boolean inBody;
    private boolean keep;
    private boolean withoutBody;
    private long idleSinceNanos;

    UpstreamConnection(Peer peer) {
        this.peer = peer;
        this.head = new Head(Head.Kind.ANSWER, peer.headLimits());
        this.body = new BodyReader(peer.headLimits());
    }

    Channel channel() {
        return ctx().channel();
    }

    private ChannelHandlerContext ctx() {
        if (context == null) {
            throw new IllegalStateException("not connected yet");
        }
        return context;
    }

    private Outgoing out() {
        if (outgoing == null) {
            throw new IllegalStateException("not connected yet");
        }
        return outgoing;
    }

    @Override
    public boolean reused() {
        return used && !heard;
    }

    long idleSince() {
        return idleSinceNanos;
    }

    void idleSince(long nanos) {
        idleSinceNanos = nanos;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        outgoing = new Outgoing(ctx);
    }

    // ---- the request

    @Override
    public void begin(Exchange user, RequestEdits edits) {
        exchange = user;
        Head request = user.request();
        requestDone = false;
        inBody = false;
        heard = false;
        head.clear();
        withoutBody = user.isHead();
        chunkedRequest = request.chunked();
        keep = !edits.upgrade() && !peer.onePerClient();
        int most = ForwardedHeaders.mostRequestBytes(request, edits);
        ForwardedHeaders.writeRequest(request, edits, peer.xfcc(), out().head(most, !user.endsWithHead()));
    }

    @Override
    public void data(ByteBuf data) {
        if (chunkedRequest) {
            out().chunk(data);
        } else {
            out().data(data);
        }
        if (!ctx().channel().isWritable()) {
            out().flush();
        }
    }

    @Override
    public void end(@Nullable Head trailers) {
        requestDone = true;
        if (chunkedRequest) {
            out().lastChunk(trailers);
        }
    }

    @Override
    public void flush() {
        out().flush();
    }

    @Override
    public boolean isWritable() {
        return ctx().channel().isWritable();
    }

    @Override
    public void halfClose() {
        keep = false;
        boolean tls = ctx().pipeline().get(SslHandler.class) != null;
        if (!tls && ctx().channel() instanceof DuplexChannel duplex) {
            out().flushAndThen(duplex::shutdownOutput);
        } else {
            ctx().close();
        }
    }

    // ---- the answer

    @Override
    public void reading(boolean on) {
        ctx().channel().config().setAutoRead(on);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        heard = true;
        try {
            while (exchange != null && in.isReadable() && read(exchange, in)) {
                // as long as there is something to understand
            }
            if (exchange == null && in.isReadable()) {
                ctx.close(); // nobody asked for anything
            }
        } finally {
            in.release();
        }
        Exchange now = exchange;
        if (now != null) {
            now.onUpstreamRead(this);
        }
    }

    private boolean read(Exchange now, ByteBuf in) {
        if (!inBody) {
            return switch (head.read(in)) {
                case INCOMPLETE -> false;
                case MALFORMED -> {
                    now.onUpstreamInvalid();
                    yield false;
                }
                case COMPLETE -> onHead(now, in);
            };
        }
        ByteBuf data = body.next(in);
        if (data != null) {
            now.onAnswerData(data);
        }
        if (body.problem() != null) {
            now.onUpstreamInvalid();
            return false;
        }
        if (body.done() && exchange == now) {
            ended(now, in.isReadable());
        }
        return true;
    }

    private boolean onHead(Exchange now, ByteBuf in) {
        int status = head.status();
        if (status == 101) {
            if (now.asksForUpgrade()) {
                now.onUpgraded(this, head, in.readRetainedSlice(in.readableBytes()));
            } else {
                now.onUpstreamInvalid();
            }
            return false;
        }
        if (status < 200) {
            now.onInterim(head);
            head.clear();
            return true;
        }
        boolean bodiless = withoutBody || status == 204 || status == 304;
        keep &= head.keepsConnection();
        if (bodiless) {
            body.none();
        } else if (head.chunked()) {
            body.chunked();
        } else if (head.contentLength() >= 0) {
            body.length(head.contentLength());
        } else {
            body.toTheEnd();
            keep = false;
        }
        inBody = true;
        now.onAnswer(head, body.done());
        if (body.done() && exchange == now) {
            ended(now, in.isReadable());
        }
        return true;
    }

    private void ended(Exchange now, boolean more) {
        giveBack(keep && requestDone && !more);
        now.onAnswerEnd(body.trailers());
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Exchange now = exchange;
        if (now != null && !requestDone && ctx.channel().isWritable()) {
            now.onUpstreamWritable();
        }
    }

    // ---- the end

    @Override
    public void release() {
        giveBack(counted && exchange == null && !peer.onePerClient()); // as good as before when nothing was sent
    }

    private void giveBack(boolean reuse) {
        used |= exchange != null;
        exchange = null;
        countOut();
        if (reuse && ctx().channel().isActive()) {
            peer.unused(this);
        } else {
            ctx().close();
        }
    }

    /** Ends HTTP on it; the connection now belongs to a tunnel, which closes it. */
    Channel becomeTunnel() {
        exchange = null;
        countOut();
        return ctx().channel();
    }

    /** It was taken from the unused ones, and counts as a request under way from now on. */
    void taken() {
        counted = true;
    }

    private void countOut() {
        if (counted) {
            counted = false;
            peer.requestEnded();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        Exchange now = exchange;
        if (now == null) {
            peer.gone(this);
        } else if (inBody && body.endsWithConnection() && !failed) {
            giveBack(false);
            now.onAnswerEnd(null);
        } else {
            now.onUpstreamClosed(this);
        }
        out().release();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failed = true;
        ctx.close();
    }
}
