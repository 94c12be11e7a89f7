package io.grouter.sim.scenario;

import java.util.List;

/**
 * A scenario that has run.
 *
 * @param scenario what was tried
 * @param seen what was measured
 * @param verdicts what became of each expectation
 */
public record Outcome(Scenario scenario, Measurements seen, List<Verdict> verdicts) {
    /** Makes a copy of the list. */
    public Outcome {
        verdicts = List.copyOf(verdicts);
    }

    /** Returns whether all expectations held. */
    public boolean held() {
        return verdicts.stream().allMatch(Verdict::held);
    }
}
