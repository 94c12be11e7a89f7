/** Puts a node together: configuration, wiring, life cycle, command line. */
@NullMarked
package io.grouter.app;

import org.jspecify.annotations.NullMarked;
