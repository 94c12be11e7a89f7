package io.grouter.route;

/** How far another site's announcements can be trusted now, by the age of its last heartbeat. */
public enum Freshness {
    /** Heartbeats arrive. */
    FRESH,
    /** Heartbeats have been missing for a few seconds. */
    SUSPECT,
    /** Heartbeats have been missing for long; used last. */
    STALE,
    /** Nothing is known any more: never heard of, or silent for so long that its routes were forgotten. */
    GONE
}
