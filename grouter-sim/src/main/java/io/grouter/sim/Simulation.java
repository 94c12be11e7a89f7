package io.grouter.sim;

import io.grouter.app.Node;
import io.grouter.fib.Fib;
import io.grouter.fib.SiteView;
import io.grouter.rib.RibListener;
import io.grouter.route.FeedState;
import io.grouter.route.Freshness;
import io.grouter.route.RouteUri;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** All sites of a simulation, with the verbs to run it. Called from one thread at a time. */
final class Simulation implements AutoCloseable {
    private static final AtomicInteger APP_THREADS = new AtomicInteger();

    private final SimOptions options;
    private final List<SimSite> sites = new ArrayList<>();
    private final List<Deployment> deployments = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "sim-app-" + APP_THREADS.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    });

    /**
     * Makes the sites, not yet started.
     *
     * @param listener returns who is told of the changes at a site's first node
     */
    Simulation(SimOptions options, Function<String, RibListener> listener) {
        this.options = options;
        for (int site = 1; site <= options.sites(); site++) {
            sites.add(new SimSite(options, site, threads, listener.apply(options.site(site))));
        }
    }

    /** Starts everything and pushes the standard apps; throws {@link IOException} in plain words when it cannot. */
    void start() throws IOException {
        Ports.check(options);
        for (SimSite site : sites) {
            site.startPlatform();
        }
        for (Deployment app : Deployment.standard(options.sites())) {
            push(app);
        }
        for (int node = 1; node <= options.nodes(); node++) {
            for (SimSite site : sites) {
                site.startNode(node);
            }
        }
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

    /** Returns whether every running node knows every deployed route of every site, and is sure of its own. */
    boolean converged() {
        for (SimSite site : sites) {
            for (int n = 1; n <= options.nodes(); n++) {
                Node node = site.node(n);
                if (node != null && !knowsAll(node.fib())) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean knowsAll(Fib fib) {
        if (fib.feed() != FeedState.LIVE) {
            return false;
        }
        for (Deployment app : deployments) {
            var route = fib.get(RouteUri.parse(app.uri()));
            int copies = route == null ? 0 : route.learned().size() + (route.local() ? 1 : 0);
            if (copies != app.sites().size()) {
                return false;
            }
        }
        List<SiteView> others = fib.sites();
        return others.size() == sites.size() - 1
                && others.stream().allMatch(view -> view.freshness() == Freshness.FRESH && view.fit());
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
        threads.shutdownNow();
    }
}
