package io.grouter.sim.scenario;

import java.util.ArrayList;
import java.util.List;

/**
 * What was seen while a scenario ran, in nanoseconds from its begin: requests, steps, and how equal the tables were.
 * Bounded; what does not fit is counted and makes the run fail. Safe for all threads.
 */
public final class Measurements {
    private static final int MOST_VISITS = 1_000_000;
    private static final int MOST_SAMPLES = 100_000;

    private final long beginNanos;
    private final int sites;
    private final List<Visit> visits = new ArrayList<>();
    private final List<Done> steps = new ArrayList<>();
    private final List<Sample> samples = new ArrayList<>();
    private int left;
    private long endNanos;

    /**
     * A step that was done.
     *
     * @param atNanos when it began
     * @param nanos how long it took
     * @param problem why it could not be done; {@code ""} when it was
     */
    public record Done(long atNanos, long nanos, String run, String problem) {}

    /**
     * How equal the tables were at one time.
     *
     * @param atNanos when
     * @param unequal for each site, why its running nodes do not hold the tables of all sites; {@code ""} = they do
     */
    public record Sample(long atNanos, List<String> unequal) {
        /** Stands for a site of which no node runs. */
        public static final String DOWN = "no node runs";

        /** Makes a copy of the list. */
        public Sample {
            unequal = List.copyOf(unequal);
        }

        /** Returns whether all running nodes of all sites held the same tables, and there were some. */
        public boolean equal() {
            return why().isEmpty();
        }

        /** Returns why not all running nodes held the same tables, or {@code ""}. */
        public String why() {
            return unequal.stream()
                    .filter(each -> !each.isEmpty() && !each.equals(DOWN))
                    .findFirst()
                    .orElse(unequal.contains("") ? "" : DOWN);
        }
    }

    /**
     * Begins to count the time.
     *
     * @param beginNanos now, by {@link System#nanoTime}
     * @param sites number of sites
     */
    public Measurements(long beginNanos, int sites) {
        this.beginNanos = beginNanos;
        this.sites = sites;
    }

    /** Takes in a request that has ended. */
    public synchronized void add(Visit visit) {
        if (visits.size() < MOST_VISITS) {
            visits.add(visit);
        } else {
            left++;
        }
    }

    /** Takes in a step that was done. */
    public synchronized void add(Done step) {
        steps.add(step);
    }

    /** Takes in how equal the tables were. */
    public synchronized void add(Sample sample) {
        if (samples.size() < MOST_SAMPLES) {
            samples.add(sample);
        } else {
            left++;
        }
    }

    /** Ends it; nothing is added any more. */
    public synchronized void end(long nowNanos) {
        endNanos = nowNanos - beginNanos;
    }

    /** Returns the time from the begin to a time, in nanoseconds. */
    public long at(long nanos) {
        return nanos - beginNanos;
    }

    /** Returns how many sites there are. */
    public int sites() {
        return sites;
    }

    /** Returns how long it took, in nanoseconds. */
    public synchronized long nanos() {
        return endNanos;
    }

    /** Returns how much did not fit. */
    public synchronized int left() {
        return left;
    }

    /** Returns the requests, in the order in which they ended. */
    public synchronized List<Visit> visits() {
        return List.copyOf(visits);
    }

    /** Returns the steps that were done. */
    public synchronized List<Done> steps() {
        return List.copyOf(steps);
    }

    /** Returns how equal the tables were, in order of time. */
    public synchronized List<Sample> samples() {
        return List.copyOf(samples);
    }
}
