package io.grouter.sim;

import io.grouter.sim.scenario.CommandParser;
import io.grouter.sim.scenario.Expectation;
import io.grouter.sim.scenario.Judge;
import io.grouter.sim.scenario.Measurements;
import io.grouter.sim.scenario.Outcome;
import io.grouter.sim.scenario.Scenario;
import io.grouter.sim.scenario.Step;
import io.grouter.sim.scenario.Verdict;
import io.grouter.sim.scenario.Visit;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs a scenario: starts the sites, keeps a load going, does the steps at their times, and judges what was seen. */
final class ScenarioRun {
    private static final long START_MILLIS = 120_000;
    private static final long LAST_ANSWER_MILLIS = 15_000;
    private static final long LOOK_MILLIS = 200;
    private static final long LONGEST_LOOK_NANOS = 1_500_000_000;

    private final Scenario scenario;
    private final Simulation world;
    private final EventPrinter events;
    private final Map<Expectation, Verdict> answers = new ConcurrentHashMap<>();
    private volatile boolean running = true;

    /**
     * Makes one that has not begun.
     *
     * @param world the sites, not yet started
     * @param events told what is done
     */
    ScenarioRun(Scenario scenario, Simulation world, EventPrinter events) {
        this.scenario = scenario;
        this.world = world;
        this.events = events;
    }

    /** What clients tell of their requests. */
    private static final class Counted implements Ledger {
        final Measurements seen;
        final AtomicInteger underWay = new AtomicInteger();

        Counted(Measurements seen) {
            this.seen = seen;
        }

        @Override
        public void begin() {
            underWay.incrementAndGet();
        }

        @Override
        public void end(Visit visit) {
            seen.add(visit);
            underWay.decrementAndGet();
        }
    }

    /** Runs it from the start to the verdict; throws {@link IOException} when the sites do not come up. */
    Outcome run() throws IOException, InterruptedException {
        long started = System.nanoTime();
        world.start(Deployment.forLoad(scenario.sites()));
        if (!Simulation.await(START_MILLIS, () -> world.missing().isEmpty() && world.converged())) {
            throw new IOException("the sites are not ready after " + START_MILLIS / 1000 + " s: " + world.missing()
                    + " " + world.unequal() + " " + world.impaired());
        }
        say(0, "%d sites are ready, %.1f s after the start", scenario.sites(), (System.nanoTime() - started) / 1e9);

        Counted warmUp = new Counted(new Measurements(started, scenario.sites()));
        try (SteadyLoad load = new SteadyLoad(world.options(), scenario.load(), new Random(), warmUp)) {
            if (!load.pass(2, START_MILLIS)) {
                throw new IOException("not every client got an answer");
            }
            Measurements seen = new Measurements(System.nanoTime(), scenario.sites());
            Counted counted = new Counted(seen);
            load.tell(counted);
            List<Thread> watchers = watch(seen);
            steps(seen);
            sleepUntil(seen, scenario.duration());
            running = false;
            load.tell(warmUp);
            for (Thread watcher : watchers) {
                watcher.join(LAST_ANSWER_MILLIS);
            }
            boolean all = Simulation.await(LAST_ANSWER_MILLIS, () -> counted.underWay.get() == 0);
            seen.end(System.nanoTime());
            return judge(seen, all);
        }
    }

    private Outcome judge(Measurements seen, boolean all) {
        Judge judge = new Judge(seen);
        List<Verdict> verdicts = new ArrayList<>();
        for (Expectation each : scenario.expect()) {
            verdicts.add(
                    each.that() == Expectation.That.ANSWER
                            ? answers.getOrDefault(each, new Verdict(each.text(), false, "nobody asked"))
                            : judge.judge(each));
        }
        verdicts.add(judge.steps());
        if (!all) {
            verdicts.add(new Verdict("every request ends", false, "some do not"));
        }
        return new Outcome(scenario, seen, verdicts);
    }

    private void steps(Measurements seen) throws InterruptedException {
        CommandParser commands = scenario.commands();
        Operator operator = new Operator(world);
        for (Step step : scenario.steps()) {
            sleepUntil(seen, step.at());
            long begin = System.nanoTime();
            say(seen.at(begin), "# %s", step.run());
            String problem = "";
            try {
                operator.execute(commands.parse(step.run()));
            } catch (IOException | IllegalArgumentException | IllegalStateException e) {
                problem = String.valueOf(e.getMessage());
                say(seen.at(System.nanoTime()), "%s", problem);
            }
            seen.add(new Measurements.Done(seen.at(begin), System.nanoTime() - begin, step.run(), problem));
        }
    }

    private static void sleepUntil(Measurements seen, Duration at) throws InterruptedException {
        long left = at.toNanos() - seen.at(System.nanoTime());
        if (left > 0) {
            Thread.sleep(left / 1_000_000, (int) (left % 1_000_000));
        }
    }

    private void say(long atNanos, String format, Object... arguments) {
        events.say(
                String.format(Locale.ROOT, "%7.2f s  ", atNanos / 1e9) + String.format(Locale.ROOT, format, arguments));
    }

    // ---- watching

    private List<Thread> watch(Measurements seen) {
        List<Thread> watchers = new ArrayList<>();
        watchers.add(Threads.start("sim-tables", () -> watchTables(seen)));
        for (Expectation each : scenario.expect()) {
            if (each.that() == Expectation.That.ANSWER) {
                watchers.add(Threads.start("sim-answer", () -> watchAnswer(each, seen)));
            }
        }
        return watchers;
    }

    /** Each site is asked by a thread of its own: a node that stands still must not hold up the look at the others. */
    private void watchTables(Measurements seen) {
        List<SiteLook> looks = new ArrayList<>();
        for (SimSite site : world.sites()) {
            SiteLook look = new SiteLook();
            looks.add(look);
            Threads.start("sim-tables-" + site.name(), () -> {
                do {
                    look.found(site.runs() ? world.unequal(site.number()) : Measurements.Sample.DOWN);
                } while (running && pause());
            });
        }
        boolean before = true;
        while (running && pause()) {
            long at = seen.at(System.nanoTime());
            List<String> unequal = looks.stream().map(SiteLook::last).toList();
            Measurements.Sample sample = new Measurements.Sample(at, unequal);
            seen.add(sample);
            if (sample.equal() != before) {
                before = sample.equal();
                say(at, before ? "all tables are equal" : "not all tables are equal: %s", sample.why());
            }
        }
    }

    /** What was found last at one site. */
    private static final class SiteLook {
        private String last = "";
        private long atNanos = System.nanoTime();

        synchronized void found(String unequal) {
            last = unequal;
            atNanos = System.nanoTime();
        }

        synchronized String last() {
            return System.nanoTime() - atNanos > LONGEST_LOOK_NANOS ? "a node does not answer" : last;
        }
    }

    private static boolean pause() {
        try {
            Thread.sleep(LOOK_MILLIS);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private void watchAnswer(Expectation expectation, Measurements seen) {
        long from = expectation.from().toNanos();
        long until = from + expectation.within().toNanos();
        try {
            sleepUntil(seen, expectation.from());
        } catch (InterruptedException e) {
            return;
        }
        String why;
        do {
            why = otherwise(expectation);
            long now = seen.at(System.nanoTime());
            if (why.isEmpty()) {
                String found = String.format(Locale.ROOT, "so after %.2f s", (now - from) / 1e9);
                answers.put(expectation, new Verdict(expectation.text(), true, found));
                return;
            }
        } while (seen.at(System.nanoTime()) < until && running && pause());
        answers.put(expectation, new Verdict(expectation.text(), false, why));
    }

    /** Returns how a node that runs answers otherwise than expected, or {@code ""}. */
    private String otherwise(Expectation expectation) {
        int asked = 0;
        for (SimSite site : world.sites()) {
            boolean counts =
                    expectation.sites().isEmpty() || expectation.sites().contains(site.name());
            for (int node = 1; counts && node <= scenario.nodes(); node++) {
                if (site.runs(node)) {
                    asked++;
                    String why = otherwise(expectation, world.options().proxyPort(site.number(), node));
                    if (!why.isEmpty()) {
                        return site.name() + "-" + node + " " + why;
                    }
                }
            }
        }
        return asked == 0 ? "no node runs there" : "";
    }

    private static String otherwise(Expectation expectation, int port) {
        try {
            HttpProbe.Answer answer = HttpProbe.follow(port, expectation.host(), "/");
            String first = answer.body().lines().findFirst().orElse("");
            if (answer.status() != expectation.status()) {
                return "answers " + answer.status() + " (" + answer.header("X-Grouter-Reason") + ")";
            }
            boolean fine = expectation.by().isEmpty()
                    || expectation.by().stream().anyMatch(site -> first.contains(" in " + site + ","));
            return fine ? "" : "answers: " + first;
        } catch (IOException e) {
            return "does not answer: " + e.getMessage();
        }
    }
}
