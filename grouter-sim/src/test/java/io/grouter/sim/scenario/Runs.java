package io.grouter.sim.scenario;

import io.grouter.app.ConfigException;
import io.grouter.sim.scenario.Visit.Way;
import java.util.List;

/** Runs that never ran, for tests of what is made of them. They begin at 0 and take 10 s. */
final class Runs {
    private static final long SECOND = 1_000_000_000;

    private Runs() {}

    static Visit visit(double second, RequestClass asked, int site, Way way, int by) {
        String outcome = way == Way.FAILED ? "503" : asked.usual();
        return new Visit(asked, site, 1, (long) (second * SECOND), 2_000_000, outcome, way, by, 0, "503 dc1 local; ");
    }

    static Visit cutOff(double second) {
        return new Visit(
                RequestClass.LOCAL, 1, 1, (long) (second * SECOND), 2_000_000, "200", Way.FORWARDED, 1, 1, "200; ");
    }

    static Measurements.Sample sample(double second, String... unequal) {
        return new Measurements.Sample((long) (second * SECOND), List.of(unequal));
    }

    static Measurements.Done step(double second, String run) {
        return new Measurements.Done((long) (second * SECOND), 1_000, run, "");
    }

    static Measurements empty() {
        return new Measurements(0, 2);
    }

    /** Returns a scenario with one expectation, as it stands between the braces. */
    static Scenario expecting(String name, String expectation) {
        String text = "name: " + name + "\nduration: 10s\nsites: 2\nexpect:\n  - {" + expectation + "}\n";
        try {
            return ScenarioLoader.parse("test", text, false);
        } catch (ConfigException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static Verdict judge(Measurements seen, String expectation) {
        return new Judge(seen).judge(expecting("x", expectation).expect().get(0));
    }
}
