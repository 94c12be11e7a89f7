package io.grouter.gorouter;

/**
 * The {@code goRouters.tls} section of the configuration.
 *
 * @param enabled whether the traffic ports of the GoRouters speak TLS; gRPC needs it
 * @param ca file with the CAs trusted, or {@code ""} for those Java trusts
 * @param certificate file with the own certificate and those that lead to its CA, or {@code ""}
 * @param key file with its private key, or {@code ""}
 * @param serverName name in the GoRouters' certificates, also sent as SNI, or {@code ""} for each one's own address
 * @param http2 whether requests that need HTTP/2 (gRPC) are sent over it
 */
public record GoRouterTlsConfig(
        boolean enabled, String ca, String certificate, String key, String serverName, boolean http2) {
    /** No TLS. */
    public static final GoRouterTlsConfig OFF = new GoRouterTlsConfig(false, "", "", "", "", false);

    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public GoRouterTlsConfig {
        if (certificate.isEmpty() != key.isEmpty()) {
            throw new IllegalArgumentException(
                    "certificate and key: only one of them is given (expected: both or none)");
        }
    }
}
