package io.grouter.app;

import io.grouter.accesslog.AccessLog;
import io.grouter.admin.AdminApi;
import io.grouter.admin.AdminServer;
import io.grouter.admin.AdminSources;
import io.grouter.admin.NodeControl;
import io.grouter.dns.DnsServer;
import io.grouter.fib.Fib;
import io.grouter.gorouter.GoRouterPool;
import io.grouter.gorouter.HealthProber;
import io.grouter.gorouter.SiteHealthMeter;
import io.grouter.gossip.Gossip;
import io.grouter.nats.NatsFeed;
import io.grouter.overrides.OverrideChange;
import io.grouter.overrides.OverrideKeeper;
import io.grouter.overrides.OverrideStore;
import io.grouter.overrides.Overrides;
import io.grouter.proxy.Decider;
import io.grouter.proxy.ProxyServer;
import io.grouter.proxy.Transport;
import io.grouter.rib.Journal;
import io.grouter.rib.OfferPolicy;
import io.grouter.rib.Rib;
import io.grouter.rib.RibListener;
import io.grouter.rib.RibThread;
import io.grouter.route.SiteConfig;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.state.StateKeeper;
import io.grouter.steering.OwnSite;
import io.grouter.steering.Spill;
import io.grouter.steering.Steering;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running Grouter. The one place that wires everything: parts are made, started in order, and stopped in reverse;
 * a start that fails half-way stops what was started and keeps the first failure.
 */
public final class Node implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Node.class);

    private static final Duration OVERRIDES_TICK = Duration.ofSeconds(1);
    private static final Duration OVERRIDES_LOOK = Duration.ofMillis(50);

    private final Config config;
    private final PrometheusRegistry metrics = new PrometheusRegistry();
    private final GoRouterPool goRouters;
    private final SiteHealthMeter meter;
    private final SiteWatch watch;
    private final Rib tables;
    private final RibThread rib;
    private final Journal journal;
    private final @Nullable StateKeeper state;
    private final OverrideStore overrides;
    private final @Nullable OverrideKeeper overrideKeeper;
    private final Steering steering;
    private final LongSupplier clock = System::nanoTime;
    private final LongSupplier wallClock = System::currentTimeMillis;
    private final NatsFeed feed;
    private final @Nullable Gossip gossip;
    private final NodeView view;
    private final AdminApi api;
    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private volatile @Nullable ProxyServer proxy;
    /** What was said of this site last, and the names it was made of: there may be very many. */
    private volatile @Nullable Said said;

    private record Said(@Nullable List<String> names, SiteInfo info) {}

    private volatile @Nullable AccessLog accessLog;
    private @Nullable DnsServer dns;
    private @Nullable AdminServer admin;
    private volatile @Nullable Path file;
    private volatile boolean knowOthersFirst;
    /** The overrides the tables know of. Used by the rib thread only. */
    private Overrides marked = Overrides.NONE;

    /**
     * Makes a node, not yet started.
     *
     * @param name name of this node in logs and to other nodes
     * @param listeners told of every change of the tables, on the rib thread
     * @throws IOException when a part cannot be made from the configuration
     */
    public Node(Config config, String name, List<RibListener> listeners) throws IOException {
        this.config = config;
        SiteConfig site = config.site();
        this.goRouters = new GoRouterPool(config.goRouters(), clock, metrics);
        this.meter = new SiteHealthMeter(goRouters, clock.getAsLong());
        this.tables = new Rib(
                config.rib(),
                site.name(),
                new OfferPolicy(config.steering().rules(), config.steering().sessions()),
                metrics);
        this.rib = new RibThread(tables, clock, config.rib().queueCapacity(), metrics);
        this.overrides = new OverrideStore(new SecureRandom().nextLong(), metrics);
        this.watch = new SiteWatch(
                meter, new Spill(config.steering().spill()), rib::fib, overrides::current, clock, metrics);
        this.journal = new Journal(config.rib().journalEntries(), System::currentTimeMillis);
        this.steering =
                new Steering(site, config.steering(), config.relay().tls().given());
        this.feed = new NatsFeed(config.nats(), rib, clock, metrics);
        this.gossip = config.gossip().enabled()
                ? new Gossip(config.gossip(), site.name(), name, rib, this::info, overrides, clock, wallClock, metrics)
                : null;
        this.state = config.state().file().isEmpty()
                ? null
                : new StateKeeper(config.state(), site.name(), rib, clock, System::currentTimeMillis, metrics);
        this.overrideKeeper = config.state().file().isEmpty()
                ? null
                : new OverrideKeeper(Path.of(config.state().file() + ".overrides"), site.name(), overrides, metrics);
        overrides.audit(this::onOverride);
        overrides.onChange(now -> watch.refresh());
        rib.every(OVERRIDES_TICK, (tables, now) -> overrides.tick(wallClock.getAsLong(), now));
        rib.every(OVERRIDES_LOOK, (tables, now) -> mark(tables));
        rib.listen(journal);
        rib.listen(new ChangeLog());
        listeners.forEach(rib::listen);
        this.view = new NodeView(config, name, feed, gossip);
        this.api = new AdminApi(new AdminSources(
                site,
                rib,
                journal,
                this::ownSite,
                this::info,
                steering,
                goRouters,
                control(),
                view,
                metrics,
                overrides,
                clock,
                wallClock));
    }

    /** Marks the routes that are sent elsewhere in what this site offers. */
    private void mark(Rib tables) {
        Overrides current = overrides.current();
        if (current != marked) {
            marked = current;
            tables.overrides(current);
        }
    }

    /** Into the journal and the log, or, when the rib thread has no room, at least into the log. */
    private void onOverride(OverrideChange change) {
        if (!rib.post((tables, now) -> tables.overridden(change))) {
            ChangeLog.logOverride(change);
        }
    }

    /** Returns what this site says of itself now. Any thread. */
    private SiteInfo info() {
        ProxyServer frontend = proxy;
        List<String> names = frontend == null ? null : frontend.certificateNames();
        List<String> relays = frontend == null ? List.of() : frontend.announcedRelays();
        Said before = said;
        SiteHealth health = ownSite().health();
        if (before != null
                && Objects.equals(names, before.names())
                && relays.equals(before.info().relays())) {
            return before.info().withHealth(health);
        }
        SiteInfo now = config.site().info(names, relays, health);
        said = new Said(names, now);
        return now;
    }

    /** Returns whether requests of a site's Grouters are taken. */
    private boolean takesFrom(String site) {
        return gossip != null && gossip.expects(site);
    }

    private OwnSite ownSite() {
        return watch.now();
    }

    private NodeControl control() {
        return new NodeControl() {
            @Override
            public boolean trusts(SiteId site) {
                return gossip != null && gossip.trusts(site);
            }

            @Override
            public CompletableFuture<Boolean> forget(SiteId site) {
                return gossip == null ? rib.ask(tables -> tables.forget(site, clock.getAsLong())) : gossip.forget(site);
            }

            @Override
            public Reload reload() {
                return Node.this.reload();
            }

            @Override
            public Map<String, Object> config() {
                return ConfigView.of(config);
            }
        };
    }

    /** Says where the configuration came from, so that it can be read again. */
    public void reloadFrom(Path file) {
        this.file = file;
    }

    /** Has the start wait for the tables of the sites in reach, for a while, before requests are taken. */
    public void knowOthersFirst() {
        knowOthersFirst = true;
    }

    /** Takes over the sites that are listened to, and their keys. Certificates are read again by themselves. */
    NodeControl.Reload reload() {
        Path from = file;
        if (from == null) {
            return new NodeControl.Reload(List.of("the configuration did not come from a file"), false);
        }
        try {
            Config changed = ConfigLoader.load(from);
            if (gossip != null && changed.gossip().enabled()) {
                gossip.trust(changed.gossip());
            }
            boolean restart = !config.sameButForSites(changed);
            log.info(
                    "read {} again: sites and keys are as it says{}",
                    from,
                    restart ? "; the rest needs a restart" : "");
            return new NodeControl.Reload(List.of(), restart);
        } catch (ConfigException e) {
            return new NodeControl.Reload(e.problems(), false);
        } catch (IllegalArgumentException e) {
            return new NodeControl.Reload(List.of(from + ": gossip." + e.getMessage()), false);
        }
    }

    /** Starts the node; throws {@link IOException} that names the address when one cannot be used. */
    public void start() throws IOException {
        try {
            startAll();
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private void startAll() throws IOException {
        SiteConfig site = config.site();
        Transport transport = Transport.best(config.proxy().threads());
        started.push(transport);
        AccessLog requests = started(AccessLog.open(config.accessLog(), System::currentTimeMillis, metrics));
        accessLog = requests;
        ProxyServer frontend = new ProxyServer(
                config.proxy(),
                config.relay(),
                transport,
                rib::fib,
                this::ownSite,
                Decider.of(steering, config.steering()),
                goRouters,
                meter,
                this::takesFrom,
                requests,
                metrics);
        HealthProber prober = new HealthProber(goRouters, config.goRouters());
        admin = started(new AdminServer(config.admin(), api));
        if (state != null && state.restore(tables, config.rib().staleThreshold())) {
            feed.restored();
        }
        if (overrideKeeper != null) {
            overrideKeeper.restore(wallClock.getAsLong(), clock.getAsLong());
            watch.refresh();
            started(overrideKeeper).start();
        }
        started(rib).start();
        if (state != null) {
            started(state).start();
        }
        started(prober).start();
        started(watch).start();
        started(feed).start();
        view.proxy(frontend);
        proxy = frontend; // a node may speak for its site before it takes requests, and must say the same then
        if (gossip != null) {
            started(gossip).start();
        }
        if (config.dns().enabled()) {
            dns = started(new DnsServer(
                    config.dns(),
                    site,
                    transport.loops(),
                    transport.datagram(),
                    transport.server(),
                    rib::fib,
                    this::ownSite,
                    steering,
                    clock,
                    metrics));
            dns.start();
            view.dns(dns);
        }
        admin.start();
        awaitOthers();
        started(frontend).start();
        api.serving(true);
        log.info(
                "site {} serves {} over {}, admin API at {}",
                site.name(),
                frontend.addresses(),
                transport.name(),
                admin.address());
    }

    /** A request for an app of a site not heard yet would be answered as if there were no such app. */
    private void awaitOthers() throws IOException {
        try {
            if (knowOthersFirst && gossip != null && !gossip.awaitSitesInReach()) {
                log.warn("not all sites in reach have been heard yet; serving all the same");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("told to stop while starting");
        }
    }

    private <T extends AutoCloseable> T started(T part) {
        started.push(part);
        return part;
    }

    /** Returns the latest snapshot. Any thread. */
    public Fib fib() {
        return rib.fib();
    }

    /** Returns the addresses that take requests; empty before the start. */
    public List<InetSocketAddress> proxyAddresses() {
        ProxyServer frontend = proxy;
        return frontend == null ? List.of() : frontend.addresses();
    }

    /** Returns the addresses that answer DNS; empty when it is off. */
    public List<InetSocketAddress> dnsAddresses() {
        return dns == null ? List.of() : dns.addresses();
    }

    /** Returns the address of the admin API, or null before the start. */
    public @Nullable InetSocketAddress adminAddress() {
        return admin == null ? null : admin.address();
    }

    /**
     * Lets requests that are under way end, for as long as {@code proxy.drain} says: readiness fails at once, the other
     * nodes are told, then no connections are taken any more. Blocks until it is done; to be followed by {@link #close}.
     */
    public void drain() throws InterruptedException {
        watch.drain();
        api.serving(false);
        ProxyServer frontend = proxy;
        if (frontend != null) {
            frontend.drain();
        }
    }

    /** Has the access log's file opened anew, after it was rotated. */
    void reopenAccessLog() {
        AccessLog log = accessLog;
        if (log != null) {
            log.reopen();
        }
    }

    /** Stops everything, the listeners first. */
    @Override
    public void close() {
        api.serving(false);
        while (!started.isEmpty()) {
            AutoCloseable part = started.pop();
            try {
                part.close();
            } catch (Exception e) {
                log.warn("while stopping {}: {}", part.getClass().getSimpleName(), e.toString());
            }
        }
    }
}
