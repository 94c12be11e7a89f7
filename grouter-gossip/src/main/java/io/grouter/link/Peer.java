package io.grouter.link;

import io.grouter.route.SiteId;

/**
 * Another node, by its own word: the transport cannot prove who sent a message, so whatever matters is signed.
 *
 * @param site its site
 * @param node number of its process, the same on both channels
 * @param sibling whether it is meant as a node of this site, over the site's own channel
 * @param name its name, for logs
 * @param address how the transport calls it
 */
public record Peer(SiteId site, long node, boolean sibling, String name, Object address) {
    @Override
    public String toString() {
        return name + (sibling ? " (sibling)" : " of site " + site);
    }
}
