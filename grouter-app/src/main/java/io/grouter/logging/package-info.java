/** How this process logs: formats in which no text forges a line, and levels that change while it runs. */
@NullMarked
package io.grouter.logging;

import org.jspecify.annotations.NullMarked;
