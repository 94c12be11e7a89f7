package io.grouter.gossip;

import org.jspecify.annotations.Nullable;

/**
 * A message on its way to one or more nodes, encoded and signed once, by the first of the senders that comes to it: the
 * rib thread has better things to do. Safe for all threads.
 */
final class Parcel {
    private final Message message;
    private final SiteKeys keys;
    private Frame.@Nullable Sealed sealed;

    Parcel(Message message, SiteKeys keys) {
        this.message = message;
        this.keys = keys;
    }

    /** Wraps a statement that came sealed. */
    Parcel(Received received, SiteKeys keys) {
        this.message = received.message();
        this.keys = keys;
        this.sealed = received.sealed();
    }

    Message message() {
        return message;
    }

    /** Returns roughly how many bytes it takes. */
    int weight() {
        return message.weight();
    }

    synchronized Frame.Sealed sealed() {
        Frame.Sealed done = sealed;
        if (done == null) {
            byte[] statement = MessageCodec.encode(message);
            done = new Frame.Sealed(statement, keys.ownId(), keys.signature(statement));
            sealed = done;
        }
        return done;
    }
}
