/** HTTP/1.1 as bytes: strict reading of heads and bodies in place, and what is needed to write them on. */
@NullMarked
package io.grouter.http;

import org.jspecify.annotations.NullMarked;
