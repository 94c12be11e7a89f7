package io.grouter.sim;

import io.grouter.gossip.SiteKeys;
import io.grouter.testing.KeyFiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Three sites of two nodes and two GoRouters each, all of them processes, with keys, certificates and relays: everything
 * in them can be killed by itself, and the links between the sites can be cut. The apps and their emitters are in this
 * process. Node N of site S has the address {@code 127.S.0.N}. Called from one thread, but for the addresses.
 */
final class ProcessSites implements AutoCloseable {
    static final int SITES = 3;
    static final int NODES = 2;
    static final int GO_ROUTERS = 2;
    /** The app that runs in every site. */
    static final String BOTH = "both";

    private static final int BASE = 27_300;
    private static final int RELAY_PORT = BASE + 10;
    private static final int ADMIN_PORT = BASE + 50;
    private static final int DNS_PORT = BASE + 70;
    private static final int LOCAL_PORT = BASE + 80;
    private static final int WAN_PORT = BASE + 90;
    private static final Duration INTERVAL = Duration.ofMillis(1_500);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    final GossipLinks links = new GossipLinks();
    private final Path folder;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<SiteKeys.Generated> keys = new ArrayList<>();
    private final List<KeyFiles> certificates = new ArrayList<>();
    private final List<NatsBroker> brokers = new ArrayList<>();
    private final List<Emitter> emitters = new ArrayList<>();
    private final List<SimApp> apps = new ArrayList<>();
    private final Map<String, Child> running = new HashMap<>();
    private final Path ca;

    /** Makes keys and certificates in a folder, in which the nodes keep their files, too. */
    ProcessSites(Path folder) throws IOException {
        this.folder = folder;
        StringBuilder all = new StringBuilder();
        for (int site = 1; site <= SITES; site++) {
            keys.add(SiteKeys.generate());
            KeyFiles files = KeyFiles.make(folder, "dc" + site, "EC", "uri:spiffe://grouter/site/dc" + site);
            certificates.add(files);
            all.append(Files.readString(Path.of(files.certificate())));
        }
        this.ca = Files.writeString(folder.resolve("ca.pem"), all);
    }

    /** Starts everything; the nodes may not serve yet when it returns. */
    void start() throws IOException {
        for (int site = 1; site <= SITES; site++) {
            NatsBroker broker = Brokers.on(natsPort(site));
            brokers.add(broker);
            broker.start();
            Emitter emitter = new Emitter("dc" + site, natsUrl(site), INTERVAL);
            emitters.add(emitter);
            for (Deployment app : List.of(only(site), everywhere())) {
                for (int i = 0; i < app.instances(); i++) {
                    SimApp instance = new SimApp("dc" + site, app.name(), i, threads);
                    apps.add(instance);
                    emitter.register(app, i, instance.port());
                }
            }
            for (int goRouter = 1; goRouter <= GO_ROUTERS; goRouter++) {
                startGoRouter(site, goRouter);
            }
            for (int node = 1; node <= NODES; node++) {
                links.carry(linkAddress(site, node), address(site, node, WAN_PORT));
            }
        }
        for (int node = 1; node <= NODES; node++) {
            for (int site = 1; site <= SITES; site++) {
                startNode(site, node);
            }
        }
    }

    /** Returns the app that runs in one site alone. */
    static Deployment only(int site) {
        String name = "only-dc" + site;
        return new Deployment(name, name + "." + Deployment.APP_DOMAIN, Set.of(site), 2);
    }

    /** Returns the app that runs in every site. */
    static Deployment everywhere() {
        return new Deployment(BOTH, BOTH + "." + Deployment.APP_DOMAIN, Set.of(1, 2, 3), 2);
    }

    // ---- addresses

    private static InetSocketAddress address(int site, int node, int port) {
        return new InetSocketAddress("127." + site + ".0." + node, port);
    }

    private static InetSocketAddress linkAddress(int site, int node) {
        return new InetSocketAddress("127." + site + ".1." + node, WAN_PORT);
    }

    private static String text(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }

    /** Returns the port of a site's alias, as clients see it. */
    static int aliasPort(int site) {
        return BASE + site;
    }

    /** Returns where a node takes requests. */
    static InetSocketAddress proxy(int site, int node) {
        return address(site, node, aliasPort(site));
    }

    static InetSocketAddress admin(int site, int node) {
        return address(site, node, ADMIN_PORT);
    }

    static InetSocketAddress dns(int site, int node) {
        return address(site, node, DNS_PORT);
    }

    private static int natsPort(int site) {
        return BASE + 20 + site;
    }

    private static String natsUrl(int site) {
        return "nats://127.0.0.1:" + natsPort(site);
    }

    private static int goRouterPort(int site, int goRouter) {
        return BASE + 100 + 10 * site + goRouter;
    }

    private static int goRouterStatusPort(int site, int goRouter) {
        return BASE + 200 + 10 * site + goRouter;
    }

    // ---- what can be lost

    /** Returns a site's NATS server. */
    NatsBroker nats(int site) {
        return brokers.get(site - 1);
    }

    private static String name(int site, int node) {
        return "dc" + site + "-" + node;
    }

    private static String goRouterName(int site, int goRouter) {
        return "dc" + site + "-gorouter-" + goRouter;
    }

    private Child running(String name) {
        return Objects.requireNonNull(running.get(name), name);
    }

    Child node(int site, int node) {
        return running(name(site, node));
    }

    Child goRouter(int site, int goRouter) {
        return running(goRouterName(site, goRouter));
    }

    /** Starts what does not run, and mends all links. */
    void mend() throws IOException {
        links.mend();
        for (int site = 1; site <= SITES; site++) {
            if (Sockets.isFree(natsPort(site))) {
                nats(site).start();
            }
            for (int goRouter = 1; goRouter <= GO_ROUTERS; goRouter++) {
                if (!goRouter(site, goRouter).isAlive()) {
                    startGoRouter(site, goRouter);
                }
            }
            for (int node = 1; node <= NODES; node++) {
                if (!node(site, node).isAlive()) {
                    startNode(site, node);
                }
            }
        }
    }

    private void startGoRouter(int site, int goRouter) throws IOException {
        String name = goRouterName(site, goRouter);
        List<String> command = List.of(
                java(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                GoRouterProgram.class.getName(),
                name,
                String.valueOf(goRouterPort(site, goRouter)),
                String.valueOf(goRouterStatusPort(site, goRouter)),
                natsUrl(site),
                String.valueOf(INTERVAL.plusMillis(500).toMillis()));
        running.put(name, Child.start(log(name), command));
    }

    void startNode(int site, int node) throws IOException {
        startNode(site, node, true);
    }

    /** Starts a node, with or without its DNS server. */
    void startNode(int site, int node, boolean dns) throws IOException {
        String name = name(site, node);
        Path config = Files.writeString(folder.resolve(name + ".yaml"), config(site, node, dns));
        List<String> command = List.of(
                java(),
                "-Xmx96m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-Djgroups.deserialization.filter=!*",
                "-Djdk.serialFilter=!*",
                "-jar",
                Objects.requireNonNull(System.getProperty("grouter.jar"), "grouter.jar"),
                "run",
                "--name",
                name,
                "--config",
                config.toString());
        running.put(name, Child.start(log(name), command));
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private Path log(String name) {
        return folder.resolve(name + ".log");
    }

    /** Returns what a node has said so far. */
    String logOf(int site, int node) throws IOException {
        return Files.readString(log(name(site, node)));
    }

    Path stateFile(int site, int node) {
        return folder.resolve(name(site, node) + ".state");
    }

    // ---- what nodes say

    /** Asks a node's admin API. */
    static HttpProbe.Answer ask(int site, int node, String path) throws IOException {
        return HttpProbe.get(admin(site, node), "localhost", path);
    }

    /** Returns what a node says in {@code /ready}. */
    static JsonNode ready(int site, int node) throws IOException {
        return JSON.readTree(ask(site, node, "/ready").body());
    }

    /** Returns what a node says of a site in {@code /v1/sites}. */
    static JsonNode view(int site, int node, int of) throws IOException {
        for (JsonNode each : JSON.readTree(ask(site, node, "/v1/sites").body()).path("sites")) {
            if (each.path("site").asString("").equals("dc" + of)) {
                return each;
            }
        }
        return JSON.createObjectNode();
    }

    /** Returns why not every node is sure of everything, or {@code ""} when all are. */
    static String unequal() {
        for (int site = 1; site <= SITES; site++) {
            for (int node = 1; node <= NODES; node++) {
                try {
                    String why = unequal(site, node);
                    if (!why.isEmpty()) {
                        return name(site, node) + ": " + why;
                    }
                } catch (IOException e) {
                    return name(site, node) + ": " + e;
                }
            }
        }
        return "";
    }

    private static String unequal(int site, int node) throws IOException {
        if (ask(site, node, "/ready").status() != 200) {
            return "not ready";
        }
        for (JsonNode each : JSON.readTree(ask(site, node, "/v1/sites").body()).path("sites")) {
            boolean equal = each.path("routes").asInt() == 2
                    && each.path("info").path("health").path("goRouters").asInt() == GO_ROUTERS;
            if (each.path("own").asBoolean()) {
                equal &= each.path("feed").asString("").equals("LIVE");
                for (JsonNode goRouter : each.path("goRouters")) {
                    equal &= goRouter.path("health").asString("").equals("HEALTHY");
                }
            } else {
                equal &= each.path("freshness").asString("").equals("FRESH")
                        && each.path("fit").asBoolean()
                        && each.path("converged").asBoolean()
                        && each.path("info").path("relays").size() == NODES;
            }
            if (!equal) {
                return each.toString();
            }
        }
        String metrics = ask(site, node, "/metrics").body();
        if (!metrics.contains("grouter_gossip_siblings " + (NODES - 1) + ".0")) {
            return "siblings";
        }
        return "";
    }

    @Override
    public void close() {
        running.values().forEach(child -> {
            child.thaw();
            child.kill();
        });
        emitters.forEach(Emitter::close);
        apps.forEach(SimApp::close);
        brokers.forEach(NatsBroker::close);
        links.close();
        threads.shutdownNow();
    }

    // ---- configuration

    private String config(int site, int node, boolean dns) {
        StringJoiner siblings = new StringJoiner(", ", "[", "]");
        StringJoiner relays = new StringJoiner(", ", "[", "]");
        StringJoiner goRouters = new StringJoiner(", ", "[", "]");
        StringJoiner everyone = new StringJoiner(", ", "[", "]");
        StringJoiner trusted = new StringJoiner(", ", "[", "]");
        for (int each = 1; each <= NODES; each++) {
            siblings.add(text(address(site, each, LOCAL_PORT)));
            relays.add(text(address(site, each, RELAY_PORT)));
        }
        for (int each = 1; each <= GO_ROUTERS; each++) {
            goRouters.add("{address: 127.0.0.1:" + goRouterPort(site, each) + ", status: 127.0.0.1:"
                    + goRouterStatusPort(site, each) + "}");
        }
        for (int other = 1; other <= SITES; other++) {
            trusted.add("{name: dc" + other + ", keys: [" + keys.get(other - 1).publicKey() + "]}");
            for (int each = 1; each <= NODES; each++) {
                everyone.add(text(linkAddress(other, each)));
            }
        }
        KeyFiles files = certificates.get(site - 1);
        String tls = "  tls: {ca: " + ca + ", certificate: " + files.certificate() + ", key: " + files.key() + "}";
        Path own = folder.resolve(name(site, node));
        return String.join(
                "\n",
                "site:",
                "  name: dc" + site,
                "  aliases: [{appDomain: " + Deployment.APP_DOMAIN + ", aliasDomain: dc" + site + "."
                        + Deployment.APP_DOMAIN + "}]",
                "  httpPort: " + aliasPort(site),
                "  entries: [192.0.2." + site + "]",
                "nats:",
                "  servers: [\"" + natsUrl(site) + "\"]",
                "  registrationInterval: " + INTERVAL.toMillis() + "ms",
                "  reconnectWait: 500ms",
                "goRouters:",
                "  members: " + goRouters,
                "  probeInterval: 500ms",
                "  failurePause: 1s",
                "  slowStart: 1s",
                "proxy:",
                "  listen: [" + text(proxy(site, node)) + "]",
                "  threads: 1",
                "  connectTimeout: 1s",
                "  decisionHeaders: true",
                "  drain: {grace: 500ms, timeout: 5s}",
                "relay:",
                "  listen: [" + text(address(site, node, RELAY_PORT)) + "]",
                "  advertised: " + relays,
                tls,
                "accessLog:",
                "  file: " + own + ".access",
                "rib:",
                "  staleThreshold: 8s",
                "state:",
                "  file: " + stateFile(site, node),
                "gossip:",
                "  local: " + text(address(site, node, LOCAL_PORT)),
                "  localPeers: " + siblings,
                "  wan: " + text(address(site, node, WAN_PORT)),
                "  wanAdvertised: [" + text(linkAddress(site, node)) + "]",
                "  wanPeers: " + everyone,
                "  signingKey: " + keys.get(site - 1).privateKey(),
                "  sites: " + trusted,
                tls,
                "  joinTimeout: 1s",
                "  incarnationFile: " + own + ".incarnation",
                "dns:",
                "  enabled: " + dns,
                "  listen: [" + text(dns(site, node)) + "]",
                "  ttl: 5s",
                "admin:",
                "  listen: " + text(admin(site, node)),
                "");
    }
}
