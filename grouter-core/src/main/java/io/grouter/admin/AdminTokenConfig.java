package io.grouter.admin;

/**
 * Somebody who may come with a token.
 *
 * @param name who that is, for logs: 1 to 64 of letters, digits and {@code . _ @ -}
 * @param role {@code read} or {@code operate}
 * @param hash {@code sha256:} and the hash of the token, as {@code grouter token} prints it
 */
public record AdminTokenConfig(String name, String role, String hash) {
    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public AdminTokenConfig {
        if (!name.matches("[A-Za-z0-9._@-]{1,64}")) {
            throw new IllegalArgumentException(
                    "name: \"" + name + "\" (expected: 1 to 64 of letters, digits and . _ @ -)");
        }
        Role.granted(role);
        if (!Token.isHash(hash)) {
            throw new IllegalArgumentException(
                    "hash: is none of a token (expected: \"sha256:\" and 64 hexadecimal digits, as grouter token --name "
                            + name + " --role " + role + " prints it)");
        }
    }
}
