/** {@code grouter bundle}: what somebody who helps needs to know of a node, in one file without secrets. */
@NullMarked
package io.grouter.bundle;

import org.jspecify.annotations.NullMarked;
