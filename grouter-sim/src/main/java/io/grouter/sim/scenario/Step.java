package io.grouter.sim.scenario;

import java.time.Duration;

/**
 * Something that is done while a scenario runs.
 *
 * @param at when, counted from the begin of the load
 * @param run what, as it would be typed
 */
public record Step(Duration at, String run) {}
