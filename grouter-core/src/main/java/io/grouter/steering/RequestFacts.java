package io.grouter.steering;

/**
 * What a decision may depend on.
 *
 * @param https whether the client came over TLS
 * @param host the host asked for, without port, in any case
 * @param path the raw path, with {@code /} in front, without query
 * @param client the client's address, or any text that is the same for the same client; spreads clients over sites
 * @param arrival how the request got here
 * @param redirectable whether a redirect would do for this request: nothing that clients drop or refuse when they follow
 * @param session {@link io.grouter.route.SessionHint} of the session the request belongs to; 0 = none
 */
public record RequestFacts(
        boolean https, String host, String path, String client, Arrival arrival, boolean redirectable, int session) {
    /** How a request got here. */
    public enum Arrival {
        /** From a client. */
        CLIENT,
        /** From another site, over the inter-site listener. */
        SITE,
        /** From a client, but it has been through a Grouter before (RFC 8586). */
        AGAIN
    }

    /** Makes the facts of a plain request of a client. */
    public RequestFacts(boolean https, String host, String path, String client) {
        this(https, host, path, client, Arrival.CLIENT, true, 0);
    }
}
