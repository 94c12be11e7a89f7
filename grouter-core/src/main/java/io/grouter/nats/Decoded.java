package io.grouter.nats;

import io.grouter.route.RouteChange;
import java.util.List;

/** What became of one NATS message. */
public sealed interface Decoded {
    /**
     * A message that GoRouter would take.
     *
     * @param changes one change per URI; may be empty
     */
    record Changes(List<RouteChange> changes) implements Decoded {
        /** Copies the list. */
        public Changes {
            changes = List.copyOf(changes);
        }
    }

    /**
     * A message that is dropped whole.
     *
     * @param reason why, for the counter
     * @param detail why, for the log; holds nothing of the message but key names and short values
     * @param emitter who sent it, as far as it can be told: the {@code host} of the message, or {@code unknown}
     */
    record Malformed(Reason reason, String detail, String emitter) implements Decoded {}

    /** Why a message was dropped. */
    enum Reason {
        /** Not one JSON object. */
        JSON,
        /** A field has the wrong type. */
        TYPE,
        /** A number is out of its range. */
        RANGE,
        /** A URI is longer than {@link io.grouter.route.RouteUri#MAX_LENGTH}, or there are too many of them. */
        OVERSIZED,
        /** {@code route_service_url} does not start with {@code https}. */
        ROUTE_SERVICE
    }
}
