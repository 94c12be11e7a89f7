package io.grouter.gossip;

import io.grouter.route.SiteId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The Ed25519 keys (RFC 8032) with which sites sign what they say, and by which others check it. A site may have two
 * valid keys at a time, so that it can change them without a pause. Safe for all threads.
 */
public final class SiteKeys implements Seals {
    private static final String ALGORITHM = "Ed25519";
    private static final int KEY_BYTES = 32;
    private static final byte[] CONTEXT = "grouter gossip 1\n".getBytes(StandardCharsets.US_ASCII);
    /** What stands before the 32 bytes of a public key in its X.509 form (RFC 8410, section 4). */
    private static final byte[] X509_PREFIX = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0};

    private static final ThreadLocal<Signature> ENGINE = ThreadLocal.withInitial(() -> {
        try {
            return Signature.getInstance(ALGORITHM);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JDK from 15 has it
        }
    });

    private final @Nullable PrivateKey own;
    private final SiteId ownSite;
    private final int ownId;
    private volatile Map<SiteId, List<Trusted>> trusted;

    private record Trusted(int id, PublicKey key) {}

    /**
     * A new pair of keys, as they stand in the configuration.
     *
     * @param privateKey for {@code gossip.signingKey} of the site's own nodes
     * @param publicKey for {@code gossip.sites} of all nodes
     */
    public record Generated(String privateKey, String publicKey) {}

    /**
     * Takes the keys of a configuration.
     *
     * @param ownSite this site
     * @param signingKey the private key, or {@code ""}: then nothing is signed and nothing checked
     * @param sites the public keys of all sites, this one among them
     * @throws IllegalArgumentException naming the key of the configuration and what is wrong with it
     */
    public SiteKeys(SiteId ownSite, String signingKey, Map<SiteId, List<String>> sites) {
        this.ownSite = ownSite;
        if (signingKey.isEmpty()) {
            this.own = null;
            this.ownId = 0;
            this.trusted = Map.of();
            return;
        }
        this.own = privateKey(signingKey);
        this.trusted = publicKeys(sites);
        byte[] probe = {1};
        byte[] signature = signature(probe);
        Trusted match = null;
        for (Trusted each : trusted.getOrDefault(ownSite, List.of())) {
            match = verify(each.key(), probe, signature) ? each : match;
        }
        if (match == null) {
            throw new IllegalArgumentException("signingKey: does not belong to any key of site " + ownSite
                    + " in gossip.sites (expected: both lines that keygen printed)");
        }
        this.ownId = match.id();
    }

    /** Returns a new pair. */
    public static Generated generate() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
            byte[] seed = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
            byte[] x509 = pair.getPublic().getEncoded();
            byte[] point = Arrays.copyOfRange(x509, x509.length - KEY_BYTES, x509.length);
            Base64.Encoder base64 = Base64.getEncoder();
            return new Generated(base64.encodeToString(seed), base64.encodeToString(point));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Checks a private key; throws {@link IllegalArgumentException} saying what is expected. */
    static PrivateKey privateKey(String text) {
        try {
            return KeyFactory.getInstance(ALGORITHM)
                    .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, bytes("signingKey", text)));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("signingKey: " + e.getMessage(), e);
        }
    }

    /** Checks a public key; throws {@link IllegalArgumentException} saying what is expected. */
    static PublicKey publicKey(String text) {
        byte[] point = bytes("keys", text);
        byte[] x509 = Arrays.copyOf(X509_PREFIX, X509_PREFIX.length + KEY_BYTES);
        System.arraycopy(point, 0, x509, X509_PREFIX.length, KEY_BYTES);
        try {
            return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(x509));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("keys: not a public key: " + e.getMessage(), e);
        }
    }

    private static byte[] bytes(String key, String text) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            bytes = new byte[0];
        }
        if (bytes.length != KEY_BYTES) {
            throw new IllegalArgumentException(
                    key + ": is no key (expected: 44 characters of base64, as keygen prints them)");
        }
        return bytes;
    }

    private static Map<SiteId, List<Trusted>> publicKeys(Map<SiteId, List<String>> sites) {
        Map<SiteId, List<Trusted>> keys = new TreeMap<>();
        sites.forEach((site, texts) -> {
            List<Trusted> list = new ArrayList<>();
            texts.forEach(text -> list.add(new Trusted(id(text), publicKey(text))));
            keys.put(site, List.copyOf(list));
        });
        return keys;
    }

    private static int id(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes("keys", text));
            return ByteBuffer.wrap(hash).getInt();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Takes other public keys from now on.
     *
     * @throws IllegalArgumentException when one is none, or this site's own is not among them; then nothing changes
     */
    void trust(Map<SiteId, List<String>> sites) {
        if (on()) {
            Map<SiteId, List<Trusted>> changed = publicKeys(sites);
            if (changed.getOrDefault(ownSite, List.of()).stream().noneMatch(each -> each.id() == ownId)) {
                throw new IllegalArgumentException("sites: lacks the public key this node signs with");
            }
            trusted = changed;
        }
    }

    /** Returns whether anything is signed and checked. */
    boolean on() {
        return own != null;
    }

    /** Returns the sites whose keys are configured. */
    Set<SiteId> sites() {
        return trusted.keySet();
    }

    /** Returns the number of the key this site signs with; 0 when it does not. */
    @Override
    public int ownId() {
        return ownId;
    }

    /** Signs a statement with this site's key; no bytes when there is none. */
    @Override
    public byte[] signature(byte[] statement) {
        PrivateKey key = own;
        if (key == null) {
            return new byte[0];
        }
        try {
            Signature engine = ENGINE.get();
            engine.initSign(key);
            engine.update(CONTEXT);
            engine.update(statement);
            return engine.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Says whether a site signed a statement. Without keys everything is good. */
    @Override
    public Verdict check(SiteId site, int keyId, byte[] statement, byte[] signature) {
        if (!on()) {
            return Verdict.GOOD;
        }
        List<Trusted> keys = trusted.get(site);
        if (keys == null) {
            return Verdict.UNKNOWN_SITE;
        }
        for (Trusted each : keys) {
            if (each.id() == keyId) {
                return verify(each.key(), statement, signature) ? Verdict.GOOD : Verdict.WRONG;
            }
        }
        return Verdict.UNKNOWN_KEY;
    }

    private static boolean verify(PublicKey key, byte[] statement, byte[] signature) {
        try {
            Signature engine = ENGINE.get();
            engine.initVerify(key);
            engine.update(CONTEXT);
            engine.update(statement);
            return engine.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
