package io.grouter.proxy;

import static org.awaitility.Awaitility.await;

import io.grouter.accesslog.AccessLog;
import io.grouter.accesslog.AccessLogConfig;
import io.grouter.fib.Fib;
import io.grouter.fib.LearnedOffer;
import io.grouter.fib.RouteEntry;
import io.grouter.fib.SiteView;
import io.grouter.gorouter.GoRouterConfig;
import io.grouter.gorouter.GoRouterPool;
import io.grouter.gorouter.SiteHealthMeter;
import io.grouter.route.FeedState;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.steering.Decision;
import io.grouter.steering.OwnSite;
import io.grouter.steering.RequestFacts;
import io.grouter.steering.Rule;
import io.grouter.testing.Configs;
import io.grouter.testing.KeyFiles;
import io.grouter.testing.ProxySettings;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Several sites' proxies with real sockets and certificates; the first relays what is asked of it to the second. */
abstract class RelayWorld extends ProxyWorld {
    static final SiteId DC3 = new SiteId("dc3");
    private static final InetSocketAddress ANY = InetSocketAddress.createUnresolved("127.0.0.1", 0);

    @TempDir
    static Path made;

    static KeyFiles dc1;
    static KeyFiles dc2;
    static KeyFiles dc3;
    static KeyFiles nobody;
    static String ca;

    /** What the first site's FIB says the second announces. */
    volatile List<String> announced = List.of();

    /** Whether the first site relays what it is asked for. */
    volatile boolean relaying = true;

    final ConcurrentLinkedDeque<RequestFacts> decided = new ConcurrentLinkedDeque<>();
    final PrometheusRegistry second = new PrometheusRegistry();
    Duration pingInterval = Duration.ofSeconds(2);
    final ProxySettings secondSettings = new ProxySettings();
    volatile List<String> allowed = List.of("dc1", "dc2");
    int maxRequests = 100;
    int maxBlocked = 100;

    @BeforeAll
    static void makeCertificates() throws IOException {
        dc1 = KeyFiles.make(made, "dc1", "EC", "uri:spiffe://grouter/site/dc1/node1");
        dc2 = KeyFiles.make(made, "dc2", "EC", "uri:spiffe://grouter/site/dc2");
        dc3 = KeyFiles.make(made, "dc3", "RSA", "uri:spiffe://grouter/site/dc3");
        nobody = KeyFiles.make(made, "nobody", "EC", "dns:localhost,ip:127.0.0.1");
        StringBuilder all = new StringBuilder();
        for (KeyFiles each : List.of(dc1, dc2, dc3, nobody)) {
            all.append(Files.readString(Path.of(each.certificate())));
        }
        ca = Files.writeString(made.resolve("ca"), all).toString();
    }

    // ---- the sites

    RelayConfig relay(KeyFiles own) {
        return relay(own, List.of(ANY), 10);
    }

    RelayConfig relay(KeyFiles own, List<InetSocketAddress> listen, int maxIncoming) {
        return new RelayConfig(
                listen,
                List.of(),
                new RelayConfig.FilesConfig(ca, own.certificate(), own.key()),
                Duration.ofSeconds(1),
                pingInterval,
                4,
                maxRequests,
                maxBlocked,
                maxIncoming);
    }

    /** Starts the site that clients come to. */
    ProxyServer first(int... goRouterPorts) throws IOException {
        return start(settings, relay(dc1), DC1, this::decideInFirst, metrics, Configs.goRouters(goRouterPorts));
    }

    /** Starts the site that has the app. */
    ProxyServer second(int... goRouterPorts) throws IOException {
        return second(Configs.goRouters(goRouterPorts));
    }

    ProxyServer second(GoRouterConfig goRouters) throws IOException {
        return start(secondSettings, relay(dc2), DC2, this::forward, second, goRouters);
    }

    ProxyServer start(
            ProxySettings with,
            RelayConfig relay,
            SiteId own,
            Decider decider,
            PrometheusRegistry registry,
            GoRouterConfig goRouters)
            throws IOException {
        return start(with, relay, own, decider, registry, goRouters, site -> allowed.contains(site));
    }

    ProxyServer start(
            ProxySettings with,
            RelayConfig relay,
            SiteId own,
            Decider decider,
            PrometheusRegistry registry,
            GoRouterConfig goRouters,
            Predicate<String> sites)
            throws IOException {
        GoRouterPool pool = new GoRouterPool(goRouters, System::nanoTime, registry);
        Transport transport = closing(nio ? Transport.nio(1) : Transport.best(1));
        AccessLogConfig log =
                new AccessLogConfig(registry == metrics ? accessLogFile : "", AccessLogConfig.Format.TEXT, 1000);
        AccessLog accessLog = closing(AccessLog.open(log, System::currentTimeMillis, registry));
        ProxyServer server = closing(new ProxyServer(
                with.build(),
                relay,
                transport,
                () -> fib(own),
                () -> OwnSite.idle(1),
                decider,
                pool,
                new SiteHealthMeter(pool, 0),
                sites,
                accessLog,
                null,
                registry));
        server.start();
        return server;
    }

    /** Returns what a site knows; asked again and again. */
    Fib fib(SiteId own) {
        SiteInfo info = new SiteInfo(
                "", List.of(), 0, 0, List.of(), List.of(), own.equals(DC1) ? announced : List.of(), SiteHealth.idle(1));
        return Fib.empty(own)
                .next()
                .feed(FeedState.LIVE)
                .sites(List.of(new SiteView(
                        own.equals(DC1) ? DC2 : DC1, Freshness.FRESH, info, 1, 1, 1, 1, true, 0, SiteView.Lag.NONE)))
                .put(new RouteEntry(
                        RouteUri.parse("there.apps.test"), null, List.of(new LearnedOffer(DC2, new Offer(1, "")))))
                .build();
    }

    private Decision decideInFirst(Fib fib, OwnSite now, RequestFacts facts) {
        decided.add(facts);
        return relaying && facts.arrival() != RequestFacts.Arrival.SITE
                ? new Decision.Relay(Rule.LEARNED, DC2)
                : new Decision.Forward(Rule.LOCAL, null);
    }

    Decision forward(Fib fib, OwnSite now, RequestFacts facts) {
        decided.add(facts);
        return new Decision.Forward(Rule.LOCAL, null);
    }

    /** Starts both sites, waits until a connection between them is ready; returns the port for clients. */
    int both(int... goRouterPorts) throws IOException {
        announced = second(goRouterPorts).announcedRelays();
        ProxyServer first = first(goRouterPorts);
        awaitWarm();
        return port(first);
    }

    static int port(ProxyServer server) {
        return server.addresses().get(0).getPort();
    }

    void awaitWarm() {
        await("a connection is ready")
                .atMost(Duration.ofSeconds(5))
                .until(() -> metric("grouter_relay_connections", "site", "dc2") >= 1
                        && metric(second, "grouter_relay_incoming_connections") >= 1);
    }
}
