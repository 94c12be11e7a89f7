package io.grouter.proxy;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands the messages of a connection over one at a time, each when it is asked for, and reads the socket only when one
 * is wanted: one read may hold several messages, or none that is complete. Used on one event loop; holds at most what
 * one read brought.
 */
final class Inbox {
    private final Consumer<Object> reader;
    private final Deque<Object> held = new ArrayDeque<>();
    private @Nullable ChannelHandlerContext context;
    private boolean wanted;
    private boolean delivering;

    /**
     * Makes an inbox.
     *
     * @param reader takes the messages; may ask for the next one while it is at it
     */
    Inbox(Consumer<Object> reader) {
        this.reader = reader;
    }

    void attach(ChannelHandlerContext ctx) {
        context = ctx;
    }

    /** Asks for the next message, which comes now or when the client sends it. */
    void next() {
        wanted = true;
        if (!delivering) {
            deliver();
        }
    }

    /** Reads on without asking for a message, so that a client that leaves is noticed. */
    void watch() {
        if (context != null) {
            context.read();
        }
    }

    /** Takes what the socket brought. */
    void add(Object message) {
        held.add(message);
        if (!delivering) {
            deliver();
        }
    }

    /** To be called when a read of the socket has ended. */
    void readComplete() {
        if (wanted) {
            watch();
        }
    }

    /** Returns whether a message is being handed over right now, so that more of the same read may follow. */
    boolean delivering() {
        return delivering;
    }

    /** Returns whether nothing waits to be asked for. */
    boolean isEmpty() {
        return held.isEmpty();
    }

    /** Lets go of everything that waits. */
    void release() {
        for (Object message = held.poll(); message != null; message = held.poll()) {
            ReferenceCountUtil.release(message);
        }
    }

    private void deliver() {
        delivering = true;
        try {
            for (Object message = poll(); message != null; message = poll()) {
                wanted = false;
                reader.accept(message);
            }
        } finally {
            delivering = false;
        }
        if (wanted) {
            watch();
        }
    }

    private @Nullable Object poll() {
        return wanted ? held.poll() : null;
    }
}
