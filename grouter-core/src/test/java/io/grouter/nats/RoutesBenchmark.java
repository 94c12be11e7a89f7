package io.grouter.nats;

import io.grouter.fib.Fib;
import io.grouter.rib.Rib;
import io.grouter.rib.RibThread;
import io.grouter.route.SiteId;
import io.grouter.state.StateConfig;
import io.grouter.state.StateKeeper;
import io.grouter.testing.Configs;
import io.grouter.testing.DiegoMessages;
import io.grouter.testing.NatsPublisher;
import io.grouter.testing.NatsServerProcess;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import jdk.jfr.consumer.RecordingStream;

/**
 * What it costs to learn and hold routes: heap and time per route in tables of a million, and the way from a publisher
 * through a real nats-server into lookups. One line per figure on standard output.
 */
public final class RoutesBenchmark {
    private static final SiteId SITE = new SiteId("dc1");
    private static final int MILLION = 1_000_000;
    private static final int HUNDRED_THOUSAND = 100_000;
    private static final int STORM_SECONDS = 90;
    private static final int STORM_PER_SECOND = 50_000;

    private final PrometheusRegistry metrics = new PrometheusRegistry();
    private final Rib rib = new Rib(Configs.rib(), SITE, metrics);
    private final Translator translator = new Translator(new Sharding("all", List.of()));

    private RoutesBenchmark() {}

    /** Runs the parts named in the environment's {@code BENCH_PARTS}: {@code tables}, {@code state}, {@code nats}, {@code storm}, {@code soak}. */
    public static void main(String[] arguments) throws Exception {
        String named = System.getenv("BENCH_PARTS");
        List<String> parts = Arrays.asList((named == null ? "tables state nats storm" : named).split(" "));
        if (parts.contains("tables")) {
            new RoutesBenchmark().tables();
        }
        if (parts.contains("state")) {
            new RoutesBenchmark().state();
        }
        String program = NatsServerProcess.find();
        if (program == null) {
            throw new IllegalStateException("nats-server is not on the PATH");
        }
        if (parts.contains("nats")) {
            new RoutesBenchmark().throughNats(program);
        }
        if (parts.contains("storm")) {
            new RoutesBenchmark().storm(program);
        }
        if (parts.contains("soak")) {
            new RoutesBenchmark().soak(program, Integer.getInteger("soak.minutes", 10));
        }
    }

    private static void print(String figure, double value, String unit) {
        System.out.printf(Locale.ROOT, "routes.%s %.2f %s%n", figure, value, unit);
    }

    private void apply(byte[] body, long now) {
        if (translator.apply(body, true, rib, now) != Translator.Outcome.TAKEN) {
            throw new IllegalStateException(translator.malformed().toString());
        }
    }

    private void fill(int routes) {
        long now = System.nanoTime();
        for (int i = 0; i < routes; i++) {
            apply(DiegoMessages.register(i), now);
            if (i % 4096 == 0) {
                rib.publish((fib, own, events) -> {});
            }
        }
        rib.publish((fib, own, events) -> {});
        if (rib.fib().localRoutes() < routes) {
            throw new IllegalStateException("routes: " + rib.fib().localRoutes());
        }
    }

    private static long usedHeap() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(100);
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    // ---- without a network

    private void tables() throws InterruptedException {
        apply(DiegoMessages.register(MILLION), System.nanoTime());
        long before = usedHeap();
        fill(HUNDRED_THOUSAND);
        print("register.100k.us", registerMicros(HUNDRED_THOUSAND), "us");
        fill(MILLION);
        print("heap.bytes", (usedHeap() - before) / (double) MILLION, "bytes");
        print("register.us", registerMicros(MILLION), "us");
        print("change.1k.us", changeMicros(1_000), "us");
        print("change.us", changeMicros(MILLION), "us");
    }

    /** Messages are asked for again and again so that they are in the caches, as they are when they come in. */
    private double registerMicros(int routes) {
        Random random = new Random(1);
        byte[][] bodies = new byte[1024][];
        double best = Double.MAX_VALUE;
        for (int round = 0; round < 12; round++) {
            for (int i = 0; i < bodies.length; i++) {
                bodies[i] = DiegoMessages.register(random.nextInt(routes));
            }
            long now = System.nanoTime();
            for (int pass = 0; pass < 80; pass++) {
                for (byte[] body : bodies) {
                    apply(body, now);
                }
            }
            best = Math.min(best, (System.nanoTime() - now) / 1000.0 / 80 / bodies.length);
        }
        return best;
    }

    /** One new route, published alone, and taken away again: the median of both. */
    private static double changeMicros(int routes) {
        RoutesBenchmark other = new RoutesBenchmark();
        other.fill(routes);
        double[] micros = new double[20_000];
        for (int i = 0; i < micros.length; i++) {
            byte[] body = DiegoMessages.register(2 * MILLION + i);
            long start = System.nanoTime();
            other.apply(body, start);
            other.rib.publish((fib, own, events) -> {});
            micros[i] = (System.nanoTime() - start) / 1000.0;
            other.translator.apply(body, false, other.rib, start);
            other.rib.publish((fib, own, events) -> {});
        }
        Arrays.sort(micros);
        return micros[micros.length / 2];
    }

    // ---- over a restart

    private StateKeeper keeper(Path file, RibThread thread) {
        StateConfig config = new StateConfig(file.toString(), Duration.ofDays(1), Duration.ofHours(1));
        return new StateKeeper(
                config, SITE, thread, System::nanoTime, System::currentTimeMillis, new PrometheusRegistry());
    }

    /** Writes and reads a million routes, and sees how long the rib thread keeps others waiting meanwhile. */
    private void state() throws IOException, InterruptedException {
        Path file = Files.createTempFile("grouter", ".state");
        fill(MILLION);
        try (RibThread thread = new RibThread(rib, System::nanoTime, 131_072, metrics)) {
            thread.start();
            StateKeeper keeper = keeper(file, thread);
            keeper.start();
            CountDownLatch over = new CountDownLatch(1);
            List<Double> waits = Collections.synchronizedList(new ArrayList<>());
            Thread asking = new Thread(() -> askAgainAndAgain(thread, waits, over), "asking");
            asking.start();
            long start = System.nanoTime();
            keeper.close();
            print("state.write.s", (System.nanoTime() - start) / 1e9, "s");
            over.countDown();
            asking.join();
            print("state.write.wait.max.ms", Collections.max(waits), "ms");
            print("state.file.mb", Files.size(file) / 1e6, "mb");
        }
        RoutesBenchmark fresh = new RoutesBenchmark();
        RibThread idle = new RibThread(fresh.rib, System::nanoTime, 10, fresh.metrics);
        usedHeap();
        long start = System.nanoTime();
        fresh.keeper(file, idle).restore(fresh.rib, Duration.ofMinutes(2));
        print("state.read.s", (System.nanoTime() - start) / 1e9, "s");
        fresh.rib.publish((fib, own, events) -> {});
        print("state.read.publish.s", (System.nanoTime() - start) / 1e9, "s");
        if (fresh.rib.fib().localRoutes() != MILLION) {
            throw new IllegalStateException("restored: " + fresh.rib.fib().localRoutes());
        }
        Files.delete(file);
    }

    private static void askAgainAndAgain(RibThread thread, List<Double> waits, CountDownLatch over) {
        try {
            while (!over.await(1, TimeUnit.MILLISECONDS)) {
                long start = System.nanoTime();
                thread.ask(Rib::feed).join();
                waits.add((System.nanoTime() - start) / 1e6);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- through nats-server

    private interface Scene {
        void play(RibThread thread, NatsPublisher publisher) throws InterruptedException, IOException;
    }

    private void withNats(String program, Scene scene) throws IOException, InterruptedException {
        RibThread thread = new RibThread(rib, System::nanoTime, 131_072, metrics);
        try (NatsServerProcess server = new NatsServerProcess(program, List.of()).start();
                NatsFeed feed = new NatsFeed(Configs.nats(List.of(server.url())), thread, System::nanoTime, metrics);
                thread) {
            thread.start();
            feed.start();
            try (NatsPublisher publisher = new NatsPublisher(server.port())) {
                await(thread, publisher, 9 * MILLION);
                scene.play(thread, publisher);
            }
        }
    }

    /** Publishes a route until it is there: what is sent before the subscription stands is nobody's. */
    private static void await(RibThread thread, NatsPublisher publisher, int app) throws InterruptedException {
        while (thread.fib().lookup(DiegoMessages.host(app), "/") == null) {
            publisher.publish("router.register", DiegoMessages.register(app));
            publisher.flush();
            Thread.sleep(5);
        }
    }

    /** Returns the nanoseconds from the first byte sent until the last message can be seen in lookups. */
    private static long send(RibThread thread, NatsPublisher publisher, byte[] messages, int lastApp) {
        String last = DiegoMessages.host(lastApp);
        long start = System.nanoTime();
        publisher.send(messages);
        while (thread.fib().lookup(last, "/") == null) {
            LockSupport.parkNanos(200_000);
        }
        return System.nanoTime() - start;
    }

    private static byte[] messages(int from, int to, int lastApp) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = from; i < to; i++) {
            NatsPublisher.add(all, "router.register", DiegoMessages.register(i));
        }
        NatsPublisher.add(all, "router.register", DiegoMessages.register(lastApp));
        return all.toByteArray();
    }

    private void throughNats(String program) throws IOException, InterruptedException {
        withNats(program, (thread, publisher) -> {
            List<Double> fresh = new ArrayList<>();
            List<Double> again = new ArrayList<>();
            for (int round = 0; round < 7; round++) {
                int from = round * HUNDRED_THOUSAND;
                int to = from + HUNDRED_THOUSAND;
                fresh.add(send(thread, publisher, messages(from, to, 8 * MILLION + round), 8 * MILLION + round) / 1e9);
                again.add(send(thread, publisher, messages(from, to, 7 * MILLION + round), 7 * MILLION + round) / 1e9);
            }
            // The first rounds run while the program is still being compiled.
            print("nats.new100k.cold.s", fresh.get(0), "s");
            print("nats.heartbeat100k.cold.s", again.get(0), "s");
            print("nats.new100k.s", median(fresh.subList(2, 7)), "s");
            print("nats.heartbeat100k.s", median(again.subList(2, 7)), "s");
        });
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    // ---- a storm while a million routes are held

    private void storm(String program) throws IOException, InterruptedException {
        fill(MILLION);
        ByteArrayOutputStream[] batches = new ByteArrayOutputStream[100];
        for (int i = 0; i < batches.length; i++) {
            batches[i] = new ByteArrayOutputStream();
            for (int j = 0; j < STORM_PER_SECOND / 100; j++) {
                int app = (i * 7919 + j * 104_729) % MILLION;
                NatsPublisher.add(batches[i], "router.register", DiegoMessages.register(app));
            }
        }
        byte[][] sent =
                Arrays.stream(batches).map(ByteArrayOutputStream::toByteArray).toArray(byte[][]::new);
        usedHeap(); // so that the pauses are those of the storm, not of the filling
        List<Double> pauses = Collections.synchronizedList(new ArrayList<>());
        RecordingStream recording = new RecordingStream();
        recording.enable("jdk.GCPhasePause").withoutThreshold();
        recording.onEvent(
                "jdk.GCPhasePause", event -> pauses.add(event.getDuration().toNanos() / 1e6));
        withNats(program, (thread, publisher) -> {
            recording.startAsync();
            CountDownLatch over = new CountDownLatch(1);
            Thread storm = new Thread(() -> blow(publisher, sent, over), "storm");
            storm.start();
            long[] seen = new long[STORM_SECONDS * 25];
            // A connection of its own would overtake the storm in the server.
            for (int i = 0; i < seen.length; i++) {
                int app = 3 * MILLION + i;
                byte[] body = DiegoMessages.register(app);
                long start = System.nanoTime();
                synchronized (publisher) {
                    publisher.publish("router.register", body);
                }
                seen[i] = visible(thread::fib, DiegoMessages.host(app)) - start;
                LockSupport.parkNanos(Duration.ofMillis(40).toNanos() - (System.nanoTime() - start));
            }
            over.countDown();
            storm.join();
            Arrays.sort(seen);
            print("visible.p50.ms", seen[seen.length / 2] / 1e6, "ms");
            print("visible.p99.ms", seen[seen.length * 99 / 100] / 1e6, "ms");
            print("visible.max.ms", seen[seen.length - 1] / 1e6, "ms");
            Thread.sleep(2_000); // events are handed over every second
            recording.close();
        });
        List<Double> sorted = pauses.stream().sorted().toList();
        print("gc.p999.ms", sorted.get((int) Math.min(sorted.size() - 1L, sorted.size() * 999L / 1000)), "ms");
        print("gc.p50.ms", sorted.get(sorted.size() / 2), "ms");
        print("gc.pauses", sorted.size(), "pauses");
    }

    // ---- for a long time

    /** Heartbeats of 100,000 routes, with one message in a hundred about a route that comes or goes. */
    private void soak(String program, int minutes) throws IOException, InterruptedException {
        int perTick = 200;
        withNats(program, (thread, publisher) -> {
            publisher.send(messages(0, HUNDRED_THOUSAND, 8 * MILLION));
            Random random = new Random(1);
            double least = Double.MAX_VALUE;
            double most = 0;
            long start = System.nanoTime();
            long ticks = 0;
            for (int minute = 1; minute <= minutes; minute++) {
                for (int tick = 0; tick < 60 * 100; tick++) {
                    ByteArrayOutputStream messages = new ByteArrayOutputStream();
                    for (int i = 0; i < perTick - 2; i++) {
                        int app = random.nextInt(HUNDRED_THOUSAND);
                        NatsPublisher.add(messages, "router.register", DiegoMessages.register(app));
                    }
                    int churned = 2 * MILLION + random.nextInt(10_000);
                    NatsPublisher.add(messages, "router.register", DiegoMessages.register(churned));
                    NatsPublisher.add(
                            messages,
                            "router.unregister",
                            DiegoMessages.register(2 * MILLION + random.nextInt(10_000)));
                    publisher.send(messages.toByteArray());
                    LockSupport.parkNanos(start + ++ticks * 10_000_000L - System.nanoTime());
                }
                double heap = usedHeap() / 1e6;
                least = minute == 1 ? heap : Math.min(least, heap);
                most = Math.max(most, heap);
                print("soak.heap.minute" + minute + ".mb", heap, "mb");
            }
            print("soak.messages", ticks * perTick / ((System.nanoTime() - start) / 1e9), "1/s");
            print("soak.heap.growth", most / least, "ratio");
            print("soak.routes", thread.fib().localRoutes(), "routes");
        });
    }

    private interface Snapshots {
        Fib get();
    }

    private static long visible(Snapshots fib, String host) {
        while (fib.get().lookup(host, "/") == null) {
            LockSupport.parkNanos(100_000);
        }
        return System.nanoTime();
    }

    private static void blow(NatsPublisher publisher, byte[][] batches, CountDownLatch over) {
        long start = System.nanoTime();
        int sent = 0;
        try {
            while (!over.await(0, TimeUnit.NANOSECONDS)) {
                synchronized (publisher) {
                    publisher.send(batches[sent % batches.length]);
                }
                sent++;
                LockSupport.parkNanos(start + sent * 10_000_000L - System.nanoTime());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        print("storm.messages", sent * (STORM_PER_SECOND / 100.0) / ((System.nanoTime() - start) / 1e9), "1/s");
    }
}
