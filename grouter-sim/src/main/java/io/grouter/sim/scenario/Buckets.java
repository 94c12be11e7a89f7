package io.grouter.sim.scenario;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * The requests of a run, put together by the time at which they ended. The admin API is not asked by users and left out.
 *
 * @param nanos length of a bucket
 * @param counts requests, by their way and by bucket
 * @param p99Nanos the time that one request in a hundred exceeded, by bucket; 0 where there are none
 */
record Buckets(long nanos, Map<Visit.Way, int[]> counts, long[] p99Nanos) {
    private static final long[] LENGTHS = {250, 500, 1_000, 2_000, 5_000};
    private static final int MOST = 120;

    /** Puts the requests of a run together, in 120 buckets at most. */
    static Buckets of(Outcome outcome) {
        long all = outcome.scenario().duration().toNanos();
        long length = LENGTHS[LENGTHS.length - 1] * 1_000_000;
        for (int i = LENGTHS.length - 1; i >= 0; i--) {
            if (all / (LENGTHS[i] * 1_000_000) <= MOST) {
                length = LENGTHS[i] * 1_000_000;
            }
        }
        int size = (int) Math.max(1, all / length);
        Map<Visit.Way, int[]> counts = new EnumMap<>(Visit.Way.class);
        for (Visit.Way way : Visit.Way.values()) {
            counts.put(way, new int[size]);
        }
        List<List<Long>> times = new ArrayList<>();
        IntStream.range(0, size).forEach(i -> times.add(new ArrayList<>()));
        for (Visit visit : outcome.seen().visits()) {
            long bucket = outcome.seen().at(visit.beginNanos() + visit.nanos()) / length;
            if (visit.asked() != RequestClass.API && bucket >= 0 && bucket < size) {
                Objects.requireNonNull(counts.get(visit.way()))[(int) bucket]++;
                times.get((int) bucket).add(visit.nanos());
            }
        }
        long[] p99 = times.stream()
                .mapToLong(each ->
                        Summary.p99(each.stream().mapToLong(Long::longValue).toArray()))
                .toArray();
        return new Buckets(length, counts, p99);
    }

    int size() {
        return p99Nanos.length;
    }

    /** Returns requests per second of one way in a bucket. */
    double perSecond(Visit.Way way, int bucket) {
        return Objects.requireNonNull(counts.get(way))[bucket] * 1e9 / nanos;
    }

    /** Returns requests per second of all ways in a bucket. */
    double perSecond(int bucket) {
        double sum = 0;
        for (Visit.Way way : Visit.Way.values()) {
            sum += perSecond(way, bucket);
        }
        return sum;
    }
}
