package io.grouter.route;

/** How a request that another site has to serve gets there. */
public enum RedirectMode {
    /** Redirected when the client will follow without losing anything, else relayed. */
    AUTO,
    /** Redirected wherever that site has a name of its own for it, else relayed. */
    ALWAYS,
    /** Relayed. */
    NEVER
}
