/** Whole sites on one machine, to try Grouter and to test it: NATS, GoRouters, apps, emitters and real nodes. */
@NullMarked
package io.grouter.sim;

import org.jspecify.annotations.NullMarked;
