package io.grouter.gossip;

import io.grouter.route.SiteId;

/** What the protocol wants done. Calls return at once; what cannot be sent is dropped and repaired later. */
interface Outbox {
    /** Sends to the speaker of another site. */
    void toSite(SiteId site, Message message);

    /** Sends to the speaker of every other site that can be reached now, as far as the transport knows. */
    void toSites(Message message);

    /** Sends to all other nodes of this site. */
    void toSiblings(Message message);

    /** Sends to the node of this site that speaks to the others. */
    void toOwnSpeaker(Message message);

    /** Sends to where a message came from. */
    void reply(Source source, Message message);

    /** Returns whether this node speaks for its site now. */
    boolean speaker();

    /** Asks for an incarnation higher than the one given; it arrives through {@link Protocol#onIncarnation}. */
    void requestIncarnation(long above);
}
