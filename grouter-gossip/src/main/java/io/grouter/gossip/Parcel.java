package io.grouter.gossip;

import org.jspecify.annotations.Nullable;

/**
 * A message on its way to one or more nodes, encoded and signed once, by the first of the senders that comes to it: the
 * rib thread has better things to do. Safe for all threads.
 */
final class Parcel {
    private final Message message;
    private final Seals seals;
    private Frame.@Nullable Sealed sealed;

    Parcel(Message message, Seals seals) {
        this.message = message;
        this.seals = seals;
    }

    /** Wraps a statement that came sealed. */
    Parcel(Received received, Seals seals) {
        this.message = received.message();
        this.seals = seals;
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
            done = new Frame.Sealed(statement, seals.ownId(), seals.signature(statement));
            sealed = done;
        }
        return done;
    }
}
