package io.grouter.admin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A bearer token (RFC 6750): {@code grt_} and 256 random bits in base64url. With so many, nobody finds the token for a
 * hash by trying, so a fast hash without salt is enough; and because only what has this form is ever compared, a
 * password that somebody made up and hashed lets nobody in.
 *
 * @param text the token
 */
public record Token(String text) {
    private static final String PREFIX = "grt_";
    private static final int BYTES = 32;
    private static final Pattern FORM = Pattern.compile(PREFIX + "[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]");
    private static final String ALGORITHM = "sha256:";
    private static final Pattern HASH = Pattern.compile(ALGORITHM + "[0-9a-f]{64}");

    /** Refuses what has not the form of a token, with {@link IllegalArgumentException}. */
    public Token {
        if (!isToken(text)) {
            throw new IllegalArgumentException("not a token (expected: what grouter token prints)");
        }
    }

    /** Makes a new one. */
    public static Token generate() {
        byte[] random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        return new Token(PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(random));
    }

    /** Returns the hash as it stands in the configuration. */
    public String hash() {
        return ALGORITHM + HexFormat.of().formatHex(digest());
    }

    /** Returns whether a hash of the configuration is this token's; takes the same time whether it is or not. */
    boolean hashesTo(String hash) {
        return MessageDigest.isEqual(digest(), HexFormat.of().parseHex(hash, ALGORITHM.length(), hash.length()));
    }

    private byte[] digest() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    /** Returns whether a text has the form of a token. */
    static boolean isToken(String text) {
        return FORM.matcher(text).matches();
    }

    /** Returns whether a text has the form of a hash. */
    static boolean isHash(String text) {
        return HASH.matcher(text).matches();
    }

    /** Returns nothing of the token. */
    @Override
    public String toString() {
        return PREFIX + "***";
    }
}
