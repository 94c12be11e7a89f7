/** Decides what to do with one request: pure functions over a snapshot. */
@NullMarked
package io.grouter.steering;

import org.jspecify.annotations.NullMarked;
