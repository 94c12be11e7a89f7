package io.grouter.gossip;

import io.grouter.fib.Fib;
import io.grouter.fib.SiteView;
import io.grouter.link.LinkTlsConfig;
import io.grouter.overrides.OverrideStore;
import io.grouter.rib.Rib;
import io.grouter.rib.RibEvent;
import io.grouter.rib.RibThread;
import io.grouter.route.Endpoint;
import io.grouter.route.FeedState;
import io.grouter.route.OfferChange;
import io.grouter.route.RouteChange;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.testing.Configs;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.Reader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * One node's tables and replication as a process of its own, without NATS, GoRouters and listeners: takes commands on
 * standard input and tells on standard output what it sees, with the machine's monotonic time in nanoseconds.
 *
 * <p>Commands: {@code fill FROM COUNT}, {@code change FROM COUNT PER_SECOND PORT}, {@code take FROM COUNT PORT}, {@code churn COUNT PER_SECOND ROUTES}, {@code add NAME},
 * {@code state}, {@code heap}, {@code feed STATE}, {@code exit}. Routes whose name begins with {@code probe} are told of
 * one by one.
 */
public final class GossipProcess {
    private static final int BATCH = 500;
    /** The first time a site's table has so many routes is told. */
    private static final int MANY = 1_000_000;

    private final PrintStream out;
    private final SiteId site;
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final RibThread rib;
    private final Gossip gossip;
    private final Set<SiteId> many = new HashSet<>();

    private GossipProcess(Properties config, PrintStream out) throws IOException {
        this.out = out;
        this.site = new SiteId(text(config, "site"));
        this.rib = new RibThread(new Rib(Configs.rib(), site, registry), System::nanoTime, 10_000, registry);
        this.gossip = new Gossip(
                read(config),
                site,
                text(config, "name"),
                rib,
                () -> new SiteInfo("", List.of(), 80, 0, List.of(), List.of(), List.of(), SiteHealth.idle(1)),
                new OverrideStore(System.nanoTime(), registry),
                System::nanoTime,
                System::currentTimeMillis,
                registry);
        rib.listen(this::onPublished);
    }

    private static String text(Properties config, String key) {
        String value = config.getProperty(key);
        if (value == null) {
            throw new IllegalArgumentException(key);
        }
        return value;
    }

    private static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        return InetSocketAddress.createUnresolved(
                text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    }

    private static List<InetSocketAddress> addresses(String text) {
        List<InetSocketAddress> list = new ArrayList<>();
        for (String each : text.split(",")) {
            if (!each.isEmpty()) {
                list.add(address(each));
            }
        }
        return list;
    }

    private static GossipConfig read(Properties config) {
        List<SiteTrust> sites = new ArrayList<>();
        for (String each : text(config, "sites").split(",")) {
            String[] parts = each.split(" ");
            sites.add(new SiteTrust(new SiteId(parts[0]), List.of(parts[1])));
        }
        return new GossipConfig(
                true,
                address(text(config, "local")),
                addresses(text(config, "localPeers")),
                address(text(config, "wan")),
                addresses(text(config, "wanAdvertised")),
                addresses(text(config, "wanPeers")),
                false,
                text(config, "signingKey"),
                sites,
                new LinkTlsConfig(text(config, "ca"), text(config, "certificate"), text(config, "key")),
                Duration.ofSeconds(2),
                Duration.ofSeconds(1),
                Duration.ofSeconds(3),
                Duration.ofSeconds(30),
                Duration.ofHours(1),
                Duration.ofSeconds(60),
                Duration.ofSeconds(1),
                8,
                4,
                Integer.parseInt(config.getProperty("maxBytesPerSecond", "10000000")),
                500_000,
                0,
                text(config, "incarnationFile"));
    }

    /** Starts one; the argument is a file of properties. */
    public static void main(String[] args) throws IOException {
        Properties config = new Properties();
        try (Reader in = Files.newBufferedReader(Path.of(args[0]))) {
            config.load(in);
        }
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        new GossipProcess(config, out).run();
    }

    private void run() throws IOException {
        rib.start();
        rib.post((tables, now) -> tables.feed(FeedState.LIVE, "test", now));
        gossip.start();
        out.println("started " + System.nanoTime());
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null && !line.equals("exit"); line = in.readLine()) {
            command(line.split(" "));
        }
        gossip.close();
        rib.close();
        System.exit(0);
    }

    private void command(String[] words) {
        switch (words[0]) {
            case "fill" -> change(Integer.parseInt(words[1]), Integer.parseInt(words[2]), 0, 1, true);
            case "take" ->
                change(Integer.parseInt(words[1]), Integer.parseInt(words[2]), 0, Integer.parseInt(words[3]), false);
            case "change" ->
                change(
                        Integer.parseInt(words[1]),
                        Integer.parseInt(words[2]),
                        Integer.parseInt(words[3]),
                        Integer.parseInt(words[4]),
                        true);
            case "churn" -> churn(Integer.parseInt(words[1]), Integer.parseInt(words[2]), Integer.parseInt(words[3]));
            case "add" -> {
                RouteUri uri = RouteUri.parse(words[1]);
                rib.post((tables, now) -> {
                    out.println("added " + uri + " " + System.nanoTime());
                    tables.apply(new RouteChange.Register(uri, endpoint(0, 1)), now);
                });
            }
            case "feed" -> rib.post((tables, now) -> tables.feed(FeedState.valueOf(words[1]), "test", now));
            case "state" -> state();
            case "heap" -> heap();
            default -> out.println("unknown " + words[0]);
        }
    }

    private static Endpoint endpoint(int i, int port) {
        UUID id = new UUID(0x9E3779B97F4A7C15L * (i + 1), 0xD6E8FEB86659FD93L * (i + 7));
        return Endpoint.at("10.0.0.1:" + port, id.toString());
    }

    private RouteUri uri(int i) {
        return RouteUri.parse("app-" + i + "." + site + ".apps.example.com");
    }

    /** Adds or takes away an endpoint with this port behind some routes, so many a second; 0 = at once. */
    private void change(int from, int count, int perSecond, int port, boolean add) {
        Thread thread = new Thread(
                () -> {
                    long start = System.nanoTime();
                    int batch = perSecond == 0 ? BATCH : Math.max(1, Math.min(BATCH, perSecond / 100));
                    for (int done = 0; done < count; done += batch) {
                        int first = from + done;
                        int last = from + Math.min(count, done + batch);
                        while (!rib.post((tables, now) -> apply(tables, now, first, last, port, add))) {
                            pause(1_000_000);
                        }
                        if (perSecond > 0) {
                            pause(start + (long) (1e9 * (done + batch) / perSecond) - System.nanoTime());
                        }
                    }
                    rib.post((tables, now) -> out.println("changed " + from + " " + count + " " + System.nanoTime()));
                },
                "changes");
        thread.start();
    }

    /** Lets an endpoint behind each of some routes come and go in turn, so many changes a second. */
    private void churn(int count, int perSecond, int routes) {
        Thread thread = new Thread(
                () -> {
                    int batch = Math.max(1, perSecond / 100);
                    long start = System.nanoTime();
                    for (int done = 0; done < count; done += batch) {
                        int at = done % routes;
                        boolean add = done / routes % 2 == 0;
                        int last = Math.min(routes, at + batch);
                        while (!rib.post((tables, now) -> apply(tables, now, at, last, 99, add))) {
                            pause(1_000_000);
                        }
                        pause(start + (long) (1e9 * (done + batch) / perSecond) - System.nanoTime());
                    }
                },
                "churn");
        thread.start();
    }

    private void apply(Rib tables, long now, int first, int last, int port, boolean add) {
        for (int i = first; i < last; i++) {
            tables.apply(
                    add
                            ? new RouteChange.Register(uri(i), endpoint(i, port))
                            : new RouteChange.Unregister(uri(i), endpoint(i, port)),
                    now);
        }
    }

    private static void pause(long nanos) {
        if (nanos > 0) {
            try {
                TimeUnit.NANOSECONDS.sleep(nanos);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void onPublished(Fib fib, List<OfferChange> ownChanges, List<RibEvent> events) {
        for (RibEvent event : events) {
            if (event instanceof RibEvent.RouteAdded added && added.uri().host().startsWith("probe")) {
                out.println("seen " + added.uri() + " " + System.nanoTime());
            } else if (event instanceof RibEvent.SiteChanged changed) {
                out.println("site " + changed.site() + " " + changed.to() + " " + System.nanoTime());
            } else if (event instanceof RibEvent.SiteConverged changed) {
                out.println("converged " + changed.site() + " " + changed.converged() + " " + System.nanoTime());
            } else if (event instanceof RibEvent.Alarm alarm) {
                out.println("alarm " + alarm.site() + " " + alarm.raised() + " " + alarm.what());
            }
        }
        for (SiteView view : fib.sites()) {
            if (view.routes() >= MANY && many.add(view.site())) {
                out.println("many " + view.site() + " " + System.nanoTime());
            }
        }
    }

    private void state() {
        rib.post((tables, now) -> {
            StringBuilder text =
                    new StringBuilder("state own=" + tables.ownOffers().size() + ":"
                            + Long.toHexString(tables.ownOffers().digest()));
            tables.learned()
                    .forEach(each -> text.append(' ')
                            .append(each.site())
                            .append('=')
                            .append(each.table().size())
                            .append(':')
                            .append(Long.toHexString(each.table().digest())));
            text.append(" speaker=").append((int) value("grouter_gossip_speaker", ""));
            text.append(" wanBytes=").append((long) value("grouter_gossip_sent_bytes", "wan"));
            text.append(" relayed=").append((long) value("grouter_gossip_relayed", ""));
            text.append(" repairs=").append((long) value("grouter_gossip_repairs", ""));
            text.append(" rejected=").append(rejected());
            text.append(" sites=").append((int) value("grouter_gossip_sites_in_reach", ""));
            text.append(" siblings=").append((int) value("grouter_gossip_siblings", ""));
            out.println(text);
        });
    }

    private String rejected() {
        StringBuilder text = new StringBuilder();
        registry.scrape(name -> name.endsWith("rejected") || name.endsWith("dropped"))
                .forEach(snapshot -> snapshot.getDataPoints().forEach(point -> {
                    if (value(point) > 0) {
                        point.getLabels()
                                .forEach(label -> text.append(label.getValue())
                                        .append(':')
                                        .append((long) value(point))
                                        .append(','));
                    }
                }));
        return text.toString();
    }

    private double value(String metric, String label) {
        return registry.scrape(name -> name.equals(metric)).stream()
                .flatMap(snapshot -> snapshot.getDataPoints().stream())
                .filter(point -> label.isEmpty()
                        || point.getLabels().stream()
                                .anyMatch(each -> each.getValue().equals(label)))
                .mapToDouble(GossipProcess::value)
                .sum();
    }

    private static double value(Object point) {
        if (point instanceof CounterSnapshot.CounterDataPointSnapshot counter) {
            return counter.getValue();
        }
        return point instanceof GaugeSnapshot.GaugeDataPointSnapshot gauge ? gauge.getValue() : 0;
    }

    private void heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        out.println("heap " + (runtime.totalMemory() - runtime.freeMemory()));
    }
}
