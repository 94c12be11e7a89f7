package io.grouter.app;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
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
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        try (Node node = new Node(config, name == null ? hostName() : name, List.of())) {
            node.reloadFrom(file);
            node.start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                stop.countDown();
                try {
                    stopped.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
            stop.await();
        } catch (IOException e) {
            spec.commandLine().getErr().println("grouter: " + e.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        } finally {
            stopped.countDown();
        }
        return CommandLine.ExitCode.OK;
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
