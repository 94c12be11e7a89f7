package io.grouter.rib;

import io.grouter.fib.Fib;
import io.grouter.route.OfferChange;
import java.util.List;

/** Is told what a batch changed. Called on the rib thread; must return at once and not throw. */
public interface RibListener {
    /**
     * A batch has been taken in.
     *
     * @param fib the snapshot after it
     * @param ownChanges what changed in this site's own offers, in order
     * @param events what changed at all, in order
     */
    void onPublished(Fib fib, List<OfferChange> ownChanges, List<RibEvent> events);
}
