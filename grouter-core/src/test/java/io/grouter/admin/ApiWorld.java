package io.grouter.admin;

import io.grouter.fib.Fib;
import io.grouter.gorouter.GoRouterPool;
import io.grouter.overrides.OverrideStore;
import io.grouter.overrides.Overrides;
import io.grouter.rib.Journal;
import io.grouter.rib.Rib;
import io.grouter.rib.RibThread;
import io.grouter.route.Alias;
import io.grouter.route.Endpoint;
import io.grouter.route.FeedState;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
import io.grouter.route.OfferChange;
import io.grouter.route.RouteChange;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteConfig;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.steering.OwnSite;
import io.grouter.steering.Steering;
import io.grouter.testing.Configs;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The admin API of a site dc1 that knows a site dc2, with real tables behind it and nothing else. */
final class ApiWorld implements AutoCloseable {
    static final SiteId DC1 = new SiteId("dc1");
    static final SiteId DC2 = new SiteId("dc2");
    static final String GUID = "5ad1e2b4-3c1f-4d8e-9b1a-0c2d3e4f5a6b";

    final PrometheusRegistry metrics = new PrometheusRegistry();
    final SiteConfig site =
            new SiteConfig(DC1, "eu", List.of(new Alias("apps.test", "dc1.apps.test")), 80, 0, List.of("192.0.2.1"));
    final Rib rib = new Rib(Configs.rib(), DC1, metrics);
    final RibThread thread = new RibThread(rib, System::nanoTime, 1000, metrics);
    final Journal journal;
    final OverrideStore store = new OverrideStore(1, metrics);
    final Steering steering = new Steering(site, Configs.steering(), false);
    final Map<String, String> logLevels = new TreeMap<>(Map.of("ROOT", "INFO"));
    final AtomicLong counted = new AtomicLong();
    final AtomicLong ahead = new AtomicLong();
    final AdminApi api;
    private boolean dns = true;

    ApiWorld(int journalEntries) {
        this.journal = new Journal(journalEntries, System::currentTimeMillis);
        GoRouterPool goRouters = new GoRouterPool(Configs.goRouters(2), System::nanoTime, metrics);
        this.api = new AdminApi(new AdminSources(
                site,
                thread,
                journal,
                this::own,
                () -> site.info(null, List.of(), SiteHealth.idle(2)),
                steering,
                goRouters,
                new Control(),
                new Facts(),
                metrics,
                store,
                this::nanos,
                System::currentTimeMillis));
        thread.listen(journal);
        rib.feed(FeedState.LIVE, "test", 0);
        heard(DC2, Freshness.FRESH);
        rib.publish(journal);
    }

    long nanos() {
        return System.nanoTime() + ahead.get();
    }

    OwnSite own() {
        Overrides now = store.current();
        return new OwnSite(SiteHealth.idle(2).withDraining(now.ofSite() != null), 0, now);
    }

    void withoutDns() {
        dns = false;
    }

    /** Lets another site be heard of, before the tables have a thread. */
    void heard(SiteId other, Freshness freshness) {
        Alias alias = new Alias("apps.test", other + ".apps.test");
        SiteInfo info = new SiteInfo(
                "us", List.of(alias), 80, 0, List.of(), List.of("192.0.2.9"), List.of(), SiteHealth.idle(1));
        rib.learned(other).heard(info, 1, 5, null, System.nanoTime());
        rib.freshness(other, freshness, System.nanoTime());
    }

    /** Puts a route of this site in, before the tables have a thread. */
    void here(String uri, String organization) {
        here(rib, uri, organization);
    }

    static void here(Rib tables, String uri, String organization) {
        Map<String, String> tags = organization.isEmpty()
                ? Map.of()
                : Map.of(
                        "organization_name",
                        organization,
                        "organization_id",
                        "id-of-" + organization,
                        "space_name",
                        "dev");
        tables.apply(
                new RouteChange.Register(
                        RouteUri.parse(uri),
                        new Endpoint("10.0.0.1:80", false, GUID, "instance", "0", "", "", "", 0, tags)),
                System.nanoTime());
    }

    /** Puts a route of another site in, before the tables have a thread. */
    void there(SiteId other, String uri, Offer offer) {
        rib.learn(other, new OfferChange(RouteUri.parse(uri), offer), System.nanoTime());
    }

    void publish() {
        rib.publish(journal);
    }

    /** Changes the tables on their thread, and waits until the snapshot has it. */
    void change(Consumer<Rib> how) throws InterruptedException, ExecutionException, TimeoutException {
        thread.ask(tables -> {
                    how.accept(tables);
                    tables.publish(journal);
                    return true;
                })
                .get(10, TimeUnit.SECONDS);
    }

    Fib fib() {
        return rib.fib();
    }

    AdminApi.Answer get(String path, @Nullable String query) {
        return api.answer("GET", path, query);
    }

    JsonNode json(String path, @Nullable String query) {
        return json(get(path, query));
    }

    static JsonNode json(AdminApi.Answer answer) {
        JsonMapper mapper = JsonMapper.builder().build();
        return mapper.readTree(mapper.writeValueAsString(answer.body()));
    }

    @Override
    public void close() {
        api.close();
        thread.close();
    }

    private final class Control implements NodeControl {
        @Override
        public boolean trusts(SiteId other) {
            return other.equals(DC2);
        }

        @Override
        public CompletableFuture<Boolean> forget(SiteId other) {
            return thread.ask(tables -> tables.forget(other, 0));
        }

        @Override
        public Reload reload() {
            return new Reload(List.of(), false);
        }

        @Override
        public Map<String, Object> config() {
            return Map.of("site", Map.of("name", "dc1"));
        }
    }

    private final class Facts implements NodeFacts {
        @Override
        public List<Member> members() {
            return List.of(
                    new Member("dc1-1", DC1, true, false, true, "127.0.0.1:7800", "1.2"),
                    new Member("dc2-1", DC2, false, false, true, "127.0.0.2:7900", null));
        }

        @Override
        public Feed feed() {
            return new Feed("heard", true, "nats://n1:4222", List.of("nats://n1:4222"), 1, System.nanoTime(), 0, 0, 0);
        }

        @Override
        public Traffic traffic(SiteId of) {
            return of.equals(DC1) ? new Traffic(counted.get(), 0, 0, 0, 0) : new Traffic(0, counted.get(), 0, 0, 0);
        }

        @Override
        public @Nullable Map<String, Object> explainDns(String name, String type) {
            if (!dns) {
                return null;
            }
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("name", name);
            body.put("type", type);
            body.put("zone", "apps.test");
            body.put("decision", "addresses");
            body.put("reason", "local");
            body.put("rcode", "NOERROR");
            body.put("answers", List.of(Map.of("type", "A", "address", "192.0.2.1", "ttl", 30)));
            body.put("sites", List.of("dc1"));
            body.put("steps", List.of());
            body.put("rules", List.of());
            body.put("snapshot", 1);
            return body;
        }

        @Override
        public LogBackend logs() {
            return new LogBackend() {
                @Override
                public Map<String, String> levels() {
                    return Map.copyOf(logLevels);
                }

                @Override
                public void set(String logger, @Nullable String level) {
                    if (level == null) {
                        logLevels.remove(logger);
                    } else {
                        logLevels.put(logger, level);
                    }
                }
            };
        }
    }
}
