package io.grouter.gossip;

import io.grouter.overrides.OverrideEntry;
import java.util.List;

/** What the protocol needs of the overrides that all nodes of a site share. Returns at once; used by the rib thread. */
interface SharedOverrides {
    /** Returns a number that is equal on two nodes when their entries are; 0 = there are none. */
    long digest();

    /** Returns a number that grows with each order given to this very node. */
    long orders();

    /** Returns all there is to tell, newest first. */
    List<OverrideEntry> entries();

    /** Returns whether an operator drained the whole site. */
    boolean siteDrained();

    /** Takes in what another node of the site holds. */
    void merge(List<OverrideEntry> entries);
}
