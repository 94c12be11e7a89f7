/** The tables: what this site has, what others announced, and the best of both. One owner thread, no I/O. */
@NullMarked
package io.grouter.rib;

import org.jspecify.annotations.NullMarked;
