package io.grouter.link;

/**
 * The transport between nodes, as far as replication needs to know it. Whoever sends over a wire of another version
 * implements this a second time, on ports of its own, beside the first.
 *
 * <p>Safe for all threads. Messages from one sender to one receiver arrive in order; some may be missing.
 */
public interface SiteLink extends AutoCloseable {
    /** Starts joining in the background; never fails because others are away. */
    void start(Receiver receiver);

    /** Sends to one node; false when it cannot be sent now. Does not wait for the node to take it. */
    boolean send(Peer to, byte[] payload);

    /** Sends to all other nodes of this site; false when it cannot be sent now. */
    boolean toSiblings(byte[] payload);

    /** Returns who is there now. */
    Membership membership();

    @Override
    void close();

    /** Is told what comes in, on the transport's threads. */
    interface Receiver {
        /** A message came. May wait for a moment; the next message of that sender waits as well. */
        void onMessage(Peer from, byte[] payload);

        /** Other nodes are there than before. Must return at once. */
        void onMembership(Membership now);
    }
}
