package io.grouter.admin;

/**
 * Who asks.
 *
 * @param name the name the configuration gives to the token or certificate, or how the caller got in without either
 * @param by what it was recognised by
 * @param role what it may do
 */
record Caller(String name, By by, Role role) {
    /** What a caller is recognised by. */
    enum By {
        /** Nothing: it may ask all the same. */
        NOTHING,
        /** A bearer token. */
        TOKEN,
        /** A client certificate. */
        CERTIFICATE
    }

    /** Somebody on this machine, where no credentials are asked for. */
    static final Caller LOOPBACK = new Caller("loopback", By.NOTHING, Role.OPERATE);

    /** Somebody elsewhere, where no credentials are asked for. */
    static final Caller ANYBODY = new Caller("anybody", By.NOTHING, Role.OPERATE);

    /** Somebody not recognised. */
    static final Caller UNKNOWN = new Caller("unknown", By.NOTHING, Role.NONE);
}
