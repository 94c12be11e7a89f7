package io.grouter.link;

/**
 * The {@code gossip.tls} section of the configuration: mutual TLS between nodes. All three files or none.
 *
 * @param ca file with the CAs that sign nodes' certificates, PEM
 * @param certificate file with this node's certificate and those that lead to its CA, PEM; it names the site as URI
 *     {@code spiffe://grouter/site/NAME}
 * @param key file with this node's private key, PEM
 */
public record LinkTlsConfig(String ca, String certificate, String key) {
    /** No TLS. */
    public static final LinkTlsConfig OFF = new LinkTlsConfig("", "", "");

    /** Checks that there are all files or none; throws {@link IllegalArgumentException} naming the key. */
    public LinkTlsConfig {
        boolean any = !ca.isEmpty() || !certificate.isEmpty() || !key.isEmpty();
        if (any && ca.isEmpty()) {
            throw new IllegalArgumentException("ca: is missing (expected: a file, as there are others)");
        }
        if (any && certificate.isEmpty()) {
            throw new IllegalArgumentException("certificate: is missing (expected: a file, as there are others)");
        }
        if (any && key.isEmpty()) {
            throw new IllegalArgumentException("key: is missing (expected: a file, as there are others)");
        }
    }

    /** Returns whether connections use TLS. */
    public boolean on() {
        return !ca.isEmpty();
    }
}
