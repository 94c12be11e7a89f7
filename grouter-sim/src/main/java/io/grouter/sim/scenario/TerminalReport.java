package io.grouter.sim.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The report of a scenario as text. */
public final class TerminalReport {
    private static final int MOST_GROUPS = 20;

    private TerminalReport() {}

    /** Returns the report: requests by class, failures by cause, expectations. */
    public static String of(Outcome outcome) {
        StringBuilder text = new StringBuilder();
        text.append('\n').append(outcome.scenario().name()).append('\n');
        requests(outcome, text);
        failures(outcome, text);
        text.append("\nexpected\n");
        for (Verdict verdict : outcome.verdicts()) {
            text.append(String.format(
                    Locale.ROOT,
                    "  %-4s %s: %s%n",
                    verdict.held() ? "ok" : "FAIL",
                    verdict.expected(),
                    verdict.found()));
        }
        long failed = outcome.verdicts().stream().filter(each -> !each.held()).count();
        text.append(
                failed == 0
                        ? "\nAll expectations held.\n"
                        : "\n" + failed + " of " + outcome.verdicts().size() + " expectations did not hold.\n");
        return text.toString();
    }

    private static void requests(Outcome outcome, StringBuilder text) {
        text.append(String.format(
                Locale.ROOT,
                "%n%-14s %9s %10s %11s %8s %7s %8s %9s%n",
                "requests",
                "all",
                "forwarded",
                "redirected",
                "relayed",
                "failed",
                "cut off",
                "p99"));
        for (Summary each : Summary.of(outcome)) {
            text.append(String.format(
                    Locale.ROOT,
                    "  %-12s %9d %10d %11d %8d %7d %8d %6.1f ms%n",
                    each.asked().title(),
                    each.all(),
                    each.of(Visit.Way.FORWARDED),
                    each.of(Visit.Way.REDIRECTED),
                    each.of(Visit.Way.RELAYED),
                    each.of(Visit.Way.FAILED),
                    each.cutOffs(),
                    each.p99Nanos() / 1e6));
        }
    }

    private static void failures(Outcome outcome, StringBuilder text) {
        List<Failures.Group> groups = new ArrayList<>(Failures.of(outcome.seen()));
        if (groups.isEmpty()) {
            return;
        }
        text.append("\nfailed requests by cause\n");
        for (Failures.Group each : groups.subList(0, Math.min(MOST_GROUPS, groups.size()))) {
            text.append(String.format(
                    Locale.ROOT,
                    "  %5d x %s at dc%d: %s, from %s to %s; %s%n",
                    each.count(),
                    each.asked().title(),
                    each.site(),
                    each.cause(),
                    Texts.seconds(outcome.seen().at(each.first().beginNanos())),
                    Texts.seconds(outcome.seen().at(each.last().beginNanos())),
                    each.first().story()));
        }
        if (groups.size() > MOST_GROUPS) {
            text.append("  and ").append(groups.size() - MOST_GROUPS).append(" other causes\n");
        }
    }
}
