package io.grouter.nats;

/**
 * The {@code nats.tls} section of the configuration. The files hold PEM and are read again when they change.
 *
 * @param enabled whether to speak TLS
 * @param ca file with the certificates of those who may sign the servers' certificates; {@code ""} = those Java trusts
 * @param certificate file with this node's certificate, then those that lead to its CA; {@code ""} = none
 * @param key file with the private key of {@code certificate}, not encrypted; {@code ""} = none
 */
public record NatsTlsConfig(boolean enabled, String ca, String certificate, String key) {
    /** No TLS. */
    public static final NatsTlsConfig OFF = new NatsTlsConfig(false, "", "", "");

    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public NatsTlsConfig {
        if (certificate.isEmpty() != key.isEmpty()) {
            String missing = key.isEmpty() ? "key" : "certificate";
            throw new IllegalArgumentException(
                    missing + ": empty (expected: a file, because certificate and key belong together)");
        }
    }
}
