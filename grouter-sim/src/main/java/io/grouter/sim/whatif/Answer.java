package io.grouter.sim.whatif;

import java.util.List;

/**
 * The whole answer.
 *
 * @param name the question in one line
 * @param routes number of routes
 * @param requestsPerSecond all traffic together
 * @param notes what to know of the tables and the assumptions, one sentence each
 * @param moments before all steps, then after each
 */
public record Answer(String name, int routes, double requestsPerSecond, List<String> notes, List<Moment> moments) {}
