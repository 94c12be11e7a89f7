package io.grouter.fib;

import org.jspecify.annotations.Nullable;

/**
 * What stands below a node of a {@link RouteIndex}.
 *
 * @param nodes how many nodes are one segment deeper, at least 1
 * @param sites who has routes anywhere below, for a host; null for a beginning of a path
 */
record Below(int nodes, @Nullable HostSites sites) {}
