package io.grouter.nats;

/**
 * A message that is dropped whole.
 *
 * @param reason why, for the counter
 * @param detail why, for the log; holds nothing of the message but key names and short values
 * @param emitter who sent it, as far as it can be told: the {@code host} of the message, or {@code unknown}
 */
public record Malformed(Reason reason, String detail, String emitter) {
    /** Why a message was dropped. */
    public enum Reason {
        /** Not one JSON object. */
        JSON,
        /** A field has the wrong type. */
        TYPE,
        /** A number is out of its range. */
        RANGE,
        /** A text is longer than what is kept of it, or there are too many URIs. */
        OVERSIZED,
        /** {@code route_service_url} does not start with {@code https}. */
        ROUTE_SERVICE
    }
}
