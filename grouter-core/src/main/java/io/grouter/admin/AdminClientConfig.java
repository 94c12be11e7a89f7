package io.grouter.admin;

/**
 * Somebody who may come with a certificate.
 *
 * @param name a subject alternative name of the certificate, or its common name
 * @param role {@code read} or {@code operate}
 */
public record AdminClientConfig(String name, String role) {
    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public AdminClientConfig {
        if (name.isBlank()) {
            throw new IllegalArgumentException("name: is missing (expected: a name in the client's certificate)");
        }
        Role.granted(role);
    }
}
