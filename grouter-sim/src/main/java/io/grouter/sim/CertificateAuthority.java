package io.grouter.sim;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/** A certificate authority for the nodes of a simulation; its certificates (X.509 v3, P-256) are good for a day. */
final class CertificateAuthority {
    private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));
    private static final String COMMON_NAME = "2.5.4.3";
    private static final String SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    private static final int URI = 0x86; // context-specific, number 6 of GeneralName

    private final String name;
    private final KeyPair keys = newKeys();
    private final SecureRandom random = new SecureRandom();

    CertificateAuthority(String name) {
        this.name = name;
    }

    /** Returns its own certificate as PEM. */
    String certificate() {
        byte[] isCa = extension(BASIC_CONSTRAINTS, true, Der.sequence(Der.bool(true)));
        return pem("CERTIFICATE", sign(name, keys, isCa));
    }

    /** Writes a new key and a certificate for it, each in one go, so that who reads sees the old or the new file. */
    void issue(String subject, String uri, Path certificate, Path key) throws IOException {
        KeyPair made = newKeys();
        byte[] names = Der.sequence(Der.value(URI, uri.getBytes(StandardCharsets.US_ASCII)));
        byte[] signed = sign(subject, made, extension(SUBJECT_ALTERNATIVE_NAME, false, names));
        replace(key, pem("PRIVATE KEY", made.getPrivate().getEncoded()));
        replace(certificate, pem("CERTIFICATE", signed));
    }

    /** Writes a file in one go. */
    static void replace(Path file, String text) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(part, text);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private byte[] sign(String subject, KeyPair of, byte[] extension) {
        Instant now = Instant.now();
        byte[] toBeSigned = Der.sequence(
                Der.value(0xa0, Der.integer(BigInteger.TWO)), // version 3
                Der.integer(new BigInteger(120, random).setBit(119)),
                ECDSA_WITH_SHA256,
                distinguishedName(name),
                Der.sequence(Der.time(now.minus(Duration.ofHours(1))), Der.time(now.plus(Duration.ofDays(1)))),
                distinguishedName(subject),
                of.getPublic().getEncoded(),
                Der.value(0xa3, Der.sequence(extension)));
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(keys.getPrivate());
            signature.update(toBeSigned);
            return Der.sequence(toBeSigned, ECDSA_WITH_SHA256, Der.bits(signature.sign()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has ECDSA", e);
        }
    }

    private static byte[] distinguishedName(String commonName) {
        return Der.sequence(Der.set(Der.sequence(Der.oid(COMMON_NAME), Der.utf8(commonName))));
    }

    private static byte[] extension(String oid, boolean critical, byte[] value) {
        return critical
                ? Der.sequence(Der.oid(oid), Der.bool(true), Der.octets(value))
                : Der.sequence(Der.oid(oid), Der.octets(value));
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has P-256", e);
        }
    }

    private static String pem(String label, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
    }
}
