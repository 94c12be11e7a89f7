package io.grouter.sim;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What Grouter finds in one site, but for NATS: GoRouters, apps and their emitter. Called from one thread. */
final class SimPlatform implements AutoCloseable {
    private final String site;
    private final HostAddress address;
    private final Emitter emitter;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "sim-app");
        thread.setDaemon(true);
        return thread;
    });
    private final List<SimGoRouter> goRouters = new ArrayList<>();
    private final List<SimApp> apps = new ArrayList<>();

    /**
     * Makes a platform without GoRouters and apps.
     *
     * @param natsUrl the site's NATS server; it may come later
     * @param interval how often the emitter repeats itself
     */
    SimPlatform(String site, String natsUrl, HostAddress address, Duration interval) {
        this.site = site;
        this.address = address;
        this.emitter = new Emitter(site, natsUrl, address, interval);
    }

    /**
     * Starts GoRouters on the ports from one on, and their health checks likewise. Each listens once it has heard NATS
     * for a while; blocks until all do.
     */
    void startGoRouters(int count, String natsUrl, int port, int statusPort, Duration learning)
            throws IOException, InterruptedException {
        List<Future<?>> starts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SimGoRouter goRouter =
                    new SimGoRouter(site + "-gorouter-" + (i + 1), address, port + i, statusPort + i, natsUrl);
            goRouters.add(goRouter);
            starts.add(threads.submit(() -> {
                goRouter.startLearning(learning);
                return null;
            }));
        }
        for (Future<?> start : starts) {
            try {
                start.get();
            } catch (ExecutionException e) {
                throw new IOException("cannot start a GoRouter: " + e.getCause(), e);
            }
        }
    }

    /** Starts an app's instances and registers them. */
    void push(Deployment app) throws IOException {
        for (int i = 0; i < app.instances(); i++) {
            SimApp instance = new SimApp(site, app.name(), i, address, threads);
            apps.add(instance);
            emitter.register(app, i, instance.port());
        }
    }

    @Override
    public void close() {
        emitter.close();
        goRouters.forEach(SimGoRouter::close);
        apps.forEach(SimApp::close);
        threads.shutdownNow();
    }
}
