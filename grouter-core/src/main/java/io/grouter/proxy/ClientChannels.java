package io.grouter.proxy;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SniCompletionEvent;
import io.netty.handler.ssl.SslCompletionEvent;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.util.Base64;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Makes every new client connection of one listener ready: bounds, PROXY protocol, TLS, then HTTP/1.1 or HTTP/2. */
final class ClientChannels extends ChannelInitializer<SocketChannel> {
    private final ProxyContext proxy;
    private final ClientCounts counts;
    private final ChannelGroup all;
    private final Networks trusted;
    private final Networks proxied;
    private final @Nullable ListenerTls tls;

    ClientChannels(ProxyContext proxy, ClientCounts counts, ChannelGroup all, @Nullable ListenerTls tls) {
        this.proxy = proxy;
        this.counts = counts;
        this.all = all;
        this.tls = tls;
        this.trusted = Networks.parse("trustedNetworks", proxy.config().trustedNetworks());
        this.proxied = Networks.parse("proxyProtocolFrom", proxy.config().proxyProtocolFrom());
    }

    @Override
    protected void initChannel(SocketChannel channel) {
        InetSocketAddress remote = channel.remoteAddress();
        if (remote == null || !counts.enter(channel)) {
            channel.close();
            return;
        }
        all.add(channel);
        int timeout = (int) proxy.config().headTimeout().toMillis();
        if (proxied.has(remote.getAddress())) {
            channel.pipeline().addLast(new ProxyProtocol(timeout, (ctx, told) -> {
                InetSocketAddress client = told == null ? remote : told;
                if (counts.enter(client.getAddress(), channel)) {
                    begin(channel, client);
                } else {
                    channel.close();
                }
            }));
        } else if (counts.enter(remote.getAddress(), channel)) {
            begin(channel, remote);
        } else {
            channel.close();
        }
    }

    private void begin(SocketChannel channel, InetSocketAddress client) {
        ChannelPipeline pipeline = channel.pipeline();
        ListenerTls secure = tls;
        if (secure == null) {
            pipeline.addLast(new ClientConnection(proxy, facts(channel, client, null)));
        } else {
            pipeline.addLast(new Sni(secure, proxy.config().headTimeout().toMillis()));
            pipeline.addLast(new Negotiated(channel, client));
        }
    }

    private ClientFacts facts(SocketChannel channel, InetSocketAddress client, @Nullable SSLSession session) {
        return new ClientFacts(
                client.getAddress().getHostAddress(),
                client.getPort(),
                channel.localAddress(),
                session != null,
                trusted.has(client.getAddress()),
                session == null ? null : session.getProtocol(),
                session == null ? null : certificate(session),
                null);
    }

    private static @Nullable String certificate(SSLSession session) {
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain.length == 0 ? null : Base64.getEncoder().encodeToString(chain[0].getEncoded());
        } catch (SSLPeerUnverifiedException | CertificateEncodingException e) {
            return null; // it showed none
        }
    }

    /** Waits for the name the client asks for, and goes on with the certificate for it. */
    private static final class Sni extends AbstractSniHandler<SslContext> {
        private static final int MOST_HELLO_BYTES = 16 * 1024;

        private final ListenerTls tls;

        Sni(ListenerTls tls, long timeoutMillis) {
            super(MOST_HELLO_BYTES, timeoutMillis);
            this.tls = tls;
        }

        @Override
        protected Future<SslContext> lookup(ChannelHandlerContext ctx, @Nullable String name) {
            return ctx.executor().newSucceededFuture(tls.choose(name));
        }

        @Override
        protected void onLookupComplete(ChannelHandlerContext ctx, @Nullable String name, Future<SslContext> found) {
            ByteBufAllocator allocator = ctx.alloc();
            SslHandler handler = found.getNow().newHandler(allocator);
            handler.setHandshakeTimeoutMillis(handshakeTimeoutMillis);
            ctx.pipeline().replace(this, "tls", handler);
        }
    }

    /** After the handshake: the protocol both sides agreed on. */
    private final class Negotiated extends ApplicationProtocolNegotiationHandler {
        private final SocketChannel channel;
        private final InetSocketAddress client;
        private boolean failed;

        Negotiated(SocketChannel channel, InetSocketAddress client) {
            super(ApplicationProtocolNames.HTTP_1_1);
            this.channel = channel;
            this.client = client;
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
            SSLSession session = ctx.pipeline().get(SslHandler.class).engine().getSession();
            ClientFacts facts = facts(channel, client, session);
            proxy.metrics().tlsHandshakes.inc();
            if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
                Http2ClientConnection.install(ctx.pipeline(), proxy, facts);
            } else {
                ctx.pipeline().addLast(new ClientConnection(proxy, facts));
            }
        }

        /** What comes to nothing before or after the hello shows here; what is no TLS at all shows twice. */
        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
            boolean handshake = event instanceof SniCompletionEvent || event instanceof SslHandshakeCompletionEvent;
            if (handshake && !failed && !((SslCompletionEvent) event).isSuccess()) {
                failed = true;
                proxy.metrics().tlsFailures.inc();
                ctx.close();
            }
            super.userEventTriggered(ctx, event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
