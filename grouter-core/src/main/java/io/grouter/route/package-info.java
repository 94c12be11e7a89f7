/** Values that every other package speaks in: routes, endpoints, offers, sites. Immutable, without I/O. */
@NullMarked
package io.grouter.route;

import org.jspecify.annotations.NullMarked;
