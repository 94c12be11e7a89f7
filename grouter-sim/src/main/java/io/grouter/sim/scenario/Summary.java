package io.grouter.sim.scenario;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * All requests of one class.
 *
 * @param ways how many were answered in which way
 * @param p99Nanos the time that one request in a hundred exceeded
 */
record Summary(RequestClass asked, int all, Map<Visit.Way, Integer> ways, long cutOffs, long p99Nanos) {
    /** Returns one for each class that was asked for. */
    static List<Summary> of(Outcome outcome) {
        List<Visit> visits = outcome.seen().visits();
        return outcome.scenario().load().ask().stream()
                .map(asked -> of(
                        asked,
                        visits.stream().filter(visit -> visit.asked() == asked).toList()))
                .toList();
    }

    private static Summary of(RequestClass asked, List<Visit> visits) {
        Map<Visit.Way, Integer> ways = new EnumMap<>(Visit.Way.class);
        visits.forEach(visit -> ways.merge(visit.way(), 1, Integer::sum));
        long cutOffs = visits.stream().mapToLong(Visit::cutOffs).sum();
        return new Summary(
                asked,
                visits.size(),
                ways,
                cutOffs,
                p99(visits.stream().mapToLong(Visit::nanos).toArray()));
    }

    int of(Visit.Way way) {
        return ways.getOrDefault(way, 0);
    }

    /** Returns the time that one request in a hundred exceeds, the slowest of a few; 0 for none. */
    static long p99(long[] nanos) {
        if (nanos.length == 0) {
            return 0;
        }
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return sorted[Math.min(sorted.length - 1, (int) (sorted.length * 0.99))];
    }
}
