package io.grouter.gossip;

import io.grouter.route.SiteId;
import java.util.Set;

/**
 * The transport between nodes, as far as replication needs to know it: who is there, who speaks for which site, and
 * sending bytes. Everything of JGroups stays behind this, because its wire format changes between versions.
 *
 * <p>Safe for all threads; no send ever blocks.
 */
interface SiteLink extends AutoCloseable {
    /** Starts joining in the background; never fails because others are away. */
    void start(Receiver receiver);

    /** Sends to the speaker of another site; false when there is none or it cannot take more now. */
    boolean toSite(SiteId site, byte[] payload);

    /** Sends to all other nodes of this site; false when they cannot take more now. */
    boolean toSiblings(byte[] payload);

    /** Sends to the sibling that speaks for this site; false when there is none but this node. */
    boolean toOwnSpeaker(byte[] payload);

    /** Sends to where a message came from. */
    boolean reply(Source source, byte[] payload);

    /** Returns the other sites that have a node in reach. */
    Set<SiteId> sites();

    /** Returns whether this node speaks for its site. */
    boolean speaker();

    @Override
    void close();

    /** Is told what comes in, on the transport's threads; must return at once. */
    interface Receiver {
        /** A message came. */
        void onMessage(Source source, byte[] payload);
    }
}
