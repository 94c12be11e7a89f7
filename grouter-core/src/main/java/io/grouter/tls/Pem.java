package io.grouter.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads certificates and private keys from PEM files (RFC 7468). Errors name the file and what was expected. */
final class Pem {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

    /** {@code rsaEncryption} with no parameters, as an AlgorithmIdentifier. */
    private static final byte[] RSA = hex("300d06092a864886f70d0101010500");
    /** {@code id-ecPublicKey}. */
    private static final byte[] EC_PUBLIC_KEY = hex("06072a8648ce3d0201");

    private Pem() {}

    private record Block(String label, byte[] content) {}

    /** Returns all certificates of a file, in its order; at least one. */
    static List<X509Certificate> certificates(Path file) throws IOException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks(file)) {
            if (block.label().equals("CERTIFICATE")) {
                try {
                    certificates.add((X509Certificate) CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(block.content())));
                } catch (GeneralSecurityException e) {
                    throw new IOException(file + ": certificate " + (certificates.size() + 1) + " cannot be read", e);
                }
            }
        }
        if (certificates.isEmpty()) {
            throw new IOException(file + ": no certificate in it (expected: -----BEGIN CERTIFICATE-----)");
        }
        return certificates;
    }

    /** Returns the private key of a file: PKCS #8, or the older forms of RSA and EC keys. */
    static PrivateKey privateKey(Path file) throws IOException {
        for (Block block : blocks(file)) {
            switch (block.label()) {
                case "PRIVATE KEY" -> {
                    return pkcs8(file, block.content());
                }
                case "RSA PRIVATE KEY" -> {
                    return pkcs8(file, wrap(RSA, block.content()));
                }
                case "EC PRIVATE KEY" -> {
                    return pkcs8(file, wrap(ecAlgorithm(file, block.content()), block.content()));
                }
                case "ENCRYPTED PRIVATE KEY" ->
                    throw new IOException(file + ": the private key is encrypted (expected: one that is not)");
                default -> {} // EC PARAMETERS and certificates may stand before the key
            }
        }
        throw new IOException(file + ": no private key in it (expected: -----BEGIN PRIVATE KEY-----)");
    }

    private static List<Block> blocks(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new IOException(file + (Files.exists(file) ? ": may not be read" : ": no such file"));
        }
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            try {
                blocks.add(new Block(matcher.group(1), Base64.getMimeDecoder().decode(matcher.group(2))));
            } catch (IllegalArgumentException e) {
                throw new IOException(file + ": " + matcher.group(1) + " is not base64", e);
            }
        }
        return blocks;
    }

    private static PrivateKey pkcs8(Path file, byte[] der) throws IOException {
        GeneralSecurityException last = null;
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (GeneralSecurityException e) {
                last = e;
            }
        }
        throw new IOException(file + ": the private key cannot be read (expected: one of " + ALGORITHMS + ")", last);
    }

    /** Puts an older private key into PKCS #8 (RFC 5208, section 5): version 0, algorithm, key. */
    private static byte[] wrap(byte[] algorithm, byte[] key) {
        return der(0x30, concat(der(0x02, new byte[] {0}), concat(algorithm, der(0x04, key))));
    }

    /** Returns the algorithm of an EC key, whose curve stands in the key itself (RFC 5915, section 3). */
    private static byte[] ecAlgorithm(Path file, byte[] key) throws IOException {
        int at = content(key, 0);
        while (at + 1 < key.length) {
            int start = content(key, at);
            int end = start + length(key, at);
            if (end <= at || end > key.length) {
                break;
            }
            if ((key[at] & 0xFF) == 0xA0) {
                byte[] curve = java.util.Arrays.copyOfRange(key, start, end);
                return der(0x30, concat(EC_PUBLIC_KEY, curve));
            }
            at = end;
        }
        throw new IOException(file + ": the EC private key does not name its curve (expected: a named curve)");
    }

    private static int content(byte[] der, int at) {
        return at + 2 + (at + 1 < der.length && der[at + 1] < 0 ? der[at + 1] & 0x7F : 0);
    }

    private static int length(byte[] der, int at) {
        int length = 0;
        int start = content(der, at);
        for (int i = at + 2; i < start && i < der.length; i++) {
            length = length << 8 | (der[i] & 0xFF);
        }
        return start == at + 2 ? der[at + 1] : Math.max(0, length);
    }

    private static byte[] der(int tag, byte[] content) {
        int size = content.length;
        byte[] head = size < 0x80
                ? new byte[] {(byte) tag, (byte) size}
                : size < 0x100
                        ? new byte[] {(byte) tag, (byte) 0x81, (byte) size}
                        : new byte[] {(byte) tag, (byte) 0x82, (byte) (size >>> 8), (byte) size};
        return concat(head, content);
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = java.util.Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    private static byte[] hex(String digits) {
        return java.util.HexFormat.of().parseHex(digits);
    }
}
