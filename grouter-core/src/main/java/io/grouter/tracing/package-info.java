/** Grouter's own span in distributed traces (W3C Trace Context), and where spans are sent. Off by default. */
@NullMarked
package io.grouter.tracing;

import org.jspecify.annotations.NullMarked;
