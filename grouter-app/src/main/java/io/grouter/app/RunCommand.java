package io.grouter.app;

import io.grouter.logging.Logs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code grouter run}: one node, until it is told to stop. */
@Command(
        name = "run",
        description = "Run one node beside this site's GoRouters until it is told to stop (SIGTERM, Ctrl-C).",
        mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
    private static final Logger log = LoggerFactory.getLogger(RunCommand.class);
    private static final int SIGINT = 2;
    private static final int SIGTERM = 15;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "The node's configuration.")
    private @Nullable Path file;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Name of this node in logs (default: the host's name).")
    private @Nullable String name;

    @Override
    public Integer call() throws InterruptedException {
        if (file == null || spec == null) {
            throw new IllegalStateException("not called by picocli");
        }
        Config config;
        try {
            config = ConfigLoader.load(file);
        } catch (ConfigException e) {
            return CheckConfigCommand.report(spec.commandLine().getErr(), e);
        }
        Logs.configure(config.log());
        boundAdminConnections();
        CountDownLatch stop = new CountDownLatch(1);
        try (Node node = new Node(config, name == null ? hostName() : name, List.of())) {
            node.reloadFrom(file);
            node.knowOthersFirst();
            for (int signal : new int[] {SIGINT, SIGTERM}) {
                Signals.on(signal == SIGINT ? "INT" : "TERM", () -> onStop(stop, signal));
            }
            Signals.on("HUP", () -> {
                node.reopenAccessLog();
                node.reload().problems().forEach(problem -> log.warn("not used: {}", problem));
            });
            node.start();
            stop.await();
            node.drain();
        } catch (IOException e) {
            spec.commandLine().getErr().println("grouter: " + e.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        }
        return CommandLine.ExitCode.OK;
    }

    /** The JDK's HTTP server, which here serves the admin API alone, has no bounds of its own: connections, and seconds for a request. */
    private static void boundAdminConnections() {
        Map<String, String> bounds =
                Map.of("jdk.httpserver.maxConnections", "256", "sun.net.httpserver.maxReqTime", "10");
        bounds.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
    }

    /** The first one lets requests end, the second one does not wait for them. */
    private static void onStop(CountDownLatch stop, int signal) {
        if (stop.getCount() == 0) {
            log.warn("told to stop again: stopping at once");
            Runtime.getRuntime().halt(128 + signal);
        }
        log.info("told to stop: draining; tell again to stop at once");
        stop.countDown();
    }

    private static String hostName() {
        String fromSystem = System.getenv("HOSTNAME");
        try {
            return fromSystem != null && !fromSystem.isBlank()
                    ? fromSystem
                    : InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "node";
        }
    }
}
