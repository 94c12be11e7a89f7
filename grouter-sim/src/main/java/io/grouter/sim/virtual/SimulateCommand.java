package io.grouter.sim.virtual;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import io.grouter.app.Subcommand;
import io.grouter.sim.whatif.WhatIf;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code grouter simulate}: many worlds in virtual time, each with other faults, and what must hold in all of them. */
@Command(
        name = "simulate",
        description = {
            "Run sites in virtual time, without sockets: real tables, protocol and rules on a network with faults.",
            "Each seed is another world; what must hold is checked at every step. Exit code: 0 = all held, 1 = not.",
            "With --tables and --scenario: what would happen to the routes and the traffic of a live installation.",
            "Exit code: 0 = answered, 2 = a file is wrong."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class SimulateCommand implements Subcommand, Callable<Integer> {
    private static final Pattern POINT = Pattern.compile("([0-9]{1,3})x([0-9]{1,7})");
    private static final int MOST_SITES = 50;
    private static final int MOST_NODES = 9;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--seed", paramLabel = "N", description = "Run this one world and tell what happens in it.")
    private @Nullable Long seed;

    @Option(
            names = "--steps",
            paramLabel = "N",
            split = ",",
            description = "With --seed: only these faults of its schedule, for example 2,5.")
    private @Nullable List<Integer> steps;

    @Option(names = "--first", paramLabel = "N", description = "First seed of a row (default: drawn from the clock).")
    private @Nullable Long first;

    @Option(names = "--seeds", paramLabel = "N", defaultValue = "100", description = "How many worlds (default: 100).")
    private int seeds;

    @Option(names = "--seconds", paramLabel = "N", description = "Go on for so many seconds instead.")
    private @Nullable Integer seconds;

    @Option(names = "--sites", paramLabel = "N", defaultValue = "5", description = "Sites, 2 to 50 (default: 5).")
    private int sites;

    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "2",
            description = "Nodes per site, 1 to 9 (default: 2).")
    private int nodes;

    @Option(
            names = "--apps",
            paramLabel = "N",
            defaultValue = "12",
            description = "Apps of each site alone, and as many in several, 1 to 400 (default: 12).")
    private int apps;

    @Option(names = "--threads", paramLabel = "N", description = "Worlds at a time (default: one for each processor).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--scale",
            paramLabel = "SITESxROUTES",
            split = ",",
            description = "Instead: measure so many sites with so many routes each, for example 3x1000,10x10000; prints"
                    + " CSV.")
    private @Nullable List<String> scale;

    @Option(
            names = "--svg",
            paramLabel = "FILE",
            description = "Draw charts of what --scale or --csv gives into this file.")
    private @Nullable Path svg;

    @Option(names = "--csv", paramLabel = "FILE", description = "With --svg: what --scale has printed before.")
    private @Nullable Path csv;

    @Option(
            names = "--mutate",
            paramLabel = "FAULT",
            hidden = true,
            defaultValue = "NONE",
            description = "Put a fault into Grouter itself: ${COMPLETION-CANDIDATES}.")
    private Mutation mutation = Mutation.NONE;

    @Option(
            names = "--tables",
            paramLabel = "FILE",
            description = "Answers of a node's /v1/routes (all pages) and /v1/sites, as JSON; can be repeated.")
    private List<Path> tables = List.of();

    @Option(names = "--scenario", paramLabel = "FILE", description = "With --tables: what happens, and the traffic.")
    private @Nullable Path scenario;

    @Option(
            names = "--output",
            paramLabel = "FORMAT",
            defaultValue = "text",
            converter = OutputConverter.class,
            description = "With --tables: text, json or csv (default: text).")
    private WhatIf.Output output = WhatIf.Output.TEXT;

    private static final class OutputConverter implements ITypeConverter<WhatIf.Output> {
        @Override
        public WhatIf.Output convert(String text) {
            for (WhatIf.Output each : WhatIf.Output.values()) {
                if (each.name().toLowerCase(Locale.ROOT).equals(text)) {
                    return each;
                }
            }
            throw new TypeConversionException("\"" + text + "\" (expected: text, json or csv)");
        }
    }

    /** Made by picocli. */
    public SimulateCommand() {}

    private CommandSpec spec() {
        CommandSpec now = spec;
        if (now == null) {
            throw new IllegalStateException("not parsed");
        }
        return now;
    }

    private void check(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new ParameterException(
                    spec().commandLine(), option + ": " + value + " (expected: " + least + " to " + most + ")");
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        Path file = scenario;
        if (tables.isEmpty() != (file == null)) {
            throw new ParameterException(spec().commandLine(), "--tables and --scenario need each other");
        }
        if (file != null) {
            return WhatIf.run(
                    tables,
                    file,
                    output,
                    spec().commandLine().getOut(),
                    spec().commandLine().getErr());
        }
        check("--sites", sites, 2, MOST_SITES);
        check("--nodes", nodes, 1, MOST_NODES);
        check("--apps", apps, 1, 400);
        check("--threads", threads, 1, 256);
        check("--seeds", seeds, 1, Integer.MAX_VALUE);
        if (steps != null && seed == null) {
            throw new ParameterException(spec().commandLine(), "--steps needs --seed");
        }
        PrintWriter out = spec().commandLine().getOut();
        Schedule.Size size = new Schedule.Size(sites, nodes, apps);
        // What nodes turn away is part of the plan; a log line for each would be all there is to read.
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger("io.grouter").setLevel(Level.OFF);
        }
        if (csv != null) {
            return drawAgain(csv);
        }
        if (scale != null) {
            return scale(scale, out);
        }
        Long one = seed;
        return one == null ? many(size, out) : one(Schedule.of(one, size), out);
    }

    private int scale(List<String> points, PrintWriter out) {
        List<int[]> sizes = new ArrayList<>();
        for (String point : points) {
            Matcher matcher = POINT.matcher(point);
            if (!matcher.matches()) {
                throw new ParameterException(
                        spec().commandLine(),
                        "--scale: \"" + point + "\" (expected: sites x routes of each, for example 10x10000)");
            }
            int[] size = {Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))};
            check("--scale: sites", size[0], 2, 250);
            check("--scale: routes", size[1], 10, 1_000_000);
            sizes.add(size);
        }
        out.println(ScaleStudy.Result.header());
        List<ScaleStudy.Result> results = new ArrayList<>();
        for (int[] size : sizes) {
            ScaleStudy.Result result = new ScaleStudy(size[0], size[1], seed == null ? 1 : seed).run();
            results.add(result);
            out.println(result.line());
            out.flush();
        }
        return draw(results);
    }

    private int draw(List<ScaleStudy.Result> results) {
        Path file = svg;
        if (file == null) {
            return 0;
        }
        try {
            Files.writeString(file, ScaleChart.svg(results));
            return 0;
        } catch (IOException e) {
            spec().commandLine().getErr().println("--svg: " + file + " cannot be written: " + e);
            return 2;
        }
    }

    private int drawAgain(Path from) {
        try {
            return draw(Files.readAllLines(from).stream()
                    .filter(line -> !line.isBlank() && Character.isDigit(line.charAt(0)))
                    .map(ScaleStudy.Result::parse)
                    .toList());
        } catch (IOException | IllegalArgumentException e) {
            spec().commandLine().getErr().println("--csv: " + from + ": " + e + " (expected: what --scale prints)");
            return 2;
        }
    }

    private int one(Schedule whole, PrintWriter out) {
        Schedule schedule = steps == null ? whole : whole.only(steps);
        out.println("Faults of seed " + schedule.seed() + ":");
        schedule.steps().forEach(step -> out.println(step.text()));
        out.println();
        World.Outcome outcome = new World(schedule, mutation, out::println).run();
        out.printf(
                Locale.ROOT,
                "%s after %.1f s of virtual time; %,d requests followed, %,d frames sent; trace %016x%n",
                outcome.violation() == null ? "All held" : "Broken",
                outcome.virtualMillis() / 1e3,
                outcome.requests(),
                outcome.frames(),
                outcome.trace());
        Violation violation = outcome.violation();
        if (violation != null && violation.getCause() != null) {
            StringWriter stack = new StringWriter();
            violation.getCause().printStackTrace(new PrintWriter(stack, true));
            out.println(stack);
        }
        out.flush();
        return violation == null ? 0 : 1;
    }

    private int many(Schedule.Size size, PrintWriter out) throws InterruptedException {
        long begin = System.nanoTime();
        long from = first != null ? first : System.currentTimeMillis();
        Integer time = seconds;
        long until =
                time == null ? Long.MAX_VALUE : begin + Duration.ofSeconds(time).toNanos();
        AtomicLong next = new AtomicLong(from);
        List<Schedule> failing = new ArrayList<>();
        List<Long> healing = new ArrayList<>();
        long[] sums = new long[3];
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread worker = new Thread(() -> {
                for (long each = next.getAndIncrement();
                        (time != null || each < from + seeds) && System.nanoTime() < until;
                        each = next.getAndIncrement()) {
                    Schedule schedule = Schedule.of(each, size);
                    World.Outcome outcome = new World(schedule, mutation, note -> {}).run();
                    synchronized (failing) {
                        sums[0]++;
                        sums[1] += outcome.virtualMillis();
                        sums[2] += outcome.requests();
                        if (outcome.violation() == null) {
                            healing.add(outcome.convergedMillis());
                        } else {
                            failing.add(schedule);
                            report(schedule, outcome.violation(), out);
                        }
                    }
                }
            });
            worker.start();
            workers.add(worker);
        }
        for (Thread worker : workers) {
            worker.join();
        }
        double took = (System.nanoTime() - begin) / 1e9;
        healing.sort(null);
        out.printf(
                Locale.ROOT,
                "%,d worlds of %d sites x %d nodes from seed %d, %,.0f s of virtual time in %.1f s: %.0f worlds a minute%n",
                sums[0],
                sites,
                nodes,
                from,
                sums[1] / 1e3,
                took,
                sums[0] / took * 60);
        if (!healing.isEmpty()) {
            out.printf(
                    Locale.ROOT,
                    "%,d requests followed; all tables equal after the last fault: half of the worlds within %.1f s, all"
                            + " within %.1f s%n",
                    sums[2],
                    healing.get(healing.size() / 2) / 1e3,
                    healing.get(healing.size() - 1) / 1e3);
        }
        out.println(failing.isEmpty() ? "All held." : failing.size() + " worlds in which something broke.");
        out.flush();
        return failing.isEmpty() ? 0 : 1;
    }

    private void report(Schedule schedule, Violation violation, PrintWriter out) {
        Shrinker shrinker = new Shrinker(mutation);
        Schedule small = shrinker.shrink(schedule, violation.invariant());
        out.println("BROKEN with seed " + schedule.seed() + ": "
                + violation.invariant().text());
        out.println("  " + violation.getMessage());
        out.println("  " + small.steps().size() + " of " + schedule.steps().size() + " faults are enough, found in "
                + shrinker.runs() + " runs:");
        small.steps().forEach(step -> out.println("  " + step.text()));
        out.println("  again with: " + command(small));
        out.flush();
    }

    private String command(Schedule small) {
        String numbers = small.steps().stream()
                .map(step -> String.valueOf(step.number()))
                .collect(Collectors.joining(","));
        return "./grouter simulate --sites " + sites + " --nodes " + nodes + " --apps " + apps + " --seed "
                + small.seed() + " --steps " + (numbers.isEmpty() ? "0" : numbers)
                + (mutation == Mutation.NONE ? "" : " --mutate " + mutation);
    }
}
