/** The transport between nodes: who is there, and sending bytes. All of JGroups stays in here. */
@NullMarked
package io.grouter.link;

import org.jspecify.annotations.NullMarked;
