package io.grouter.proxy;

import io.grouter.fib.Fib;
import io.grouter.fib.SiteView;
import io.grouter.http.HeadLimits;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ways to other sites' Grouters. Which sites there are, and where they take requests, is read from the snapshot now
 * and then by one thread; connections belong to the event loop that uses them.
 */
final class Relays implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Relays.class);
    /** Time between two looks at what sites announce, and at the connections to them. */
    static final Duration PERIOD = Duration.ofMillis(250);

    private final ProxyConfig proxyConfig;
    private final Transport transport;
    private final Supplier<Fib> fib;
    private final @Nullable RelayTls tls;
    private final RelayConfig config;
    private final RelayMetrics metrics;
    private final Connector connector;
    private final Http2Connections.Settings http2;
    private final int mostBlocked;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final List<Future<?>> tasks = new ArrayList<>();
    private volatile Map<SiteId, RelaySite> sites = Map.of();
    private final FastThreadLocal<Map<SiteId, RelayLoop>> loops = new FastThreadLocal<>() {
        @Override
        protected Map<SiteId, RelayLoop> initialValue() {
            return new HashMap<>();
        }
    };

    /**
     * Makes it.
     *
     * @param tls null = nothing is relayed
     */
    Relays(
            RelayConfig config,
            ProxyConfig proxyConfig,
            Transport transport,
            Supplier<Fib> fib,
            @Nullable RelayTls tls,
            RelayMetrics metrics) {
        this.config = config;
        this.proxyConfig = proxyConfig;
        this.transport = transport;
        this.fib = fib;
        this.tls = tls;
        this.metrics = metrics;
        this.mostBlocked = config.mostBlocked();
        this.connector = new Connector(transport, config.connectTimeout(), metrics.connectionsMade);
        this.http2 = new Http2Connections.Settings(
                Http2Windows.STREAM_BYTES,
                true,
                config.connections(),
                config.connectTimeout(),
                proxyConfig.upstreamIdleTimeout(),
                config.pingInterval());
        metrics.sites(() -> sites.values());
    }

    /** Has each event loop look after its connections. */
    void start() {
        if (tls == null) {
            return;
        }
        for (EventExecutor each : transport.loops()) {
            EventLoop loop = (EventLoop) each;
            tasks.add(loop.scheduleWithFixedDelay(() -> keepWarm(loop), 0, PERIOD.toNanos(), TimeUnit.NANOSECONDS));
        }
    }

    /** Takes over what sites announce; by one thread, not an event loop. */
    void refresh() {
        RelayTls with = tls;
        if (with == null) {
            return;
        }
        Map<SiteId, RelaySite> now = new HashMap<>();
        for (SiteView view : fib.get().sites()) {
            SiteInfo info = view.info();
            RelaySite before = sites.get(view.site());
            if (info == null || (before == null && info.relays().isEmpty())) {
                continue;
            }
            RelaySite site = before == null ? prepared(view.site(), with) : before;
            if (site != null) {
                site.announces(info.relays());
                now.put(view.site(), site);
            }
        }
        for (RelaySite before : sites.values()) {
            if (!now.containsKey(before.id())) {
                before.announces(List.of());
                with.forget(before.id());
            }
        }
        if (!now.equals(sites)) {
            sites = Map.copyOf(now);
        }
    }

    private @Nullable RelaySite prepared(SiteId id, RelayTls with) {
        try {
            with.prepare(id);
            return new RelaySite(id, config.maxRequests(), metrics.of(id));
        } catch (IOException e) {
            log.warn("nothing is relayed to site {}: {}", id, e.getMessage());
            return null;
        }
    }

    private void keepWarm(EventLoop loop) {
        Map<SiteId, RelayLoop> here = loops.get();
        for (Iterator<RelayLoop> all = here.values().iterator(); all.hasNext(); ) {
            RelayLoop each = all.next();
            if (sites.get(each.site().id()) != each.site()) {
                each.retire();
                all.remove();
            }
        }
        long now = System.nanoTime();
        for (SiteId id : sites.keySet()) {
            RelayLoop to = to(id, loop);
            if (to != null) {
                to.keepWarm(now);
            }
        }
    }

    /** Returns the connections of an event loop, the current one, to a site; null when it takes no requests. */
    @Nullable
    RelayLoop to(SiteId id, EventLoop loop) {
        RelaySite site = sites.get(id);
        if (site == null) {
            return null;
        }
        Map<SiteId, RelayLoop> here = loops.get();
        RelayLoop found = here.get(id);
        if (found == null || found.site() != site) {
            if (found != null) {
                found.retire();
            }
            found = new RelayLoop(this, site, loop);
            here.put(id, found);
        }
        return found;
    }

    Http2Connections.Settings http2Settings() {
        return http2;
    }

    /** Heads of other sites' answers have been added to. */
    HeadLimits headLimits() {
        return proxyConfig.headLimits().times(2);
    }

    XfccMode xfcc() {
        return proxyConfig.tls().xfcc();
    }

    Connector connector() {
        return connector;
    }

    @Nullable
    SslContext tls(SiteId site, boolean overHttp2) {
        return tls == null ? null : tls.to(site, overHttp2);
    }

    /** Counts a body of another site in that waits for its client or app; false when there are too many. */
    boolean blocked() {
        if (metrics.blocked.incrementAndGet() <= mostBlocked) {
            return true;
        }
        metrics.blockedRefused.inc();
        return false;
    }

    /** Counts one out. */
    void unblocked() {
        metrics.blocked.decrementAndGet();
    }

    /** Counts a connection to a site until it is closed. */
    void opened(RelaySite site, Channel connection) {
        connections.add(connection);
        site.metrics().connected();
        connection.closeFuture().addListener(closed -> site.metrics().disconnected());
    }

    /** Returns the longest time until it is known that an entry cannot be reached: a connection, TLS, SETTINGS. */
    long mostConnectNanos() {
        return 3 * config.connectTimeout().toNanos();
    }

    /** Ends all connections. */
    @Override
    public void close() {
        tasks.forEach(task -> task.cancel(false));
        tasks.clear();
        connections.close().awaitUninterruptibly();
    }
}
