package io.grouter.sim.scenario;

/**
 * What became of an expectation.
 *
 * @param expected what must be so
 * @param held whether it was
 * @param found what was seen, for people
 */
public record Verdict(String expected, boolean held, String found) {}
