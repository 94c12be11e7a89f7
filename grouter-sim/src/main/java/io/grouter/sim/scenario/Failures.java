package io.grouter.sim.scenario;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Requests that failed, by what was asked and what came instead. */
final class Failures {
    private Failures() {}

    /**
     * Failures with one cause.
     *
     * @param cause what came instead
     * @param first the first of them
     * @param last the last of them
     */
    record Group(RequestClass asked, int site, String cause, int count, Visit first, Visit last) {}

    /** Returns the groups, the largest first. */
    static List<Group> of(Measurements seen) {
        Map<String, Group> groups = new LinkedHashMap<>();
        seen.visits().stream()
                .filter(Visit::failed)
                .sorted(Comparator.comparingLong(Visit::beginNanos))
                .forEach(visit -> groups.merge(
                        visit.asked() + " " + visit.site() + " " + visit.outcome(),
                        new Group(visit.asked(), visit.site(), visit.outcome(), 1, visit, visit),
                        (all, one) ->
                                new Group(all.asked(), all.site(), all.cause(), all.count() + 1, all.first(), visit)));
        return groups.values().stream()
                .sorted(Comparator.comparingInt(Group::count).reversed())
                .toList();
    }
}
