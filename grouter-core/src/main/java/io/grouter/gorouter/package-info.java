/** The GoRouters of this site: which exist, which are healthy, which to use next. */
@NullMarked
package io.grouter.gorouter;

import org.jspecify.annotations.NullMarked;
