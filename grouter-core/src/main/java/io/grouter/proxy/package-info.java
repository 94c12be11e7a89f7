/** The HTTP data plane in front of the GoRouters. */
@NullMarked
package io.grouter.proxy;

import org.jspecify.annotations.NullMarked;
