package io.grouter.sim;

import io.grouter.sim.scenario.Visit;

/** Who is told of the requests of a {@link SteadyLoad}. Called by many threads. */
interface Ledger {
    /** Takes note of a request that begins. */
    void begin();

    /** Takes in a request that has ended, of those that began here. */
    void end(Visit visit);
}
