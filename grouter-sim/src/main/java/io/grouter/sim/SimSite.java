package io.grouter.sim;

import io.grouter.app.Config;
import io.grouter.app.ConfigException;
import io.grouter.app.ConfigLoader;
import io.grouter.rib.RibListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;

/**
 * One site: a NATS server, GoRouters, apps with their emitter, and Grouter nodes, each of which can be stopped and
 * started by itself. Called from one thread at a time.
 */
final class SimSite implements AutoCloseable {
    private static final int MOST_STORM_ROUTES = 20_000;
    /** Registrations an endpoint may miss before it expires. */
    private static final int MISSED = 5;

    private final SimOptions options;
    private final int number;
    private final SiteFiles files;
    private final NatsBroker nats;
    private final Emitter emitter;
    private final ExecutorService threads;
    private final RibListener listener;
    private final List<GoRouter> goRouters = new ArrayList<>();
    private final Map<String, List<SimApp>> apps = new LinkedHashMap<>();
    private final List<Deployment> storm = new CopyOnWriteArrayList<>();
    private final List<SimNode> nodes = new ArrayList<>();

    /**
     * Makes a site, not yet started.
     *
     * @param number number of the site, from 1
     * @param files keys, certificates, and the folder of the nodes
     * @param threads runs the apps
     * @param listener told of every change at the site's first node, if that is in this process
     */
    SimSite(SimOptions options, int number, SiteFiles files, ExecutorService threads, RibListener listener) {
        this.options = options;
        this.number = number;
        this.files = files;
        this.threads = threads;
        this.listener = listener;
        int port = options.natsPort(number);
        String program = options.natsProgram();
        this.nats = program == null ? new EmbeddedNats(port) : new NatsServerProgram(program, port);
        this.emitter = new Emitter(name(), natsUrl(), options.registrationInterval());
        for (int i = 1; i <= options.goRouters(); i++) {
            goRouters.add(goRouter(name() + "-gorouter-" + i, i));
        }
        for (int node = 1; node <= options.nodes(); node++) {
            nodes.add(options.processes() ? new ProcessNode(nodeName(node), files.folder()) : localNode(node));
        }
    }

    private GoRouter goRouter(String name, int index) {
        int port = options.goRouterPort(number, index);
        int statusPort = options.goRouterStatusPort(number, index);
        if (!options.processes()) {
            return new SimGoRouter(name, port, statusPort, natsUrl());
        }
        Duration learning = options.registrationInterval().plusMillis(500);
        return new GoRouterProcess(name, port, statusPort, natsUrl(), learning, files.folder());
    }

    String name() {
        return options.site(number);
    }

    int number() {
        return number;
    }

    NatsBroker nats() {
        return nats;
    }

    Emitter emitter() {
        return emitter;
    }

    private String natsUrl() {
        return "nats://127.0.0.1:" + options.natsPort(number);
    }

    /** Starts everything but the nodes. */
    void startPlatform() throws IOException {
        nats.start();
        for (GoRouter goRouter : goRouters) {
            goRouter.start();
        }
    }

    /** Starts an app's instances and registers them. */
    void push(Deployment app) throws IOException {
        List<SimApp> instances = new ArrayList<>();
        for (int i = 0; i < app.instances(); i++) {
            SimApp instance = new SimApp(name(), app.name(), i, threads);
            instances.add(instance);
            emitter.register(app, i, instance.port());
        }
        apps.put(app.uri(), instances);
    }

    /** Unregisters an app's instances and stops them. */
    void delete(Deployment app) {
        List<SimApp> instances = apps.remove(app.uri());
        if (instances != null) {
            instances.forEach(instance -> {
                emitter.unregister(app, instance.index());
                instance.close();
            });
        }
    }

    /**
     * Has a number of routes registered at once, all of them of one app.
     *
     * @param routes how many; those of the last storm are unregistered
     */
    void storm(int routes) throws IOException {
        if (routes > MOST_STORM_ROUTES) {
            throw new IllegalArgumentException(routes + " routes (expected: 0 to " + MOST_STORM_ROUTES + ")");
        }
        storm.forEach(route -> emitter.unregister(route, 0));
        storm.clear();
        List<SimApp> before = apps.remove("storm");
        if (before != null) {
            before.forEach(SimApp::close);
        }
        if (routes > 0) {
            SimApp app = new SimApp(name(), "storm", 0, threads);
            apps.put("storm", List.of(app));
            for (int i = 1; i <= routes; i++) {
                String host = "storm-" + i + "-" + name();
                Deployment route = new Deployment(host, host + "." + Deployment.APP_DOMAIN, Set.of(number), 1);
                storm.add(route);
                emitter.register(route, 0, app.port());
            }
        }
    }

    /** Returns how many routes of the last {@link #storm} are registered. Any thread. */
    int stormRoutes() {
        return storm.size();
    }

    /** Starts one node, counted from 1; with processes, it may not serve yet when this returns. */
    void startNode(int node) throws IOException {
        startNode(node, true);
    }

    /** Starts one node, where it is a process with or without its DNS server; nothing happens when it runs. */
    void startNode(int node, boolean dns) throws IOException {
        if (!runs(node)) {
            Files.writeString(files.folder().resolve(nodeName(node) + ".yaml"), nodeConfig(node, dns));
            node(node).start();
        }
    }

    private LocalNode localNode(int node) {
        try {
            Config config = ConfigLoader.parse(nodeName(node) + ".yaml", nodeConfig(node, true));
            return new LocalNode(config, nodeName(node), node == 1 ? List.of(listener) : List.of());
        } catch (ConfigException e) {
            throw new IllegalStateException("the simulator wrote a wrong configuration:\n" + e.getMessage(), e);
        }
    }

    private String nodeName(int node) {
        return name() + "-" + node;
    }

    /** Returns a node, counted from 1. Any thread. */
    SimNode node(int node) {
        return nodes.get(node - 1);
    }

    /** Returns whether a node runs, frozen or not. Any thread. */
    boolean runs(int node) {
        return node(node).isRunning();
    }

    /** Returns whether any node runs, frozen or not. Any thread. */
    boolean runs() {
        return nodes.stream().anyMatch(SimNode::isRunning);
    }

    /** Returns what asks a node. */
    NodeApi api(int node) {
        return new NodeApi(options.adminPort(number, node));
    }

    /** Returns the file in which a node keeps its tables over a restart. */
    Path stateFile(int node) {
        return files.folder().resolve(nodeName(node) + ".state");
    }

    GoRouter goRouter(int goRouter) {
        return goRouters.get(goRouter - 1);
    }

    @Override
    public void close() {
        nodes.forEach(SimNode::kill);
        emitter.close();
        goRouters.forEach(GoRouter::close);
        apps.values().forEach(instances -> instances.forEach(SimApp::close));
        nats.close();
    }

    /** The configuration an operator would write for this node. */
    String nodeConfig(int node, boolean dns) {
        StringJoiner members = new StringJoiner(", ", "[", "]");
        for (int i = 1; i <= options.goRouters(); i++) {
            members.add("{address: 127.0.0.1:" + options.goRouterPort(number, i) + ", status: 127.0.0.1:"
                    + options.goRouterStatusPort(number, i) + "}");
        }
        StringJoiner siblings = new StringJoiner(", ", "[", "]");
        StringJoiner relays = new StringJoiner(", ", "[", "]");
        StringJoiner everyone = new StringJoiner(", ", "[", "]");
        for (int i = 1; i <= options.nodes(); i++) {
            siblings.add("127.0.0.1:" + options.localGossipPort(number, i));
            relays.add("127.0.0.1:" + options.relayPort(number, i));
        }
        for (int site = 1; site <= options.sites(); site++) {
            for (int i = 1; i <= Math.min(2, options.nodes()); i++) {
                everyone.add(text(options.linkAddress(site, i)));
            }
        }
        String own = files.folder().resolve(nodeName(node)).toString();
        String entry = entryAddress();
        String entryPort = String.valueOf(options.entryPort(number));
        String listen = "127.0.0.1:" + options.proxyPort(number, node) + ", 127.0.0.1:" + entryPort
                + (entry.equals("127.0.0.1") ? "" : ", " + entry + ":" + entryPort);
        return String.join(
                "\n",
                "site:",
                "  name: " + name(),
                "  aliases: [{appDomain: " + Deployment.APP_DOMAIN + ", aliasDomain: " + name() + "."
                        + Deployment.APP_DOMAIN + "}]",
                "  httpPort: " + entryPort,
                "  entries: [" + entry + "]",
                "nats:",
                "  servers: [\"" + natsUrl() + "\"]",
                "  registrationInterval: " + options.registrationInterval().toMillis() + "ms",
                "  reconnectWait: 500ms",
                "goRouters:",
                "  members: " + members,
                "  probeInterval: 500ms",
                "  failurePause: 1s",
                "  slowStart: 1s",
                "rib:",
                "  knownEmptyFor: 5s", // short, so that who watches sees its end
                "  staleThreshold: "
                        + options.registrationInterval().multipliedBy(MISSED).toMillis() + "ms",
                "proxy:",
                "  listen: [" + listen + "]",
                "  sharePorts: true",
                "  threads: 1",
                "  connectTimeout: 1s",
                "  decisionHeaders: true",
                "  drain: {grace: 500ms, timeout: 5s}",
                options.secure() ? relay(node, relays) : "",
                "state:",
                "  file: " + stateFile(node),
                "gossip:",
                "  local: 127.0.0.1:" + options.localGossipPort(number, node),
                "  localPeers: " + siblings,
                "  wan: " + text(options.wanAddress(number, node)),
                "  wanAdvertised: [" + text(options.linkAddress(number, node)) + "]",
                "  wanPeers: " + everyone,
                options.secure() ? trust() : "",
                "  joinTimeout: 1s",
                "  incarnationFile: " + own + ".incarnation",
                "dns:",
                "  enabled: " + dns,
                "  listen: [127.0.0.1:" + options.dnsPort(number, node) + "]",
                "  ttl: 5s",
                "admin:",
                "  listen: 127.0.0.1:" + options.adminPort(number, node),
                "");
    }

    private String relay(int node, StringJoiner advertised) {
        return String.join(
                "\n",
                "relay:",
                "  listen: [127.0.0.1:" + options.relayPort(number, node) + "]",
                "  advertised: " + advertised,
                files.tls(number));
    }

    private String trust() {
        return String.join(
                "\n", "  signingKey: " + files.signingKey(number), "  sites: " + files.trusted(), files.tls(number));
    }

    private static String text(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }

    /** Every site has a loopback address of its own where the system has more than one. */
    String entryAddress() {
        return SimOptions.manyAddresses() ? "127.0.0." + number : "127.0.0.1";
    }
}
