package io.grouter.sim;

import io.grouter.app.Subcommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code grouter sim-site}: what stands behind the Grouter nodes of one site, for sites made of several machines. */
@Command(
        name = "sim-site",
        description = {
            "Run the simulated GoRouters, apps and emitter of one site until told to stop (SIGTERM, Ctrl-C).",
            "The site's NATS server and its Grouter nodes run elsewhere: see docs/docker.md."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class SimSiteCommand implements Subcommand, Callable<Integer> {
    private static final int MAX_GO_ROUTERS = 9;
    private static final int MAX_INSTANCES = 100;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--site", required = true, paramLabel = "NAME", description = "The site's name, as in dc1.")
    private @Nullable String site;

    @Option(
            names = "--nats",
            required = true,
            paramLabel = "URL",
            description = "The NATS server, as in nats://nats:4222.")
    private @Nullable String nats;

    @Option(
            names = "--address",
            paramLabel = "ADDRESS",
            description = "Address under which others reach this machine (default: what its own name leads to).")
    private @Nullable String address;

    @Option(names = "--gorouters", paramLabel = "N", defaultValue = "2", description = "GoRouters (default: 2).")
    private int goRouters;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8080",
            description = "GoRouter i takes requests on PORT+i and health probes on PORT+100+i (default: 8080).")
    private int port;

    @Option(
            names = "--app",
            paramLabel = "ROUTE[=N]",
            converter = AppConverter.class,
            description = "An app of N instances (default: 2) under a route, as in shop." + Deployment.APP_DOMAIN
                    + "=3; may be given several times.")
    private List<Deployment> apps = List.of();

    @Option(
            names = "--every",
            paramLabel = "TIME",
            defaultValue = "4s",
            converter = SimCommand.TimeConverter.class,
            description = "How often the emitter repeats itself (default: 4s; Cloud Foundry: 20s).")
    private Duration interval = Duration.ofSeconds(4);

    /** Makes the command; its options come from the command line. */
    public SimSiteCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        if (spec == null || site == null || nats == null) {
            throw new IllegalStateException("not called by picocli");
        }
        between("--gorouters", goRouters, 1, MAX_GO_ROUTERS);
        between("--port", port, 1, 65_535 - 100 - MAX_GO_ROUTERS);
        PrintWriter out = spec.commandLine().getOut();
        try {
            HostAddress here = HostAddress.everywhere(
                    address == null ? InetAddress.getLocalHost().getHostAddress() : address);
            try (SimPlatform platform = new SimPlatform(site, nats, here, interval)) {
                for (Deployment app : apps) {
                    platform.push(app);
                }
                out.println(site + ": " + apps.size() + " apps at " + here.advertised() + "; waiting for " + nats);
                out.flush();
                platform.startGoRouters(goRouters, nats, port + 1, port + 101, interval.plusMillis(500));
                out.println(site + ": " + goRouters + " GoRouters take requests from port " + (port + 1) + " on");
                out.flush();
                new CountDownLatch(1).await();
            }
            return CommandLine.ExitCode.OK;
        } catch (IOException e) {
            spec.commandLine().getErr().println("grouter sim-site: " + e.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    private void between(String option, int value, int least, int most) {
        if (spec != null && (value < least || value > most)) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), option + ": " + value + " (expected: " + least + " to " + most + ")");
        }
    }

    /** Reads {@code shop.apps.localhost=3} and the like; the app is called as the first label of its host. */
    static final class AppConverter implements ITypeConverter<Deployment> {
        private static final String ROUTE = "(\\*\\.)?[a-z0-9][a-z0-9.-]*(/[a-z0-9._-]+)*";

        @Override
        public Deployment convert(String text) {
            int equals = text.indexOf('=');
            String uri = equals < 0 ? text : text.substring(0, equals);
            String count = equals < 0 ? "2" : text.substring(equals + 1);
            if (!uri.matches(ROUTE) || !count.matches("\\d{1,3}") || Integer.parseInt(count) > MAX_INSTANCES) {
                throw new TypeConversionException("\"" + text + "\" (expected: a route and how many instances of the"
                        + " app, up to " + MAX_INSTANCES + ", such as shop.apps.localhost=3)");
            }
            return new Deployment(nameOf(uri), uri, Set.of(), Integer.parseInt(count));
        }

        private static String nameOf(String uri) {
            String name = uri.startsWith("*.") ? uri.substring(2) : uri;
            int slash = name.indexOf('/');
            String path = slash < 0 ? "" : name.substring(slash).replace('/', '-');
            return name.substring(0, name.indexOf('.') < 0 ? name.length() : name.indexOf('.')) + path;
        }
    }
}
