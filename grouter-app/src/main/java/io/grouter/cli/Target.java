package io.grouter.cli;

import java.net.URI;
import java.time.Duration;

/**
 * The node to ask, and how.
 *
 * @param base the API's address, without a slash at the end
 * @param token bearer token, or {@code ""}
 * @param ca file with the CAs trusted, or {@code ""} for those Java trusts
 * @param certificate file with a client certificate, or {@code ""}
 * @param key file with its key, or {@code ""}
 * @param timeout most time an answer may take
 */
record Target(URI base, String token, String ca, String certificate, String key, Duration timeout) {
    @Override
    public String toString() {
        return base.toString();
    }
}
