/** Fixtures that the tests of all modules share. */
@NullMarked
package io.grouter.testing;

import org.jspecify.annotations.NullMarked;
