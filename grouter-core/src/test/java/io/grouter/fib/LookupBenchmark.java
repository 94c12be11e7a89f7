package io.grouter.fib;

import io.grouter.route.Offer;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Lookups in a table of real size, once over a working set of hosts and once over so many that nearly every lookup finds
 * its part of the table outside the caches. Every lookup checks its answer.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LookupBenchmark {
    /** How many different hosts are asked for, in turn: a working set, or more than any cache holds. */
    @Param({"1024", "65536"})
    public int asked;

    /** Routes in the table. */
    @Param("1000000")
    public int routes;

    private Fib fib = Fib.empty(new SiteId("dc1"));
    private String[] exact = {};
    private String[] withPath = {};
    private String[] below = {};
    private String[] unknown = {};
    private int next;

    /** Fills the table: in a hundred routes a wildcard and a host with a context path, all others exact hosts. */
    @Setup
    public void fill() {
        Random random = new Random(42);
        Fib.Builder builder = fib.next();
        for (int i = 0; i < routes; i++) {
            String uri = i % 100 == 0 ? "*." + name(i) : i % 100 == 1 ? name(i) + "/v1" : name(i);
            builder.put(new RouteEntry(RouteUri.parse(uri), new Offer(1, ""), List.of()));
        }
        fib = builder.build();
        exact = new String[asked];
        withPath = new String[asked];
        below = new String[asked];
        unknown = new String[asked];
        for (int i = 0; i < asked; i++) {
            int at = random.nextInt(routes);
            exact[i] = name(at % 100 < 2 ? at + 2 : at);
            withPath[i] = name(at - at % 100 + 1);
            below[i] = "a.b.c." + name(at - at % 100);
            unknown[i] = "no-" + name(at);
        }
    }

    private static String name(int i) {
        return "some-app-" + Integer.toHexString(i * 0x9E3779B1) + ".apps.example.com";
    }

    /** A host that is there. */
    @Benchmark
    public @Nullable RouteEntry exact() {
        return found(fib.lookup(exact[next++ & (asked - 1)], "/index.html"), true);
    }

    /** A host and a context path. */
    @Benchmark
    public @Nullable RouteEntry path() {
        return found(fib.lookup(withPath[next++ & (asked - 1)], "/v1/index.html"), true);
    }

    /** A host three labels below a wildcard. */
    @Benchmark
    public @Nullable RouteEntry wildcard() {
        return found(fib.lookup(below[next++ & (asked - 1)], "/index.html"), true);
    }

    /** A host that is not there. */
    @Benchmark
    public @Nullable RouteEntry miss() {
        return found(fib.lookup(unknown[next++ & (asked - 1)], "/index.html"), false);
    }

    private static @Nullable RouteEntry found(@Nullable RouteEntry route, boolean expected) {
        if ((route != null) != expected) {
            throw new IllegalStateException("wrong answer");
        }
        return route;
    }

    /** Runs all and prints one line per figure on standard output; JMH's own words go nowhere. */
    public static void main(String[] arguments) throws RunnerException {
        OptionsBuilder options = new OptionsBuilder();
        options.include(LookupBenchmark.class.getName())
                .verbosity(VerboseMode.SILENT)
                .addProfiler(GCProfiler.class);
        Collection<RunResult> results = new Runner(options.build()).run();
        for (RunResult result : results) {
            String method = result.getParams().getBenchmark();
            boolean cold = !result.getParams().getParam("asked").equals("1024");
            String figure = "routes.lookup." + method.substring(method.lastIndexOf('.') + 1) + (cold ? ".cold" : "");
            print(figure + ".ns", result.getPrimaryResult().getScore(), "ns");
            result.getSecondaryResults().forEach((name, value) -> {
                if (name.endsWith("gc.alloc.rate.norm")) {
                    print(figure + ".bytes", value.getScore(), "bytes");
                }
            });
        }
    }

    private static void print(String figure, double value, String unit) {
        System.out.printf(Locale.ROOT, "%s %.1f %s%n", figure, value, unit);
    }
}
