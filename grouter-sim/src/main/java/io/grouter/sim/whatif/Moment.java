package io.grouter.sim.whatif;

import java.util.List;
import java.util.SortedMap;

/**
 * The answer for one moment: before all steps, or after one.
 *
 * @param at time of day, or {@code ""} before all steps
 * @param what what happened
 * @param loads the traffic of each site, by name
 * @param failed requests per second that are served nowhere, by cause
 * @param withoutSite routes that no site can serve
 * @param fellToOne routes that one site alone can serve and more could before all steps
 * @param inOne number of routes that one site alone can serve
 * @param stuck routes that are pinned to regions, would have to leave a site, and have no other in these regions
 */
public record Moment(
        String at,
        String what,
        List<SiteLoad> loads,
        SortedMap<String, Double> failed,
        List<String> withoutSite,
        List<String> fellToOne,
        int inOne,
        List<String> stuck) {
    /** Returns requests per second that are served nowhere. */
    public double failedRate() {
        return failed.values().stream().mapToDouble(Double::doubleValue).sum();
    }
}
