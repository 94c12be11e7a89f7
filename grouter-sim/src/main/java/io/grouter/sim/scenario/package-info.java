/** Scenarios: their files, the commands in them, what was measured while one ran, the verdict and the report. */
@NullMarked
package io.grouter.sim.scenario;

import org.jspecify.annotations.NullMarked;
