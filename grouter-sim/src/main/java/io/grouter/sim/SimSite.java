package io.grouter.sim;

import io.grouter.app.Config;
import io.grouter.app.ConfigException;
import io.grouter.app.ConfigLoader;
import io.grouter.app.Node;
import io.grouter.rib.RibListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * One site: a NATS server, GoRouters, apps with their emitter, and Grouter nodes, each of which can be stopped and
 * started by itself. Called from one thread at a time.
 */
final class SimSite implements AutoCloseable {
    private final SimOptions options;
    private final int number;
    private final NatsBroker nats;
    private final Emitter emitter;
    private final ExecutorService threads;
    private final RibListener listener;
    private final List<SimGoRouter> goRouters = new ArrayList<>();
    private final Map<String, List<SimApp>> apps = new LinkedHashMap<>();
    private final @Nullable Node[] nodes;

    /**
     * Makes a site, not yet started.
     *
     * @param number number of the site, from 1
     * @param threads runs the apps
     * @param listener told of every change at the site's first node
     */
    SimSite(SimOptions options, int number, ExecutorService threads, RibListener listener) {
        this.options = options;
        this.number = number;
        this.threads = threads;
        this.listener = listener;
        int port = options.natsPort(number);
        String program = options.natsProgram();
        this.nats = program == null ? new EmbeddedNats(port) : new NatsServerProgram(program, port);
        this.emitter = new Emitter(name(), natsUrl(), options.registrationInterval());
        this.nodes = new Node[options.nodes()];
        for (int i = 1; i <= options.goRouters(); i++) {
            goRouters.add(new SimGoRouter(
                    name() + "-gorouter-" + i,
                    options.goRouterPort(number, i),
                    options.goRouterStatusPort(number, i),
                    natsUrl()));
        }
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
        for (SimGoRouter goRouter : goRouters) {
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

    /** Starts one node, counted from 1. */
    void startNode(int node) throws IOException {
        Config config;
        try {
            config = ConfigLoader.parse(name() + "-" + node + ".yaml", nodeConfig(node));
        } catch (ConfigException e) {
            throw new IllegalStateException("the simulator wrote a wrong configuration:\n" + e.getMessage(), e);
        }
        List<RibListener> listeners = node == 1 ? List.of(listener) : List.of();
        Node made = new Node(config, name() + "-" + node, listeners);
        made.start();
        nodes[node - 1] = made;
    }

    /** Stops one node, counted from 1; nothing happens when it is stopped already. */
    void stopNode(int node) {
        Node running = nodes[node - 1];
        nodes[node - 1] = null;
        if (running != null) {
            running.close();
        }
    }

    /** Returns a node, counted from 1, or null while it is stopped. */
    @Nullable
    Node node(int node) {
        return nodes[node - 1];
    }

    SimGoRouter goRouter(int goRouter) {
        return goRouters.get(goRouter - 1);
    }

    @Override
    public void close() {
        for (int node = 1; node <= nodes.length; node++) {
            stopNode(node);
        }
        emitter.close();
        goRouters.forEach(SimGoRouter::close);
        apps.values().forEach(instances -> instances.forEach(SimApp::close));
        nats.close();
    }

    /** The configuration an operator would write for this node. */
    String nodeConfig(int node) {
        StringJoiner members = new StringJoiner(", ", "[", "]");
        for (int i = 1; i <= options.goRouters(); i++) {
            members.add("{address: 127.0.0.1:" + options.goRouterPort(number, i) + ", status: 127.0.0.1:"
                    + options.goRouterStatusPort(number, i) + "}");
        }
        StringJoiner siblings = new StringJoiner(", ", "[", "]");
        StringJoiner everyone = new StringJoiner(", ", "[", "]");
        for (int i = 1; i <= options.nodes(); i++) {
            siblings.add("127.0.0.1:" + options.localGossipPort(number, i));
        }
        for (int site = 1; site <= options.sites(); site++) {
            for (int i = 1; i <= Math.min(2, options.nodes()); i++) {
                everyone.add("127.0.0.1:" + options.wanGossipPort(site, i));
            }
        }
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
                "  probeInterval: 1s",
                "rib:",
                "  knownEmptyFor: 5s", // short, so that who watches sees its end
                "proxy:",
                "  listen: [" + listen + "]",
                "  sharePorts: true",
                "  threads: 1",
                "  decisionHeaders: true",
                "gossip:",
                "  local: 127.0.0.1:" + options.localGossipPort(number, node),
                "  localPeers: " + siblings,
                "  wan: 127.0.0.1:" + options.wanGossipPort(number, node),
                "  wanPeers: " + everyone,
                "  joinTimeout: 1s",
                "dns:",
                "  enabled: true",
                "  listen: [127.0.0.1:" + options.dnsPort(number, node) + "]",
                "  ttl: 5s",
                "admin:",
                "  listen: 127.0.0.1:" + options.adminPort(number, node),
                "");
    }

    /** Every site has a loopback address of its own where the system has more than one. */
    String entryAddress() {
        boolean linux = System.getProperty("os.name", "").startsWith("Linux");
        return linux ? "127.0.0." + number : "127.0.0.1";
    }
}
