package io.grouter.proxy;

import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.grouter.fib.Fib;
import io.grouter.fib.LearnedOffer;
import io.grouter.fib.RouteEntry;
import io.grouter.fib.SiteView;
import io.grouter.route.Alias;
import io.grouter.route.FeedState;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteConfig;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.steering.Decision;
import io.grouter.steering.OwnSite;
import io.grouter.steering.RequestFacts;
import io.grouter.steering.Rule;
import io.grouter.steering.Steering;
import io.grouter.testing.Configs;
import io.grouter.testing.KeyFiles;
import io.grouter.testing.Programs;
import io.grouter.testing.ProxySettings;
import io.grouter.testing.SmallApp;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;

/**
 * Two sites with the rules as shipped, for whole clients: {@code front.apps.test} runs at dc1, {@code shop.apps.test} at
 * dc2, and of {@code lost.apps.test} each believes that the other has it.
 */
abstract class ClientsWorld extends RelayWorld {
    static final String SHOP = "shop.apps.test";
    static final String SHOP_ALIAS = "shop.dc2.apps.test";
    static final String FRONT = "front.apps.test";
    static final String LOST = "lost.apps.test";

    static Path certificates1;
    static Path certificates2;
    /** All certificates that clients are shown. */
    static String clientCa;

    final List<Decided> decisions = new CopyOnWriteArrayList<>();
    final Site site1 = new Site();
    final Site site2 = new Site();

    /** How a site is reached. */
    static final class Site {
        volatile int http;
        volatile int https;
        volatile List<String> relays = List.of();

        int port(String scheme) {
            return scheme.endsWith("s") ? https : http;
        }

        private void isAt(ProxyServer server) {
            http = server.addresses().get(0).getPort();
            https = server.addresses().get(1).getPort();
            relays = server.announcedRelays();
        }
    }

    /** What a site decided. */
    record Decided(SiteId at, RequestFacts facts, Decision decision) {
        Rule rule() {
            return decision.rule();
        }
    }

    @BeforeAll
    static void makeClientsCertificates() throws IOException {
        certificates1 = Files.createDirectory(made.resolve("clients1"));
        certificates2 = Files.createDirectory(made.resolve("clients2"));
        KeyFiles one = KeyFiles.make(certificates1, "one", "EC", "dns:*.apps.test,dns:*.dc1.apps.test");
        KeyFiles two = KeyFiles.make(certificates2, "two", "EC", "dns:*.apps.test,dns:*.dc2.apps.test");
        String both = Files.readString(Path.of(one.certificate())) + Files.readString(Path.of(two.certificate()));
        clientCa = Files.writeString(made.resolve("clients-ca"), both).toString();
    }

    // ---- the sites

    /** Starts both sites with the apps behind them. */
    void sites(SmallApp atFirst, SmallApp atSecond) throws IOException {
        for (ProxySettings each : List.of(settings, secondSettings)) {
            each.timeouts(Duration.ofSeconds(30));
            each.maxConnectionsPerClient = 1000;
            each.maxConnections = 1000;
        }
        site2.isAt(site(DC2, secondSettings, dc2, certificates2, second, atSecond));
        site1.isAt(site(DC1, settings, dc1, certificates1, metrics, atFirst));
        awaitWarm();
        await("a connection back is ready")
                .atMost(Duration.ofSeconds(10))
                .until(() -> metric(second, "grouter_relay_connections", "site", "dc1") >= 1
                        && metric("grouter_relay_incoming_connections") >= 1);
    }

    private ProxyServer site(
            SiteId own,
            ProxySettings with,
            KeyFiles relay,
            Path certificates,
            PrometheusRegistry registry,
            SmallApp app)
            throws IOException {
        with.tls = ProxySettings.https(certificates);
        SiteConfig site = new SiteConfig(own, "", List.of(alias(own)), 80, 443, List.of());
        Decider rules = Decider.of(new Steering(site, Configs.steering(), true), Configs.steering());
        return start(with, relay(relay), own, new Watched(own, rules), registry, Configs.goRouters(app.port()));
    }

    private static Alias alias(SiteId of) {
        return new Alias("apps.test", of.name() + ".apps.test");
    }

    @Override
    Fib fib(SiteId own) {
        SiteId other = own.equals(DC1) ? DC2 : DC1;
        Site at = own.equals(DC1) ? site2 : site1;
        SiteInfo info = new SiteInfo(
                "",
                List.of(alias(other)),
                at.http,
                at.https,
                List.of("*." + other.name() + ".apps.test"),
                List.of(),
                at.relays,
                SiteHealth.idle(1));
        Offer mine = new Offer(1, "");
        List<LearnedOffer> theirs = List.of(new LearnedOffer(other, new Offer(1, "")));
        return Fib.empty(own)
                .next()
                .feed(FeedState.LIVE)
                .sites(List.of(new SiteView(other, Freshness.FRESH, info, 1, 1, 1, 1, true, 0, SiteView.Lag.NONE)))
                .put(new RouteEntry(RouteUri.parse(own.equals(DC1) ? FRONT : SHOP), mine, List.of()))
                .put(new RouteEntry(RouteUri.parse(own.equals(DC1) ? SHOP : FRONT), null, theirs))
                .put(new RouteEntry(RouteUri.parse(LOST), null, theirs))
                .build();
    }

    /** The rules, and what they said. */
    private final class Watched implements Decider {
        private final SiteId at;
        private final Decider rules;

        Watched(SiteId at, Decider rules) {
            this.at = at;
            this.rules = rules;
        }

        @Override
        public Decision decide(Fib fib, OwnSite now, RequestFacts facts) {
            Decision decision = rules.decide(fib, now, facts);
            decisions.add(new Decided(at, facts, decision));
            return decision;
        }

        @Override
        public @Nullable Decision secondChance(Fib fib, RequestFacts facts, @Nullable SiteId but) {
            return rules.secondChance(fib, facts, but);
        }

        @Override
        public boolean isLocal(Fib fib, RequestFacts facts) {
            return rules.isLocal(fib, facts);
        }

        @Override
        public int keptBodyBytes() {
            return rules.keptBodyBytes();
        }

        @Override
        public int keptBytes() {
            return rules.keptBytes();
        }
    }

    // ---- what clients and tests say

    String shop(String scheme) {
        return scheme + "://" + SHOP + ":" + site1.port(scheme);
    }

    String shopAlias(String scheme) {
        return scheme + "://" + SHOP_ALIAS + ":" + site2.port(scheme);
    }

    String front(String scheme) {
        return scheme + "://" + FRONT + ":" + site1.port(scheme);
    }

    /** Returns how often a site decided so. */
    long count(SiteId at, Class<? extends Decision> kind) {
        return decisions.stream()
                .filter(each -> each.at().equals(at) && kind.isInstance(each.decision()))
                .count();
    }

    /** Returns the rules by which a site decided, in order. */
    List<Rule> rules(SiteId at) {
        return decisions.stream()
                .filter(each -> each.at().equals(at))
                .map(Decided::rule)
                .toList();
    }

    /** Returns a program, or lets the test be when there is none and this is not CI. */
    static String program(String name) {
        String found = Programs.find(name, name);
        assumeThat(found).as(name + " on the PATH").isNotNull();
        return found == null ? "" : found;
    }
}
