package io.grouter.gossip;

import io.grouter.route.SiteId;

/**
 * Who sent a message, by the word of the transport.
 *
 * @param site the sender's site
 * @param sibling whether it came over the site's own channel
 * @param handle names the sender to the transport, for an answer
 */
record Source(SiteId site, boolean sibling, Object handle) {}
