package io.grouter.sim.virtual;

/** A fault of Grouter itself, put in on purpose to show that the invariants would find it. */
enum Mutation {
    /** Grouter as it is. */
    NONE,
    /** Signatures are not checked. */
    TRUSTS_EVERYBODY,
    /** A route of another site gets into the own table. */
    WRITES_FOREIGN_ROUTE,
    /** Missing changes are never asked for: answers to questions are thrown away. */
    NEVER_REPAIRS,
    /** Another site is preferred to the own one. */
    PREFERS_OTHERS,
    /** A request that came from another site is decided as if it came from a client. */
    FORGETS_WHENCE,
    /** The first site that has an app is taken, fit or not. */
    IGNORES_FITNESS,
    /** What is unknown is refused while the table is not complete. */
    FAILS_CLOSED,
    /** DNS names every site for everything. */
    DNS_NAMES_ALL,
    /** Everything is sent ten times. */
    BABBLES,
    /** Routes that are gone are kept for ever. */
    KEEPS_EVERYTHING
}
