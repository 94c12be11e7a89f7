/** Whole sites in virtual time: the real tables, protocol and rules on a simulated network, in one thread. */
@NullMarked
package io.grouter.sim.virtual;

import org.jspecify.annotations.NullMarked;
