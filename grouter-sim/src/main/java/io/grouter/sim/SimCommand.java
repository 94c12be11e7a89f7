package io.grouter.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import io.grouter.app.ConfigException;
import io.grouter.app.Subcommand;
import io.grouter.sim.scenario.HtmlReport;
import io.grouter.sim.scenario.Outcome;
import io.grouter.sim.scenario.Scenario;
import io.grouter.sim.scenario.ScenarioLoader;
import io.grouter.sim.scenario.TerminalReport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code grouter sim}: several sites on this machine, to try and to break. */
@Command(
        name = "sim",
        description = {
            "Run several simulated sites on this machine: NATS, GoRouters, apps, and real Grouter nodes.",
            "Type help while it runs to see how to break and mend things."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class SimCommand implements Subcommand, Callable<Integer> {
    private static final long CONVERGE_MILLIS = 30_000;
    private static final Duration PLAY_INTERVAL = Duration.ofSeconds(4);
    private static final Duration SCENARIO_INTERVAL = Duration.ofMillis(1_500);

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--sites", paramLabel = "N", defaultValue = "3", description = "Sites (default: 3).")
    private int sites;

    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "2",
            description = "Grouter nodes per site (default: 2).")
    private int nodes;

    @Option(
            names = "--gorouters",
            paramLabel = "N",
            defaultValue = "2",
            description = "GoRouters per site (default: 2).")
    private int goRouters;

    @Option(
            names = "--base-port",
            paramLabel = "PORT",
            defaultValue = "10000",
            description = "Port that all others are counted from (default: 10000): site i, node j takes requests on"
                    + " PORT+100i+j, its admin API is on PORT+100i+50+j, its DNS on PORT+100i+70+j.")
    private int basePort;

    @Option(
            names = "--nats",
            paramLabel = "PROGRAM",
            description = "Run this nats-server program in every site (default: an embedded broker).")
    private @Nullable String nats;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "Stop by itself after this time, for example 20s or 2m (default: run until Ctrl-C).")
    private @Nullable Duration time;

    @Option(
            names = "--check",
            description = "Ask every node for every app, compare each answer with what it must be, print a table;"
                    + " exit code 1 on a difference.")
    private boolean check;

    @Option(
            names = "--nodes-as-processes",
            description = "Run each node and GoRouter as a process of its own, so that they can be frozen and killed.")
    private boolean processes;

    @Option(
            names = "--scenario",
            paramLabel = "FILE",
            description = "Run this scenario instead, and report; exit code 1 when an expectation does not hold,"
                    + " 2 when the file is wrong. The file says how many sites, nodes and GoRouters there are.")
    private @Nullable Path scenario;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "Write the report of the scenario as an HTML page, too.")
    private @Nullable Path report;

    @Option(names = "--scenario-reference", description = "Print every key of a scenario with its default, and end.")
    private boolean scenarioReference;

    /** Makes the command; its options come from the command line. */
    public SimCommand() {}

    @Override
    public Integer call() {
        if (spec == null) {
            throw new IllegalStateException("not called by picocli");
        }
        if (scenarioReference) {
            spec.commandLine().getOut().print(ScenarioLoader.reference());
            return CommandLine.ExitCode.OK;
        }
        if (report != null && scenario == null) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--report: is for scenarios (with --scenario)");
        }
        quietLogs();
        try {
            return scenario == null ? play(spec.commandLine()) : run(scenario, spec.commandLine());
        } catch (IOException e) {
            spec.commandLine().getErr().println("grouter sim: " + e.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return CommandLine.ExitCode.SOFTWARE; // Ctrl-C: no verdict
        }
    }

    private int run(Path file, CommandLine line) throws IOException, InterruptedException {
        Scenario wanted;
        try {
            wanted = ScenarioLoader.load(file, processes);
        } catch (ConfigException e) {
            e.problems().forEach(line.getErr()::println);
            return CommandLine.ExitCode.USAGE;
        }
        SimOptions options = options(
                line, wanted.sites(), wanted.nodes(), wanted.goRouters(), SCENARIO_INTERVAL, wanted.processes());
        CountDownLatch stopped = new CountDownLatch(1);
        Thread self = Thread.currentThread();
        try (EventPrinter events = new EventPrinter(line.getOut());
                Simulation world = new Simulation(options, EventPrinter::nobody)) {
            onInterrupt(self::interrupt, stopped);
            events.say(wanted.name());
            Outcome outcome = new ScenarioRun(wanted, world, events).run();
            events.say(TerminalReport.of(outcome));
            if (report != null) {
                Files.writeString(report, HtmlReport.of(outcome));
                events.say("The report is in " + report);
            }
            return outcome.held() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
        } finally {
            stopped.countDown();
        }
    }

    private SimOptions options(
            CommandLine line, int ofSites, int ofNodes, int ofGoRouters, Duration interval, boolean asProcesses) {
        try {
            return new SimOptions(ofSites, ofNodes, ofGoRouters, basePort, interval, nats, asProcesses, true);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(line, String.valueOf(e.getMessage()), e);
        }
    }

    private int play(CommandLine line) throws IOException, InterruptedException {
        SimOptions options = options(line, sites, nodes, goRouters, PLAY_INTERVAL, processes);
        long started = System.nanoTime();
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        try (EventPrinter events = new EventPrinter(line.getOut());
                Simulation world = new Simulation(options, events::of)) {
            onInterrupt(stop::countDown, stopped);
            world.start();
            if (!Simulation.await(CONVERGE_MILLIS, () -> stop.getCount() == 0 || world.serving())) {
                throw new IOException("not every node serves: " + world.missing());
            }
            events.say(Welcome.text(world, secondsSince(started)));
            if (options.processes()) {
                world.sites().forEach(site -> JournalWatch.start(site, events));
            }
            SimConsole console = new SimConsole(world, events);
            readCommands(console, stop);
            boolean converged = Simulation.await(CONVERGE_MILLIS, () -> stop.getCount() == 0 || world.converged());
            if (converged && stop.getCount() > 0) {
                events.say(String.format(
                        "All sites know each other's routes, %.1f s after the start.", secondsSince(started)));
            }
            int differences = check ? checkAll(world, events, converged) : 0;
            if (time == null) {
                stop.await();
            } else {
                long left = time.toNanos() - (System.nanoTime() - started);
                boolean early = stop.await(Math.max(0, left), TimeUnit.NANOSECONDS);
                events.say(early ? "Stopped." : "Time is up.");
            }
            return differences == 0 ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
        } finally {
            stopped.countDown();
        }
    }

    /** Warnings of the nodes would tear the events apart; the events say the same. */
    private static void quietLogs() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.ERROR);
        }
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }

    private static void onInterrupt(Runnable stop, CountDownLatch stopped) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stop.run();
            try {
                boolean done = stopped.await(10, TimeUnit.SECONDS);
                assert done;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
    }

    private static int checkAll(Simulation world, EventPrinter events, boolean converged) {
        StringWriter text = new StringWriter();
        if (!converged) {
            text.append("WRONG the sites do not know each other's routes after " + CONVERGE_MILLIS / 1000 + " s\n");
        }
        int differences = new Checker(world).run(new PrintWriter(text, true));
        events.say(text.toString().stripTrailing());
        return converged ? differences : Math.max(1, differences);
    }

    private static void readCommands(SimConsole console, CountDownLatch stop) {
        AtomicBoolean more = new AtomicBoolean(true);
        Threads.start("sim-console", () -> {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
            try {
                for (String line = in.readLine(); line != null && more.get(); line = in.readLine()) {
                    more.set(console.execute(line));
                    if (!more.get()) {
                        stop.countDown();
                    }
                }
            } catch (IOException e) {
                more.set(false); // no terminal: the simulation runs on without commands
            }
        });
    }

    /** Reads {@code 20s}, {@code 2m} and the like. */
    static final class TimeConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            if (!text.matches("\\d{1,6}(s|m|h)")) {
                throw new TypeConversionException("\"" + text + "\" (expected: a time such as 20s or 2m)");
            }
            return Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
        }
    }
}
