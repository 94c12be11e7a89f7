/** Tells people of faults without flooding them. */
@NullMarked
package io.grouter.report;

import org.jspecify.annotations.NullMarked;
