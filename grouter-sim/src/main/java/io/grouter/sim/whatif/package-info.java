/** What would happen to the routes and the traffic of real sites, if: tables of a live node, steps, and the answer. */
@NullMarked
package io.grouter.sim.whatif;

import org.jspecify.annotations.NullMarked;
