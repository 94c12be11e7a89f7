/** The state file: the tables as they were, for a node that starts again. */
@NullMarked
package io.grouter.state;

import org.jspecify.annotations.NullMarked;
