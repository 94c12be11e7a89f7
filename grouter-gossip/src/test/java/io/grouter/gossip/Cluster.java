package io.grouter.gossip;

import io.grouter.testing.KeyFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Sites of two nodes each as real processes on loopback, with keys, certificates and mutual TLS, joined directly or
 * through a {@link Wan}.
 */
final class Cluster implements AutoCloseable {
    static final int NODES = 2;

    final Wan wan;
    private final int sites;
    private final boolean overWan;
    private final Path folder;
    private final int port;
    private final List<String> jvm;
    private final List<SiteKeys.Generated> keys = new ArrayList<>();
    private final List<KeyFiles> certificates = new ArrayList<>();
    private final Path ca;
    private final @Nullable Proc[] nodes;

    /**
     * Makes keys and certificates; no process runs yet.
     *
     * @param overWan whether sites reach each other through the wide area, or directly
     * @param port the first of two ports that each node uses on an address of its own
     * @param jvm options of the processes
     */
    Cluster(int sites, boolean overWan, Path folder, int port, Random random, String... jvm) throws IOException {
        this.sites = sites;
        this.overWan = overWan;
        this.folder = folder;
        this.port = port;
        this.jvm = List.of(jvm);
        this.nodes = new Proc[sites * NODES];
        this.wan = new Wan(random);
        StringBuilder all = new StringBuilder();
        for (int site = 1; site <= sites; site++) {
            keys.add(SiteKeys.generate());
            KeyFiles files = KeyFiles.make(folder, "dc" + site, "EC", "uri:spiffe://grouter/site/dc" + site);
            certificates.add(files);
            all.append(Files.readString(Path.of(files.certificate())));
        }
        this.ca = Files.writeString(folder.resolve("ca.pem"), all.toString());
        for (int site = 1; overWan && site <= sites; site++) {
            for (int node = 1; node <= NODES; node++) {
                wan.carry(address(site, 1, node, port + 1), address(site, 0, node, port + 1), site);
            }
        }
    }

    private static InetSocketAddress address(int site, int kind, int node, int port) {
        return InetSocketAddress.createUnresolved("127." + site + "." + kind + "." + node, port);
    }

    private static String text(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }

    Proc node(int site, int node) {
        Proc running = nodes[(site - 1) * NODES + node - 1];
        if (running == null) {
            throw new IllegalStateException("dc" + site + "-" + node + " was not started");
        }
        return running;
    }

    /** Returns the processes of a site, all sites' with 0. */
    List<Proc> of(int site) {
        List<Proc> found = new ArrayList<>();
        for (Proc each : nodes) {
            if (each != null && each.alive() && (site == 0 || each.site == site)) {
                found.add(each);
            }
        }
        return found;
    }

    /** Starts a node, or starts it again. */
    Proc start(int site, int node) throws IOException {
        Properties config = new Properties();
        StringJoiner siblings = new StringJoiner(",");
        StringJoiner everyone = new StringJoiner(",");
        StringJoiner trusted = new StringJoiner(",");
        for (int each = 1; each <= NODES; each++) {
            siblings.add(text(address(site, 0, each, port)));
        }
        for (int other = 1; other <= sites; other++) {
            trusted.add("dc" + other + " " + keys.get(other - 1).publicKey());
            for (int each = 1; each <= NODES; each++) {
                everyone.add(text(address(other, overWan ? 1 : 0, each, port + 1)));
            }
        }
        String name = "dc" + site + "-" + node;
        config.setProperty("site", "dc" + site);
        config.setProperty("name", name);
        config.setProperty("local", text(address(site, 0, node, port)));
        config.setProperty("localPeers", siblings.toString());
        config.setProperty("wan", text(address(site, 0, node, port + 1)));
        config.setProperty("wanAdvertised", overWan ? text(address(site, 1, node, port + 1)) : "");
        config.setProperty("wanPeers", everyone.toString());
        config.setProperty("sites", trusted.toString());
        config.setProperty("signingKey", keys.get(site - 1).privateKey());
        config.setProperty("ca", ca.toString());
        config.setProperty("certificate", certificates.get(site - 1).certificate());
        config.setProperty("key", certificates.get(site - 1).key());
        config.setProperty(
                "incarnationFile", folder.resolve(name + ".incarnation").toString());
        Path file = folder.resolve(name + ".properties");
        try (Writer writer = Files.newBufferedWriter(file)) {
            config.store(writer, null);
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm);
        command.addAll(Arrays.asList(
                "-Djgroups.deserialization.filter=!*",
                "-Djdk.serialFilter=!*",
                "-Dslf4j.internal.verbosity=ERROR",
                "-cp",
                System.getProperty("java.class.path"),
                GossipProcess.class.getName(),
                file.toString()));
        Proc made = new Proc(site, name, command, folder.resolve(name + ".log"));
        nodes[(site - 1) * NODES + node - 1] = made;
        return made;
    }

    void startAll() throws IOException {
        for (int site = 1; site <= sites; site++) {
            for (int node = 1; node <= NODES; node++) {
                start(site, node);
            }
        }
    }

    /** Returns the process that speaks for a site; waits until there is one. */
    Proc speaker(int site) {
        Proc[] found = new Proc[1];
        await("a speaker of dc" + site, 30, () -> {
            for (Proc each : of(site)) {
                if (!each.frozen && each.state().contains(" speaker=1 ")) {
                    found[0] = each;
                }
            }
            return found[0] != null;
        });
        return found[0];
    }

    /** Returns whether every running node holds of every running site what that site has. */
    boolean equal() {
        String[] own = new String[sites + 1];
        List<String> states = new ArrayList<>();
        for (Proc each : of(0)) {
            String state = each.state();
            states.add(state);
            String mine = word(state, "own");
            String before = own[each.site];
            if (before != null && !before.equals(mine)) {
                return false;
            }
            own[each.site] = mine;
        }
        for (int i = 0; i < states.size(); i++) {
            for (int site = 1; site <= sites; site++) {
                String expected = own[site];
                if (expected != null
                        && of(0).get(i).site != site
                        && !expected.equals(word(states.get(i), "dc" + site))) {
                    return false;
                }
            }
        }
        return true;
    }

    static String word(String state, String key) {
        for (String word : state.split(" ")) {
            if (word.startsWith(key + "=")) {
                return word.substring(key.length() + 1);
            }
        }
        return "";
    }

    /** Waits for something; fails after so many seconds with the states of all nodes. */
    void await(String what, int seconds, BooleanSupplier condition) {
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                StringBuilder states = new StringBuilder();
                of(0).forEach(each -> states.append('\n')
                        .append(each.name)
                        .append(' ')
                        .append(each.frozen ? "frozen" : each.state()));
                throw new AssertionError("not within " + seconds + " s: " + what + states);
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() {
        for (Proc each : nodes) {
            if (each != null) {
                each.kill();
            }
        }
        wan.close();
    }

    /** One process. */
    static final class Proc {
        final int site;
        final String name;
        volatile boolean frozen;
        private final Process process;
        private final PrintStream in;
        private final List<String> lines = new ArrayList<>();

        Proc(int site, String name, List<String> command, Path errors) throws IOException {
            this.site = site;
            this.name = name;
            this.process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
                    .start();
            this.in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
            Thread reader = new Thread(this::read, "out-" + name);
            reader.setDaemon(true);
            reader.start();
        }

        private void read() {
            try (BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    synchronized (lines) {
                        lines.add(line);
                        lines.notifyAll();
                    }
                }
            } catch (IOException e) {
                return; // it has ended
            }
        }

        boolean alive() {
            return process.isAlive();
        }

        void say(String command) {
            in.println(command);
        }

        /** Returns the number of lines so far. */
        int mark() {
            synchronized (lines) {
                return lines.size();
            }
        }

        /** Returns the first line from a mark on that fits; fails after so many seconds. */
        String line(int mark, int seconds, Predicate<String> fits) {
            long end = System.nanoTime() + seconds * 1_000_000_000L;
            synchronized (lines) {
                int at = mark;
                while (true) {
                    for (; at < lines.size(); at++) {
                        if (fits.test(lines.get(at))) {
                            return lines.get(at);
                        }
                    }
                    long left = end - System.nanoTime();
                    if (left <= 0 || !process.isAlive()) {
                        throw new AssertionError(name + " did not say it within " + seconds + " s; last: "
                                + lines.subList(Math.max(0, lines.size() - 5), lines.size()));
                    }
                    try {
                        lines.wait(Math.max(1, Math.min(100, left / 1_000_000)));
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new IllegalStateException(e);
                    }
                }
            }
        }

        /** Returns all lines from a mark on that fit. */
        List<String> lines(int mark, Predicate<String> fits) {
            synchronized (lines) {
                return lines.subList(mark, lines.size()).stream().filter(fits).toList();
            }
        }

        String state() {
            int mark = mark();
            say("state");
            return line(mark, 30, line -> line.startsWith("state "));
        }

        long heap() {
            int mark = mark();
            say("heap");
            return Long.parseLong(
                    line(mark, 60, line -> line.startsWith("heap ")).split(" ")[1]);
        }

        private void signal(String signal) {
            try {
                new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                        .start()
                        .waitFor();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        void freeze() {
            frozen = true;
            signal("STOP");
        }

        void thaw() {
            signal("CONT");
            frozen = false;
        }

        void kill() {
            process.destroyForcibly();
            try {
                process.waitFor(5, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
