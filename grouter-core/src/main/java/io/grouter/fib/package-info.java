/** The immutable snapshot that requests and DNS queries read. */
@NullMarked
package io.grouter.fib;

import org.jspecify.annotations.NullMarked;
