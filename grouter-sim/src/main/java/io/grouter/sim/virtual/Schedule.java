package io.grouter.sim.virtual;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The faults of one run, all of them over at its end.
 *
 * @param seed what everything else in the run is drawn from as well
 * @param size sites and nodes
 * @param steps the faults
 */
record Schedule(long seed, Size size, List<Step> steps) {
    private static final long FIRST_MILLIS = 12_000;
    private static final long LAST_MILLIS = 45_000;
    private static final int MOST_MILLIS = 20_000;

    /**
     * How large a world is.
     *
     * @param sites number of sites, at least 2
     * @param nodes nodes per site, at least 1
     * @param apps apps per site besides those that are in several
     */
    record Size(int sites, int nodes, int apps) {}

    Schedule {
        steps = List.copyOf(steps);
    }

    /** Returns the schedule that belongs to a seed. */
    static Schedule of(long seed, Size size) {
        SplittableRandom random = new SplittableRandom(seed);
        int count = random.nextBoolean() ? 2 + random.nextInt(8) : 10 + random.nextInt(20);
        List<Step> steps = new ArrayList<>();
        Fault[] faults = Fault.values();
        for (int number = 1; number <= count; number++) {
            Fault fault = faults[random.nextInt(faults.length)];
            int site = 1 + random.nextInt(size.sites());
            int other = fault.subject() == Fault.Subject.NODE
                    ? 1 + random.nextInt(size.nodes())
                    : 1 + (site + random.nextInt(size.sites() - 1)) % size.sites();
            long from = random.nextLong(FIRST_MILLIS, LAST_MILLIS);
            long until = from + 200 + random.nextInt(random.nextBoolean() ? 3_000 : MOST_MILLIS);
            steps.add(new Step(number, from, until, fault, site, other, amount(fault, random)));
        }
        return new Schedule(seed, size, steps);
    }

    private static int amount(Fault fault, SplittableRandom random) {
        return switch (fault) {
            case SLOW -> 50 + random.nextInt(3_000);
            case LOSE, REPEAT, REORDER, CORRUPT -> 20 + random.nextInt(600);
            case NARROW -> 2 + random.nextInt(40);
            case CLOCK_JUMP -> (random.nextBoolean() ? 1 : -1) * (1 + random.nextInt(7_200));
            case DRIFT -> -200 + random.nextInt(400);
            case PARTIAL_FEED -> random.nextInt(900);
            default -> 0;
        };
    }

    /** Returns the same with some of the steps only. */
    Schedule only(Collection<Integer> numbers) {
        return new Schedule(
                seed,
                size,
                steps.stream().filter(step -> numbers.contains(step.number())).toList());
    }

    /** Returns when the last fault is over; at least when the first could begin. */
    long endMillis() {
        return steps.stream().mapToLong(Step::untilMillis).max().orElse(FIRST_MILLIS);
    }
}
