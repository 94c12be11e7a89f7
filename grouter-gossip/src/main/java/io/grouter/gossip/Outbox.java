package io.grouter.gossip;

import io.grouter.link.Peer;
import java.util.Collection;

/** What the protocol wants done. Calls return at once; what cannot be sent is dropped and repaired later. */
interface Outbox {
    /** Sends one message, signed once, to some nodes, and if wanted to all siblings. */
    void send(Collection<Peer> to, boolean siblings, Message message);

    /** Passes a statement on to some nodes, and if wanted to all siblings, unchanged. */
    void forward(Collection<Peer> to, boolean siblings, Received received);

    /** Returns whether so much waits for a node already that nothing large should be added. */
    boolean congested(Peer to);

    /** Asks for an incarnation higher than the one given; it arrives through {@link Protocol#onIncarnation}. */
    void requestIncarnation(long above);
}
