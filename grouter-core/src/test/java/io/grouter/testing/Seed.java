package io.grouter.testing;

import java.util.Random;

/** Seeds for random tests: printed at the start, so that a failing run can be repeated. */
public final class Seed {
    private Seed() {}

    /**
     * Returns a random source. The seed is the system property {@code grouter.seed} where it is set, else new in every
     * run.
     *
     * @param test name to print with the seed
     */
    public static Random random(String test) {
        long seed = Long.getLong("grouter.seed", System.nanoTime());
        System.out.println(test + ": repeat with -Dgrouter.seed=" + seed);
        return new Random(seed);
    }
}
