package io.grouter.proxy;

import io.grouter.tls.PeerTls;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Makes every new connection of another site ready: bound, mutual TLS, then HTTP/2, or HTTP/1.1 for a tunnel. */
final class RelayChannels extends ChannelInitializer<SocketChannel> {
    private static final AttributeKey<String> SITE = AttributeKey.valueOf(RelayChannels.class, "site");

    private final ProxyContext proxy;
    private final int most;
    private final ChannelGroup all;
    private final RelayTls tls;

    RelayChannels(ProxyContext proxy, int most, ChannelGroup all, RelayTls tls) {
        this.proxy = proxy;
        this.most = most;
        this.all = all;
        this.tls = tls;
    }

    @Override
    protected void initChannel(SocketChannel channel) {
        InetSocketAddress remote = channel.remoteAddress();
        if (remote == null || !enter(channel)) {
            channel.close();
            return;
        }
        all.add(channel);
        SslHandler handler = tls.incoming().newHandler(channel.alloc());
        handler.setHandshakeTimeoutMillis(proxy.config().headTimeout().toMillis());
        channel.pipeline().addLast("tls", handler).addLast(new Negotiated(channel, remote));
    }

    private boolean enter(SocketChannel channel) {
        RelayMetrics metrics = proxy.relayMetrics();
        if (metrics.incomingConnections.incrementAndGet() > most) {
            metrics.incomingConnections.decrementAndGet();
            metrics.incomingRefused.inc();
            return false;
        }
        channel.closeFuture().addListener(closed -> metrics.incomingConnections.decrementAndGet());
        return true;
    }

    /** After the handshake: which site it is, and the protocol both sides agreed on. */
    private final class Negotiated extends ApplicationProtocolNegotiationHandler {
        private final SocketChannel channel;
        private final InetSocketAddress remote;

        Negotiated(SocketChannel channel, InetSocketAddress remote) {
            super(ApplicationProtocolNames.HTTP_1_1);
            this.channel = channel;
            this.remote = remote;
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
            SSLSession session = ctx.pipeline().get(SslHandler.class).engine().getSession();
            String site = site(session);
            if (site == null || !tls.allows(site)) { // a session that was taken up again was not looked at
                ctx.close();
                return;
            }
            channel.attr(SITE).set(site);
            ClientFacts facts = new ClientFacts(
                    remote.getAddress().getHostAddress(),
                    remote.getPort(),
                    channel.localAddress(),
                    true,
                    true,
                    session.getProtocol(),
                    null,
                    site);
            if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
                ctx.pipeline().addLast(Http2Windows.flushes());
                Http2ClientConnection.install(ctx.pipeline(), proxy, facts);
            } else {
                ctx.pipeline().addLast(new ClientConnection(proxy, facts));
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
            if (event instanceof SslHandshakeCompletionEvent shaken && !shaken.isSuccess()) {
                proxy.relayMetrics().handshakeFailures.inc();
                ctx.close();
            }
            super.userEventTriggered(ctx, event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    /** Ends the connections of sites that are not allowed any more, after the requests under way. */
    static void dropRefused(Iterable<Channel> connections, RelayTls tls) {
        for (Channel connection : connections) {
            String site = connection.attr(SITE).get();
            if (site != null && !tls.allows(site)) {
                connection.close();
            }
        }
    }

    private static @Nullable String site(SSLSession session) {
        try {
            return session.getPeerCertificates()[0] instanceof X509Certificate shown ? PeerTls.siteOf(shown) : null;
        } catch (SSLPeerUnverifiedException | CertificateException e) {
            return null; // it would not have got here
        }
    }
}
