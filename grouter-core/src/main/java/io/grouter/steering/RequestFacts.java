package io.grouter.steering;

/**
 * What a decision may depend on.
 *
 * @param https whether the client came over TLS
 * @param host the host asked for, without port, in any case
 * @param path the raw path, with {@code /} in front, without query
 * @param client the client's address, or any text that is the same for the same client; spreads clients over sites
 */
public record RequestFacts(boolean https, String host, String path, String client) {}
