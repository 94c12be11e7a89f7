package io.grouter.sim;

import io.grouter.rib.RibListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;

/** All sites of a simulation, with the verbs to run it. Called from one thread at a time. */
final class Simulation implements AutoCloseable {
    private static final AtomicInteger APP_THREADS = new AtomicInteger();

    private final SimOptions options;
    private final SiteFiles files;
    private final Links links = new Links();
    private final List<SimSite> sites = new ArrayList<>();
    private final List<Deployment> deployments = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "sim-app-" + APP_THREADS.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    });

    /**
     * Makes the sites, not yet started.
     *
     * @param listener returns who is told of the changes at a site's first node, if that is in this process
     */
    Simulation(SimOptions options, Function<String, RibListener> listener) throws IOException {
        this.options = options;
        this.files = new SiteFiles(options.sites());
        for (int site = 1; site <= options.sites(); site++) {
            sites.add(new SimSite(options, site, files, threads, listener.apply(options.site(site))));
        }
    }

    /** Starts everything with the standard apps; throws {@link IOException} in plain words when it cannot. */
    void start() throws IOException {
        start(Deployment.standard(options.sites()));
    }

    /** Starts everything; with processes, the nodes may not serve yet when this returns. */
    void start(List<Deployment> apps) throws IOException {
        Ports.check(options);
        for (SimSite site : sites) {
            site.startPlatform();
            for (int node = 1; node <= options.nodes() && SimOptions.manyAddresses(); node++) {
                links.carry(options.linkAddress(site.number(), node), options.wanAddress(site.number(), node));
            }
        }
        for (Deployment app : apps) {
            push(app);
        }
        for (int node = 1; node <= options.nodes(); node++) {
            for (SimSite site : sites) {
                site.startNode(node);
            }
        }
    }

    /** Returns the links between the sites; there are none where the system has but one loopback address. */
    Links links() {
        if (!SimOptions.manyAddresses()) {
            throw new IllegalArgumentException("links can be broken on Linux only");
        }
        return links;
    }

    /** Returns the keys and certificates. */
    SiteFiles files() {
        return files;
    }

    SimOptions options() {
        return options;
    }

    List<SimSite> sites() {
        return sites;
    }

    /** Returns a site by its number, from 1. */
    SimSite site(int number) {
        return sites.get(number - 1);
    }

    /** Returns the apps that are deployed now. */
    List<Deployment> deployments() {
        return List.copyOf(deployments);
    }

    /** Deploys an app in the sites it names. */
    void push(Deployment app) throws IOException {
        deployments.add(app);
        for (int site : app.sites()) {
            site(site).push(app);
        }
    }

    /** Removes an app from all sites. */
    void delete(Deployment app) {
        deployments.remove(app);
        app.sites().forEach(site -> site(site).delete(app));
    }

    /** Returns how many routes a site has. Any thread. */
    int routes(int site) {
        long apps =
                deployments.stream().filter(app -> app.sites().contains(site)).count();
        return (int) apps + site(site).stormRoutes();
    }

    /** Returns whether every running node knows every route of every site, and everything around it is in order. */
    boolean converged() {
        return unequal().isEmpty() && impaired().isEmpty();
    }

    /** Returns whether all nodes take requests. */
    boolean serving() {
        return sites.stream()
                .allMatch(site -> IntStream.rangeClosed(1, options.nodes())
                        .allMatch(node -> site.runs(node) && Sockets.listens(options.proxyPort(site.number(), node))));
    }

    /** Returns the nodes that do not run, with what they have said where they are processes; {@code ""} = all run. */
    String missing() {
        StringBuilder missing = new StringBuilder();
        for (SimSite site : sites) {
            for (int node = 1; node <= options.nodes(); node++) {
                if (!site.runs(node)) {
                    missing.append(site.name()).append('-').append(node).append(" does not run; ");
                    missing.append(site.node(node) instanceof ProcessNode process ? process.lastSaid() : "");
                }
            }
        }
        return missing.toString();
    }

    /** Returns why not every running node holds the tables of all sites, or {@code ""} when all do. Any thread. */
    String unequal() {
        return sites.stream()
                .map(site -> unequal(site.number()))
                .filter(why -> !why.isEmpty())
                .findFirst()
                .orElse("");
    }

    /** Returns why not every running node of a site holds the tables of all sites. Any thread. */
    String unequal(int site) {
        return first(site, api -> api.unequal(options.sites(), this::routes));
    }

    /** Returns which running node misses a GoRouter, another node or a site, or {@code ""}. Any thread. */
    String impaired() {
        int relays = options.secure() ? options.nodes() : 0;
        return sites.stream()
                .map(site -> first(site.number(), api -> api.impaired(options.nodes(), options.goRouters(), relays)))
                .filter(why -> !why.isEmpty())
                .findFirst()
                .orElse("");
    }

    private interface Question {
        String ask(NodeApi api) throws IOException;
    }

    /** Returns the first answer that is not {@code ""} of a site's running nodes. */
    private String first(int site, Question question) {
        for (int node = 1; node <= options.nodes(); node++) {
            if (site(site).runs(node)) {
                String why;
                try {
                    why = question.ask(site(site).api(node));
                } catch (IOException e) {
                    why = "does not answer: " + e.getMessage();
                }
                if (!why.isEmpty()) {
                    return options.site(site) + "-" + node + " " + why;
                }
            }
        }
        return "";
    }

    /** Waits for something to become true; returns false when it does not in time. */
    static boolean await(long millis, BooleanSupplier condition) {
        long end = System.nanoTime() + millis * 1_000_000;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        sites.forEach(SimSite::close);
        links.close();
        threads.shutdownNow();
        files.close();
    }
}
