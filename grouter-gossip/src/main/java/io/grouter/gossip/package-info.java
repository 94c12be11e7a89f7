/** Keeps every site's announced routes equal in all sites: a pure protocol, and JGroups as its transport. */
@NullMarked
package io.grouter.gossip;

import org.jspecify.annotations.NullMarked;
