package io.grouter.gossip;

import io.grouter.route.SiteId;

/**
 * One table that is kept equal in several nodes.
 *
 * @param site the site whose routes are in it
 * @param node 0 for what the site announces; else what this one node of the site has heard itself, which only its
 *     siblings are told
 */
record TableId(SiteId site, long node) {
    static TableId of(SiteId site) {
        return new TableId(site, 0);
    }

    boolean official() {
        return node == 0;
    }
}
