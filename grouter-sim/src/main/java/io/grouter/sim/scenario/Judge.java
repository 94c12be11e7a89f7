package io.grouter.sim.scenario;

import io.grouter.sim.scenario.Measurements.Sample;
import java.time.Duration;
import java.util.List;

/** Says from what was measured whether an expectation held. What nobody tried does not hold. */
public final class Judge {
    private final Measurements seen;

    /** Makes one for a run that has ended. */
    public Judge(Measurements seen) {
        this.seen = seen;
    }

    /** Returns what became of an expectation about requests or tables; answers are judged when they are asked for. */
    public Verdict judge(Expectation expectation) {
        return switch (expectation.that()) {
            case NO_FAILURES -> noFailures(expectation);
            case ANSWERED_BY -> answeredBy(expectation);
            case CONVERGED -> converged(expectation);
            case ANSWER -> throw new IllegalArgumentException("answers are not measured");
        };
    }

    /** Returns the verdict on everything that was to be done. */
    public Verdict steps() {
        List<String> problems = seen.steps().stream()
                .filter(step -> !step.problem().isEmpty())
                .map(step -> step.run() + ": " + step.problem())
                .toList();
        String found = problems.isEmpty() ? seen.steps().size() + " done" : String.join("; ", problems);
        boolean all = seen.left() == 0;
        return new Verdict(
                "every step can be done, and everything is counted",
                problems.isEmpty() && all,
                all ? found : found + "; " + seen.left() + " did not fit");
    }

    private List<Visit> visits(Expectation of) {
        long from = of.from().toNanos();
        long until = of.until().toNanos();
        return seen.visits().stream()
                .filter(visit -> of.of().contains(visit.asked()))
                .filter(visit -> of.sites().isEmpty() || of.sites().contains("dc" + visit.site()))
                .filter(visit -> seen.at(visit.beginNanos()) >= from && seen.at(visit.beginNanos()) < until)
                .toList();
    }

    private Verdict noFailures(Expectation expectation) {
        List<Visit> asked = visits(expectation);
        List<Visit> failed = asked.stream().filter(Visit::failed).toList();
        long cut = asked.stream().mapToLong(Visit::cutOffs).sum();
        boolean held = !asked.isEmpty() && failed.isEmpty() && (cut == 0 || expectation.cutOffs());
        StringBuilder found = new StringBuilder();
        found.append(asked.size()).append(" requests, ").append(failed.size()).append(" failed");
        if (cut > 0) {
            found.append(", ").append(cut).append(" cut off and made again");
        }
        if (!failed.isEmpty()) {
            found.append("; the first: ").append(describe(failed.get(0)));
        }
        return new Verdict(expectation.text(), held, found.toString());
    }

    private String describe(Visit visit) {
        return visit.who() + ": " + visit.outcome() + " at " + Texts.seconds(seen.at(visit.beginNanos()));
    }

    private Verdict answeredBy(Expectation expectation) {
        List<Visit> answered = visits(expectation).stream()
                .filter(visit -> !visit.failed() && visit.by() > 0)
                .toList();
        List<Visit> others = answered.stream()
                .filter(visit -> !(expectation.by().isEmpty()
                                || expectation.by().contains("dc" + visit.by()))
                        || !(expectation.how().isEmpty() || expectation.how().contains(visit.way())))
                .toList();
        String found = answered.size() + " answers, " + others.size() + " of them otherwise";
        if (!others.isEmpty()) {
            Visit first = others.get(0);
            found += "; the first: " + first.who() + ": " + first.way().word() + ", by dc" + first.by() + " at "
                    + Texts.seconds(seen.at(first.beginNanos()));
        }
        return new Verdict(expectation.text(), !answered.isEmpty() && others.isEmpty(), found);
    }

    /** The last look within the time counts; how long it has been so is told. */
    private Verdict converged(Expectation expectation) {
        long from = expectation.from().toNanos();
        long until = from + expectation.within().toNanos();
        List<Sample> looks = seen.samples().stream()
                .filter(sample -> sample.atNanos() >= from && sample.atNanos() <= until)
                .toList();
        if (looks.isEmpty()) {
            return new Verdict(expectation.text(), false, "nobody looked at that time");
        }
        long since = from;
        String why = "";
        for (Sample sample : looks) {
            why = sample.why();
            if (!why.isEmpty()) {
                since = sample.atNanos();
            }
        }
        String found = why.isEmpty()
                ? "equal after " + Texts.seconds(Duration.ofMillis((since - from) / 1_000_000))
                : "not equal: " + why;
        return new Verdict(expectation.text(), why.isEmpty(), found);
    }
}
