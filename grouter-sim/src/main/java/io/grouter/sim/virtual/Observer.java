package io.grouter.sim.virtual;

import io.grouter.fib.Fib;
import io.grouter.rib.RibEvent;
import io.grouter.route.OfferChange;
import java.util.List;

/** Is told what happens on a {@link Stage}. */
interface Observer {
    /** A node has published a snapshot; what it offers is told to others only afterwards. */
    void published(VirtualNode node, Fib fib, List<OfferChange> ownChanges, List<RibEvent> events);

    /** So many bytes have gone from one node to one of another site since the second began. */
    void sent(VirtualNode from, VirtualNode to, long bytes);
}
