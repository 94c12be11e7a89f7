package io.grouter.proxy;

import io.grouter.http.HeadLimits;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connections of one event loop to one entry of another site. Used on that loop. */
final class RelayLane implements Peer {
    private static final Logger log = LoggerFactory.getLogger(RelayLane.class);
    /** How long an entry is passed over that took no connection, or broke one off. */
    private static final long PAUSE_NANOS = Duration.ofSeconds(5).toNanos();

    private final Relays relays;
    private final RelayLoop siblings;
    private final RelaySite site;
    private final RelayEntry entry;
    private final EventLoop loop;
    private final Http2Connections http2;

    RelayLane(Relays relays, RelayLoop siblings, RelayEntry entry, EventLoop loop) {
        this.relays = relays;
        this.siblings = siblings;
        this.site = siblings.site();
        this.entry = entry;
        this.loop = loop;
        this.http2 = new Http2Connections(this, loop, relays.http2Settings());
    }

    RelaySite site() {
        return site;
    }

    RelayEntry entry() {
        return entry;
    }

    Http2Connections http2() {
        return http2;
    }

    /** Makes a connection for one request that asks to change the protocol. */
    void connect(ClientFacts client, UpstreamPools.Connected listener) {
        open(client, false, (channel, failure) -> {
            if (channel == null) {
                listener.done(null, failure);
                return;
            }
            UpstreamConnection made = new UpstreamConnection(this);
            channel.pipeline().addLast(made);
            listener.done(made, null);
        });
    }

    /** No connection could be made. */
    void connectFailed(@Nullable Throwable why) {
        site.metrics().failed(RelayMetrics.Cause.CONNECT);
        if (entry.failed()) {
            log.warn("site {} takes no connection at {}: {}", site.id(), entry.name(), String.valueOf(why));
        }
        pause();
    }

    private void pause() {
        entry.pause(System.nanoTime() + PAUSE_NANOS);
    }

    @Override
    public HeadLimits headLimits() {
        return relays.headLimits();
    }

    @Override
    public XfccMode xfcc() {
        return relays.xfcc();
    }

    /** One over HTTP/1.1 becomes a tunnel; those over HTTP/2 are everybody's. */
    @Override
    public boolean onePerClient() {
        return false;
    }

    @Override
    public void open(@Nullable ClientFacts client, boolean overHttp2, Connector.Opened listener) {
        SslContext context = relays.tls(site.id(), overHttp2);
        if (context == null) {
            listener.done(null, new IOException("no TLS for site " + site.id()));
            return;
        }
        InetSocketAddress address = entry.address();
        relays.connector().connect(loop, address, null, context::newHandler, overHttp2, (channel, failure) -> {
            if (channel != null) {
                relays.opened(site, channel);
            }
            listener.done(channel, failure);
        });
    }

    /** Only now: a peer that refuses this site's certificate says so after the handshake is over here (RFC 8446). */
    @Override
    public void ready() {
        siblings.reached();
        if (entry.reached()) {
            log.info("site {} takes connections at {} again", site.id(), entry.name());
        }
    }

    @Override
    public void requestEnded() {
        site.end();
    }

    @Override
    public void unused(UpstreamConnection connection) {
        connection.channel().close();
    }

    @Override
    public void gone(UpstreamConnection connection) {
        // none is kept
    }

    @Override
    public boolean blocked() {
        return relays.blocked();
    }

    @Override
    public void unblocked() {
        relays.unblocked();
    }

    @Override
    public boolean keepsLast() {
        return entry.announced() && siblings.needs(entry);
    }

    @Override
    public void left() {
        pause();
    }

    @Override
    public void silent() {
        site.metrics().pingMissed();
        pause();
    }
}
