package io.grouter.gossip;

import io.grouter.testing.Seed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Replication between three sites of two nodes each, six processes on this machine, with signatures and mutual TLS:
 * prints one line per figure. {@code BENCH_PARTS} chooses among coldstart, visible, changes, frozen, takeover, snapshot,
 * repair, wan and idle.
 */
public final class GossipBenchmark {
    private static final String[] JVM = {
        "-XX:+UseG1GC",
        "-XX:MaxGCPauseMillis=10",
        "-XX:ReservedCodeCacheSize=64m",
        "-Xms256m",
        "-Xmx2500m",
        "-XX:+IgnoreUnrecognizedVMOptions",
        "--sun-misc-unsafe-memory-access=allow"
    };

    private static final int ROUTES = 200_000;
    private static final int MILLION = 1_000_000;
    private static final double SECOND = 1e9;

    private final Path root;
    private final Random random = Seed.random("GossipBenchmark");
    private int clusters;

    private GossipBenchmark(Path root) {
        this.root = root;
    }

    /** Runs the parts. */
    public static void main(String[] args) throws IOException {
        Path root = Files.createTempDirectory("gossip-benchmark");
        String parts = System.getenv()
                .getOrDefault("BENCH_PARTS", "coldstart visible changes frozen takeover snapshot repair wan idle");
        Set<String> wanted = Set.of(parts.split(" +"));
        GossipBenchmark benchmark = new GossipBenchmark(root);
        try {
            benchmark.run(wanted);
        } finally {
            try (Stream<Path> files = Files.walk(root)) {
                files.sorted(java.util.Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
        System.exit(0);
    }

    private void run(Set<String> wanted) throws IOException {
        if (wanted.contains("coldstart")) {
            coldStart();
        }
        if (wanted.stream().anyMatch(Set.of("visible", "changes", "frozen", "takeover")::contains)) {
            steady(wanted);
        }
        if (wanted.contains("snapshot")) {
            snapshot();
        }
        if (wanted.contains("repair")) {
            repair();
        }
        if (wanted.contains("wan")) {
            snapshotOverWan();
        }
        if (wanted.contains("idle")) {
            idle();
        }
    }

    private Cluster cluster(int sites, boolean overWan) throws IOException {
        Path folder = Files.createDirectory(root.resolve("cluster-" + ++clusters));
        return new Cluster(sites, overWan, folder, 7800 + 2 * clusters, random, JVM);
    }

    private static void figure(String name, double value, String unit) {
        System.out.println(String.format(Locale.ROOT, "gossip.%s %.3f %s", name, value, unit));
    }

    private static void sleep(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long nanosOf(String line) {
        return Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
    }

    private static Predicate<String> begins(String text) {
        return line -> line.startsWith(text);
    }

    // ---- all at once

    private void coldStart() throws IOException {
        try (Cluster cluster = cluster(3, false)) {
            long start = System.nanoTime();
            cluster.startAll();
            cluster.of(0).forEach(node -> node.say("fill 0 10000"));
            cluster.await("every table known everywhere", 60, () -> complete(cluster, 3, 10_000));
            figure("coldstart.s", (System.nanoTime() - start) / SECOND, "s");
        }
    }

    private static boolean complete(Cluster cluster, int sites, int routes) {
        for (Cluster.Proc node : cluster.of(0)) {
            String state = node.state();
            for (int site = 1; site <= sites; site++) {
                String table = Cluster.word(state, site == node.site ? "own" : "dc" + site);
                if (!table.startsWith(routes + ":")) {
                    return false;
                }
            }
        }
        return cluster.equal();
    }

    // ---- with 200,000 routes at every site

    private void steady(Set<String> wanted) throws IOException {
        try (Cluster cluster = cluster(3, false)) {
            cluster.startAll();
            cluster.of(0).forEach(node -> node.say("fill 0 " + ROUTES));
            cluster.await("every table known everywhere", 120, () -> complete(cluster, 3, ROUTES));
            sleep(3_000);
            if (wanted.contains("visible")) {
                probes(cluster, "warm", 200, List.of()); // the compilers need some to learn from
                List<Double> millis = probes(cluster, "visible", 600, List.of());
                figure("visible.p50.ms", percentile(millis, 50), "ms");
                figure("visible.p99.ms", percentile(millis, 99), "ms");
            }
            if (wanted.contains("changes")) {
                changes(cluster);
            }
            if (wanted.contains("frozen")) {
                frozen(cluster);
            }
            if (wanted.contains("takeover")) {
                takeOver(cluster);
            }
        }
    }

    /** Registers routes at the nodes of one site and returns when each was seen by the last of all other nodes. */
    private static List<Double> probes(Cluster cluster, String kind, int count, List<Cluster.Proc> without) {
        List<Cluster.Proc> origin = cluster.of(1);
        List<Cluster.Proc> all = new ArrayList<>(cluster.of(0));
        all.removeAll(without);
        List<Double> millis = new ArrayList<>();
        Random gaps = new Random(1);
        for (int i = 0; i < count; i++) {
            String name = "probe-" + kind + "-" + i + ".apps.example.com";
            int[] marks = all.stream().mapToInt(Cluster.Proc::mark).toArray();
            int first = origin.get(0).mark();
            origin.forEach(node -> node.say("add " + name));
            long start = nanosOf(origin.get(0).line(first, 30, begins("added " + name + " ")));
            long last = start;
            for (int n = 0; n < all.size(); n++) {
                last = Math.max(last, nanosOf(all.get(n).line(marks[n], 60, begins("seen " + name + " "))));
            }
            millis.add((last - start) / 1e6);
            sleep(60 + gaps.nextInt(60));
        }
        return millis;
    }

    private static double percentile(List<Double> values, int percent) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
    }

    private static void changes(Cluster cluster) {
        for (int round = 0; round < 3; round++) {
            int count = 400_000 / 2;
            int port = 10 + round;
            long start = System.nanoTime();
            List<Cluster.Proc> origin = cluster.of(1);
            int[] marks = origin.stream().mapToInt(Cluster.Proc::mark).toArray();
            origin.forEach(node -> node.say("change 0 " + count + " 0 " + port));
            for (int i = 0; i < origin.size(); i++) {
                origin.get(i).line(marks[i], 60, begins("changed 0 " + count));
            }
            cluster.await("all changes everywhere", 60, cluster::equal);
            double seconds = (System.nanoTime() - start) / SECOND;
            if (round > 0) {
                figure("changes.per_s" + (round == 1 ? ".first" : ""), count / seconds, "1/s");
            }
        }
    }

    // ---- a peer that takes nothing

    private static void frozen(Cluster cluster) {
        Cluster.Proc speaker = cluster.speaker(3);
        List<Cluster.Proc> origin = cluster.of(1);
        List<Cluster.Proc> third = cluster.of(3);
        origin.forEach(node -> node.say("churn 900000 10000 " + ROUTES));
        sleep(3_000);
        List<Double> calm = probes(cluster, "calm", 150, third);
        long before = origin.stream().mapToLong(Cluster.Proc::heap).max().orElse(0);
        sleep(3_000);
        speaker.freeze();
        long end = System.nanoTime() + 60 * 1_000_000_000L;
        List<Double> frozen = new ArrayList<>();
        for (int round = 0; System.nanoTime() - end < 0; round++) {
            frozen.addAll(probes(cluster, "frozen" + round, 50, third));
        }
        long after = origin.stream().mapToLong(Cluster.Proc::heap).max().orElse(0);
        speaker.thaw();
        figure("frozen.calm.p99.ms", percentile(calm, 99), "ms");
        figure("frozen.p99.ms", percentile(frozen, 99), "ms");
        figure("frozen.extra.ms", percentile(frozen, 99) - percentile(calm, 99), "ms");
        figure("frozen.extra.worst.ms", percentile(frozen, 100) - percentile(calm, 100), "ms");
        figure("frozen.mib", Math.max(0, after - before) / 1048576.0, "MiB");
        sleep(20_000); // until the churn has ended
        cluster.await("all equal again", 60, cluster::equal);
    }

    // ---- the speaker goes

    private void takeOver(Cluster cluster) throws IOException {
        Cluster.Proc killed = cluster.speaker(2);
        int node = killed.name.endsWith("1") ? 1 : 2;
        Cluster.Proc standby = cluster.node(2, 3 - node);
        double[] kill = outage(cluster, standby, killed::kill, "killed");
        figure("takeover.s", kill[0], "s");
        figure("takeover.kib", kill[1] / 1024, "KiB");
        cluster.start(2, node).say("fill 0 " + ROUTES);
        cluster.await("all equal again", 60, () -> complete(cluster, ROUTES));
        sleep(5_000);
        Cluster.Proc frozen = cluster.speaker(2);
        Cluster.Proc other = cluster.of(2).stream()
                .filter(each -> each != frozen)
                .findFirst()
                .orElseThrow();
        double[] freeze = outage(cluster, other, frozen::freeze, "frozen");
        figure("takeover.frozen.s", freeze[0], "s");
        frozen.thaw();
    }

    private static boolean complete(Cluster cluster, int least) {
        for (Cluster.Proc node : cluster.of(2)) {
            String own = Cluster.word(node.state(), "own");
            if (Integer.parseInt(own.substring(0, own.indexOf(':'))) < least) {
                return false;
            }
        }
        return true;
    }

    /** Returns seconds until a site's changes are seen elsewhere again, and bytes the standby sent by then. */
    private static double[] outage(Cluster cluster, Cluster.Proc standby, Runnable fault, String kind) {
        Cluster.Proc witness = cluster.node(1, 1);
        long bytes = Long.parseLong(Cluster.word(standby.state(), "wanBytes"));
        int mark = witness.mark();
        fault.run();
        long start = System.nanoTime();
        String seen = "";
        for (int i = 0; seen.isEmpty(); i++) {
            standby.say("add probe-" + kind + "-" + i + ".apps.example.com");
            sleep(50);
            List<String> lines = witness.lines(mark, begins("seen probe-" + kind));
            seen = lines.isEmpty() ? "" : lines.get(0);
            if (System.nanoTime() - start > 60 * SECOND) {
                throw new AssertionError("no changes within 60 s");
            }
        }
        double seconds = (nanosOf(seen) - start) / SECOND;
        sleep(2_500); // whatever a repair would send, it would send now
        return new double[] {seconds, Long.parseLong(Cluster.word(standby.state(), "wanBytes")) - bytes};
    }

    // ---- a million routes

    private void snapshot() throws IOException {
        try (Cluster cluster = cluster(2, false)) {
            cluster.start(1, 1);
            cluster.start(1, 2);
            cluster.of(1).forEach(node -> node.say("fill 0 " + MILLION));
            cluster.await("a million at dc1", 120, () -> own(cluster, 1, MILLION));
            Cluster.Proc fresh = cluster.start(2, 1);
            double[] first = transfer(cluster, fresh);
            figure("snapshot1m.cold.s", first[0], "s");
            figure("snapshot1m.mib", first[1] / 1048576.0, "MiB");
            long heap = fresh.heap();
            Cluster.Proc empty = cluster.start(2, 2);
            empty.line(0, 60, begins("started "));
            figure("heap.bytes", (heap - 6_000_000.0) / MILLION, "bytes");
            cluster.await(
                    "the sibling has it",
                    60,
                    () -> Cluster.word(empty.state(), "dc1").startsWith(MILLION + ":"));
        }
    }

    private static boolean own(Cluster cluster, int site, int routes) {
        return cluster.of(site).stream()
                .allMatch(node -> Cluster.word(node.state(), "own").startsWith(routes + ":"));
    }

    /** Returns seconds from the first word heard of a site to its whole table, and the bytes it sent. */
    private static double[] transfer(Cluster cluster, Cluster.Proc fresh) {
        long bytes = wanBytes(cluster, 1);
        long start = nanosOf(fresh.line(0, 60, begins("site dc1 ")));
        String full = fresh.line(0, 120, begins("many dc1 "));
        double sent = wanBytes(cluster, 1) - bytes;
        return new double[] {(nanosOf(full) - start) / SECOND, sent};
    }

    private static long wanBytes(Cluster cluster, int site) {
        return cluster.of(site).stream()
                .mapToLong(node -> Long.parseLong(Cluster.word(node.state(), "wanBytes")))
                .sum();
    }

    private void repair() throws IOException {
        try (Cluster cluster = cluster(2, true)) {
            cluster.startAll();
            cluster.of(1).forEach(node -> node.say("fill 0 " + MILLION));
            cluster.await("a million everywhere", 180, () -> own(cluster, 1, MILLION) && cluster.equal());
            long whole = cluster.wan.bytes(1, 2);
            cluster.wan.cut(1, 2);
            cluster.wan.cut(2, 1);
            sleep(5_000);
            cluster.of(1).forEach(node -> node.say("change 0 10000 0 9"));
            sleep(20_000);
            long before = cluster.wan.bytes(1, 2);
            long start = System.nanoTime();
            cluster.wan.heal();
            cluster.await("equal again", 60, cluster::equal);
            figure("repair.s", (System.nanoTime() - start) / SECOND, "s");
            sleep(1_000);
            figure("repair.share", (cluster.wan.bytes(1, 2) - before) / (double) whole, "");
        }
    }

    /** A round trip of 100 ms, and one segment in a hundred lost. */
    private void snapshotOverWan() throws IOException {
        try (Cluster cluster = cluster(2, true)) {
            cluster.wan.conditions(50, 0.01);
            cluster.start(1, 1);
            cluster.start(1, 2);
            cluster.of(1).forEach(node -> node.say("fill 0 " + MILLION));
            cluster.await("a million at dc1", 120, () -> own(cluster, 1, MILLION));
            Cluster.Proc fresh = cluster.start(2, 1);
            fresh.line(0, 60, begins("site dc1 "));
            List<Long> starts = new ArrayList<>();
            int i = 0;
            while (fresh.lines(0, begins("many dc1 ")).isEmpty() && i < 600) {
                String name = "probe-wan-" + i++ + ".apps.example.com";
                starts.add(System.nanoTime());
                cluster.of(1).forEach(node -> node.say("add " + name));
                sleep(200);
            }
            double seconds =
                    (nanosOf(fresh.line(0, 1, begins("many dc1 "))) - nanosOf(fresh.line(0, 1, begins("site dc1 "))))
                            / SECOND;
            sleep(3_000);
            double worst = 0;
            for (int probe = 0; probe < i; probe++) {
                String seen = fresh.line(0, 10, begins("seen probe-wan-" + probe + "."));
                worst = Math.max(worst, (nanosOf(seen) - starts.get(probe)) / SECOND);
            }
            figure("snapshot1m.wan.s", seconds, "s");
            figure("snapshot1m.wan.delta.s", worst, "s");
        }
    }

    /** What goes over the wire, as TCP carries it, between two sites that have nothing to say. */
    private void idle() throws IOException {
        try (Cluster cluster = cluster(3, true)) {
            cluster.startAll();
            cluster.of(0).forEach(node -> node.say("fill 0 1000"));
            cluster.await("every table known everywhere", 60, () -> complete(cluster, 3, 1000));
            sleep(20_000);
            long before = between(cluster);
            sleep(30_000);
            figure("idle.bytes_per_s", (between(cluster) - before) / 30.0 / 3, "bytes/s");
        }
    }

    private static long between(Cluster cluster) {
        long sum = 0;
        for (int from : Arrays.asList(1, 2, 3)) {
            for (int to : Arrays.asList(1, 2, 3)) {
                sum += from == to ? 0 : cluster.wan.bytes(from, to);
            }
        }
        return sum;
    }
}
