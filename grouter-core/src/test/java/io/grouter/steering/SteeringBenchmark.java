package io.grouter.steering;

import io.grouter.fib.Fib;
import io.grouter.fib.LearnedOffer;
import io.grouter.fib.RouteEntry;
import io.grouter.fib.SiteView;
import io.grouter.route.Alias;
import io.grouter.route.FeedState;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteConfig;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.steering.RequestFacts.Arrival;
import io.grouter.testing.Configs;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
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
 * Decisions about requests for 1,024 hosts in turn, in a table of 100,000 routes of three sites: the lookup and all rules.
 * Every decision is checked.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SteeringBenchmark {
    private static final int ROUTES = 100_000;
    private static final int ASKED = 1024;
    private static final SiteId DC1 = new SiteId("dc1");
    private static final SiteId DC2 = new SiteId("dc2");
    private static final SiteId DC3 = new SiteId("dc3");

    private final Steering steering =
            new Steering(new SiteConfig(DC1, "eu", List.of(alias(DC1)), 80, 443, List.of()), Configs.steering(), true);
    private final OwnSite own = OwnSite.idle(2);
    private Fib fib = Fib.empty(DC1);
    private final RequestFacts[] here = new RequestFacts[ASKED];
    private final RequestFacts[] there = new RequestFacts[ASKED];
    private final RequestFacts[] posted = new RequestFacts[ASKED];
    private int next;

    private static Alias alias(SiteId site) {
        return new Alias("apps.example.com", site + ".apps.example.com");
    }

    private static SiteView view(SiteId site) {
        SiteInfo info = new SiteInfo(
                "eu",
                List.of(alias(site)),
                80,
                443,
                List.of("*." + site + ".apps.example.com"),
                List.of("192.0.2.1"),
                List.of("192.0.2.1:8443"),
                SiteHealth.idle(2));
        return new SiteView(site, Freshness.FRESH, info, 1, 1, 1, 1, true, 0, SiteView.Lag.NONE);
    }

    /** Fills the table: every other route is here and in the two other sites, the rest in these two only. */
    @Setup
    public void fill() {
        Fib.Builder builder = fib.next().feed(FeedState.LIVE).sites(List.of(view(DC2), view(DC3)));
        for (int i = 0; i < ROUTES; i++) {
            Offer offer =
                    new Offer(2, new UUID(i, i).toString()).labelled(false, null, List.of(), new int[] {i | 1, i});
            List<LearnedOffer> learned = List.of(new LearnedOffer(DC2, offer), new LearnedOffer(DC3, offer));
            builder.put(new RouteEntry(RouteUri.parse(name(i)), i % 2 == 0 ? offer : null, learned));
        }
        fib = builder.build();
        for (int i = 0; i < ASKED; i++) {
            String client = "198.51." + i / 256 + "." + i % 256;
            int at = i * 90;
            here[i] = new RequestFacts(true, name(at), "/index.html", client);
            there[i] = new RequestFacts(true, name(at + 1), "/index.html", client);
            posted[i] = new RequestFacts(true, name(at + 1), "/index.html", client, Arrival.CLIENT, false, 0);
        }
    }

    private static String name(int i) {
        return "some-app-" + Integer.toHexString(i * 0x9E3779B1) + ".apps.example.com";
    }

    /** An app that runs here. */
    @Benchmark
    public Decision forward() {
        return checked(steering.decide(fib, own, here[next++ & (ASKED - 1)]), Decision.Forward.class);
    }

    /** An app that runs in two other sites. */
    @Benchmark
    public Decision redirect() {
        return checked(steering.decide(fib, own, there[next++ & (ASKED - 1)]), Decision.Redirect.class);
    }

    /** An app that runs in two other sites, and a request that a redirect would break. */
    @Benchmark
    public Decision relay() {
        return checked(steering.decide(fib, own, posted[next++ & (ASKED - 1)]), Decision.Relay.class);
    }

    private static Decision checked(Decision decision, Class<? extends Decision> expected) {
        if (decision.getClass() != expected) {
            throw new IllegalStateException("wrong decision: " + decision);
        }
        return decision;
    }

    /** Runs all and prints one line per figure on standard output; JMH's own words go nowhere. */
    public static void main(String[] arguments) throws RunnerException {
        OptionsBuilder options = new OptionsBuilder();
        options.include(SteeringBenchmark.class.getSimpleName())
                .verbosity(VerboseMode.SILENT)
                .addProfiler(GCProfiler.class);
        Collection<RunResult> results = new Runner(options.build()).run();
        for (RunResult result : results) {
            String method = result.getParams().getBenchmark();
            String figure = "steering." + method.substring(method.lastIndexOf('.') + 1);
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
