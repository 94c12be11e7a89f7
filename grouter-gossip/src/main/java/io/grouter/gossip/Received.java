package io.grouter.gossip;

import io.grouter.link.Peer;

/**
 * A statement that came in, with a signature that was found good.
 *
 * @param source the node it came from on the last hop, by its own word
 * @param message what it says
 * @param sealed the statement as it came, to be passed on unchanged
 * @param heardNanos when it came, in monotonic nanoseconds
 * @param waitedMillis how long it had waited until then since it was signed, the ways between nodes aside
 */
record Received(Peer source, Message message, Frame.Sealed sealed, long heardNanos, long waitedMillis) {}
