package io.grouter.admin;

import java.util.List;

/**
 * The {@code admin.tls} section of the configuration. All files are PEM, and read again when they change.
 *
 * @param certificate file with the certificate and those that lead to its CA; {@code ""} = no TLS
 * @param key file with its private key
 * @param clientCa file with the CAs of clients' certificates; {@code ""} = clients are not asked for any
 * @param clients what the names in those certificates may do
 */
public record AdminTlsConfig(String certificate, String key, String clientCa, List<AdminClientConfig> clients) {
    /** No TLS. */
    static final AdminTlsConfig NONE = new AdminTlsConfig("", "", "", List.of());

    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public AdminTlsConfig {
        clients = List.copyOf(clients);
        if (certificate.isEmpty() != key.isEmpty()) {
            throw new IllegalArgumentException((key.isEmpty() ? "key" : "certificate")
                    + ": is missing (expected: a file, as there is " + (key.isEmpty() ? "a certificate" : "a key")
                    + ")");
        }
        if (certificate.isEmpty() && !clientCa.isEmpty()) {
            throw new IllegalArgumentException("clientCa: needs TLS (expected beside it: certificate and key)");
        }
        if (clientCa.isEmpty() && !clients.isEmpty()) {
            throw new IllegalArgumentException(
                    "clients: needs clientCa (expected beside it: a file with the CAs of their certificates)");
        }
        if (!clientCa.isEmpty() && clients.isEmpty()) {
            throw new IllegalArgumentException(
                    "clientCa: gives nobody a role without clients (expected beside it: [{name: NAME, role: read}])");
        }
    }

    /** Returns whether the admin API speaks TLS. */
    boolean on() {
        return !certificate.isEmpty();
    }

    /** Returns whether another one has the same files. */
    boolean sameFiles(AdminTlsConfig other) {
        return certificate.equals(other.certificate) && key.equals(other.key) && clientCa.equals(other.clientCa);
    }
}
