package io.grouter.proxy;

import io.grouter.accesslog.AccessLog;
import io.grouter.fib.Fib;
import io.grouter.gorouter.GoRouterPool;
import io.grouter.gorouter.SiteHealthMeter;
import io.grouter.route.SiteId;
import io.grouter.steering.OwnSite;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listeners in front of this site's GoRouters. */
public final class ProxyServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ProxyServer.class);
    private static final int BACKLOG = 4096;
    private static final int REFRESH_SECONDS = 2;
    private static final Duration STEP = Duration.ofMillis(50);

    private final ProxyConfig config;
    private final RelayConfig relayConfig;
    private final Transport transport;
    private final ProxyContext context;
    private final ClientCounts counts;
    private final Drain drain = new Drain();
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final List<Channel> listeners = new CopyOnWriteArrayList<>();
    private final List<Channel> relayListeners = new CopyOnWriteArrayList<>();
    private final Relays relays;
    private final @Nullable ListenerTls listenerTls;
    private final @Nullable UpstreamTls upstreamTls;
    private final @Nullable RelayTls relayTls;
    private @Nullable ScheduledExecutorService refresher;

    /**
     * Makes the proxy, not yet listening.
     *
     * @param relay what goes to other sites and comes from them
     * @param transport event loops; not closed by the proxy
     * @param fib the latest snapshot; read once per request
     * @param ownSite what is so in this site besides its routes; read once per request
     * @param decider the rules
     * @param meter is told how requests end
     * @param sites says whether requests are taken from a site; asked by any thread
     * @param accessLog where requests are written down; not closed by the proxy
     */
    public ProxyServer(
            ProxyConfig config,
            RelayConfig relay,
            Transport transport,
            Supplier<Fib> fib,
            Supplier<OwnSite> ownSite,
            Decider decider,
            GoRouterPool goRouters,
            SiteHealthMeter meter,
            Predicate<String> sites,
            AccessLog accessLog,
            PrometheusRegistry registry) {
        this.config = config;
        this.relayConfig = relay;
        this.transport = transport;
        WaitingRoom queue = new WaitingRoom(config.queue());
        KeptBody.Total kept = new KeptBody.Total(decider.keptBytes());
        ProxyMetrics metrics = new ProxyMetrics(registry, config.maxConnections(), queue::size, kept);
        this.listenerTls = config.tls().listen().isEmpty() ? null : new ListenerTls(config.tls());
        this.upstreamTls = goRouters.config().tls().enabled()
                ? new UpstreamTls(goRouters.config().tls())
                : null;
        UpstreamPools upstreams = new UpstreamPools(transport, config, metrics, goRouters, queue, upstreamTls);
        RelayMetrics relayMetrics = new RelayMetrics(registry, relay);
        this.relayTls = relay.tls().given() ? new RelayTls(relay.tls(), counting(sites, relayMetrics)) : null;
        this.relays = new Relays(relay, config, transport, fib, relayTls, relayMetrics);
        RetryBudget retries = new RetryBudget(config.retryPercent());
        this.counts = new ClientCounts(config, metrics);
        this.context = new ProxyContext(
                config,
                fib,
                ownSite,
                decider,
                goRouters,
                meter,
                kept,
                metrics,
                upstreams,
                relays,
                relayMetrics,
                queue,
                retries,
                drain,
                accessLog);
    }

    private static Predicate<String> counting(Predicate<String> sites, RelayMetrics metrics) {
        return site -> {
            boolean fine = sites.test(site);
            if (!fine) {
                metrics.peersRefused.inc();
            }
            return fine;
        };
    }

    /**
     * Starts listening; throws {@link IOException} that names the address or the file when one cannot be used. May block
     * while certificates are read.
     */
    public void start() throws IOException {
        if (listenerTls != null || upstreamTls != null || relayTls != null) {
            refresh();
            ScheduledExecutorService made = Executors.newSingleThreadScheduledExecutor(task -> {
                Thread thread = new Thread(task, "grouter-certificates");
                thread.setDaemon(true);
                return thread;
            });
            made.scheduleWithFixedDelay(this::refreshAgain, REFRESH_SECONDS, REFRESH_SECONDS, TimeUnit.SECONDS);
            if (relayTls != null) {
                refreshRelays();
                long period = Relays.PERIOD.toMillis();
                made.scheduleWithFixedDelay(this::refreshRelays, period, period, TimeUnit.MILLISECONDS);
            }
            refresher = made;
        }
        for (InetSocketAddress address : config.listen()) {
            listeners.add(listen("proxy.listen", address, clients(null)));
        }
        for (InetSocketAddress address : config.tls().listen()) {
            listeners.add(listen("proxy.tls.listen", address, clients(listenerTls)));
        }
        if (relayTls != null) {
            listenForSites(relayTls);
        }
        relays.start();
    }

    private void listenForSites(RelayTls tls) throws IOException {
        for (InetSocketAddress address : relayConfig.listen()) {
            RelayChannels channels = new RelayChannels(context, relayConfig.maxIncoming(), connections, tls);
            relayListeners.add(listen("relay.listen", address, bootstrap(channels, false)));
        }
    }

    private void refresh() throws IOException {
        if (listenerTls != null) {
            listenerTls.refresh();
        }
        if (upstreamTls != null) {
            upstreamTls.refresh();
        }
        if (relayTls != null) {
            relayTls.refresh();
        }
    }

    private void refreshAgain() {
        try {
            refresh();
            if (relayTls != null) {
                RelayChannels.dropRefused(connections, relayTls);
            }
        } catch (IOException | RuntimeException e) {
            log.warn("changed certificates cannot be used, those before stay: {}", e.getMessage());
        }
    }

    private void refreshRelays() {
        try {
            relays.refresh();
        } catch (RuntimeException e) {
            log.warn("what other sites announce cannot be used", e);
        }
    }

    private Channel listen(String key, InetSocketAddress address, ServerBootstrap bootstrap) throws IOException {
        InetSocketAddress resolved = new InetSocketAddress(address.getHostString(), address.getPort());
        ChannelFuture bound = bootstrap.bind(resolved).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            close();
            throw new IOException(
                    key + ": cannot listen on " + address.getHostString() + ":" + address.getPort() + ": "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        return bound.channel();
    }

    /** Returns the addresses listened on for clients, with the ports the system chose where the configuration says 0. */
    public List<InetSocketAddress> addresses() {
        return addresses(listeners);
    }

    /** Returns the addresses listened on for other sites. */
    public List<InetSocketAddress> relayAddresses() {
        return addresses(relayListeners);
    }

    private static List<InetSocketAddress> addresses(List<Channel> listeners) {
        return listeners.stream()
                .map(channel -> (InetSocketAddress) channel.localAddress())
                .toList();
    }

    /**
     * Returns the names for which it can show a certificate, the same list until they change; null when it takes no TLS.
     * Any thread.
     */
    public @Nullable List<String> certificateNames() {
        return listenerTls == null ? null : listenerTls.names();
    }

    /** Returns where other sites are to send requests; what is configured, or what this node listens on. Any thread. */
    public List<String> announcedRelays() {
        return relayConfig.announced(relayAddresses());
    }

    /** Returns how many requests went where since the start, with regard to a site, this one among them. Any thread. */
    public Traffic.Counts traffic(SiteId site) {
        Traffic traffic = context.metrics().traffic;
        return site.equals(context.fib().get().ownSite()) ? traffic.own() : traffic.of(site, context.relayMetrics());
    }

    /**
     * Ends without breaking anything off: for a while connections are still taken, but each answer says that its
     * connection ends; then no more are taken, and what is under way gets its time. Blocks until all is done or the time
     * is over; returns the number of connections that are left.
     */
    public int drain() throws InterruptedException {
        drain.begin();
        log.info(
                "draining: connections are taken for another {}", config.drain().grace());
        tellConnections(DrainStep.BEGUN);
        waitFor(config.drain().grace(), false);
        closeListeners();
        tellConnections(DrainStep.ENDING);
        waitFor(config.drain().timeout(), true);
        int left = connections.size();
        log.info("drained{}", left == 0 ? "" : ": " + left + " connections are closed before their end");
        return left;
    }

    private void tellConnections(DrainStep step) {
        for (Channel connection : connections) {
            connection.eventLoop().execute(() -> connection.pipeline().fireUserEventTriggered(step));
        }
    }

    private void waitFor(Duration most, boolean untilEmpty) throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        while (end - System.nanoTime() > 0 && !(untilEmpty && connections.isEmpty())) {
            Thread.sleep(STEP.toMillis());
        }
    }

    private void closeListeners() {
        for (List<Channel> each : List.of(listeners, relayListeners)) {
            each.forEach(channel -> channel.close().awaitUninterruptibly());
            each.clear();
        }
    }

    /** Stops listening and closes every connection. */
    @Override
    public void close() {
        if (refresher != null) {
            refresher.shutdownNow();
        }
        closeListeners();
        connections.close().awaitUninterruptibly();
        relays.close();
    }

    private ServerBootstrap clients(@Nullable ListenerTls tls) {
        return bootstrap(new ClientChannels(context, counts, connections, tls), tls == null);
    }

    private ServerBootstrap bootstrap(ChannelHandler channels, boolean halfClosure) {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(transport.loops())
                .channel(transport.server())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, halfClosure)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childHandler(channels);
        if (config.sharePorts() && transport.name().equals("epoll")) {
            bootstrap.option(UnixChannelOption.SO_REUSEPORT, true);
        } else if (config.sharePorts()) {
            bootstrap.option(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true);
        }
        return bootstrap;
    }
}
