package io.grouter.sim.virtual;

import java.util.ArrayList;
import java.util.List;

/** Leaves out one fault after the other, as long as the same invariant breaks without it. */
final class Shrinker {
    private final Mutation mutation;
    private int runs;

    Shrinker(Mutation mutation) {
        this.mutation = mutation;
    }

    /** Returns how many runs it took so far. */
    int runs() {
        return runs;
    }

    /** Returns a schedule with as few faults as could be found that breaks the same invariant. */
    Schedule shrink(Schedule failing, Invariant invariant) {
        Schedule best = failing;
        for (int chunk = Math.max(1, best.steps().size() / 2); chunk > 0; chunk /= 2) {
            best = without(best, chunk, invariant);
        }
        return best;
    }

    private Schedule without(Schedule failing, int chunk, Invariant invariant) {
        Schedule best = failing;
        for (int at = 0; at < best.steps().size(); ) {
            List<Integer> left = new ArrayList<>();
            for (int i = 0; i < best.steps().size(); i++) {
                if (i < at || i >= at + chunk) {
                    left.add(best.steps().get(i).number());
                }
            }
            Schedule smaller = best.only(left);
            if (breaks(smaller, invariant)) {
                best = smaller;
            } else {
                at += chunk;
            }
        }
        return best;
    }

    private boolean breaks(Schedule schedule, Invariant invariant) {
        runs++;
        Violation violation = new World(schedule, mutation, note -> {}).run().violation();
        return violation != null && violation.invariant() == invariant;
    }
}
