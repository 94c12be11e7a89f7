package io.grouter.cli;

import org.jspecify.annotations.Nullable;

/** A node's admin API. For one thread. */
interface Api {
    /**
     * Asks and waits for the whole answer, whatever its status.
     *
     * @param path path and query, encoded
     * @param body JSON to send, or null for none
     * @throws CommandFailure when there is no answer
     */
    Reply ask(String method, String path, @Nullable String body) throws CommandFailure, InterruptedException;

    /**
     * Opens a stream of server-sent events.
     *
     * @param lastEventId the event to resume after, or {@code ""}
     * @throws CommandFailure when there is no answer, or another one than a stream
     */
    EventLines events(String path, String lastEventId) throws CommandFailure, InterruptedException;
}
