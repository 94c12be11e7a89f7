/** The access log: one line per request, written by its own thread. */
@NullMarked
package io.grouter.accesslog;

import org.jspecify.annotations.NullMarked;
