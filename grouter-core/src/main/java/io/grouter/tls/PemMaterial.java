package io.grouter.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Certificates and keys from PEM files, read again when the files have changed; when that fails, what was read before
 * stays in use and one line says so. Safe for all threads.
 */
public final class PemMaterial {
    private static final Logger log = LoggerFactory.getLogger(PemMaterial.class);
    private static final char[] NO_PASSWORD = {};

    private final @Nullable Path ca;
    private final @Nullable Path certificate;
    private final @Nullable Path key;
    private @Nullable Material material;
    private List<Stamp> stamps = List.of();

    /**
     * What the files say.
     *
     * @param keys the own certificate and key; null when there is none
     * @param trust the CAs
     */
    public record Material(@Nullable X509ExtendedKeyManager keys, X509ExtendedTrustManager trust) {}

    /** What tells without reading whether a file has changed; of a file that cannot be looked at, only its name. */
    record Stamp(Path file, @Nullable FileTime changed, long size) {
        static Stamp of(Path file) {
            try {
                BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
                return new Stamp(file, now.lastModifiedTime(), now.size());
            } catch (IOException e) {
                return new Stamp(file, null, -1);
            }
        }
    }

    /** Names the files; nothing is read yet. Without a CA file those that Java trusts count. */
    public PemMaterial(@Nullable Path ca, @Nullable Path certificate, @Nullable Path key) {
        this.ca = ca;
        this.certificate = certificate;
        this.key = key;
    }

    /** Returns what the files say now; throws, with file and reason, when they never could be used. */
    public synchronized Material read() throws IOException {
        List<Stamp> now = new ArrayList<>();
        for (Path file : new Path[] {ca, certificate, key}) {
            if (file != null) {
                now.add(Stamp.of(file));
            }
        }
        Material current = material;
        if (current != null && now.equals(stamps)) {
            return current;
        }
        try {
            Material loaded = load();
            if (current != null) {
                log.info(
                        "read the changed certificates again: {}",
                        now.stream().map(Stamp::file).toList());
            }
            material = loaded;
            stamps = now;
            return loaded;
        } catch (IOException e) {
            if (current == null) {
                throw e;
            }
            stamps = now;
            log.warn("the changed certificates cannot be used, the ones before stay: {}", e.getMessage());
            return current;
        }
    }

    private Material load() throws IOException {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(ca == null ? null : authorities(ca));
            X509ExtendedKeyManager keys = certificate == null || key == null ? null : keys(certificate, key);
            return new Material(keys, (X509ExtendedTrustManager) trust.getTrustManagers()[0]);
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new IOException("certificates cannot be used: " + e.getMessage(), e);
        }
    }

    private static KeyStore authorities(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = emptyStore();
        for (X509Certificate each : Pem.certificates(file)) {
            store.setCertificateEntry("ca-" + store.size(), each);
        }
        return store;
    }

    private static X509ExtendedKeyManager keys(Path certificate, Path key)
            throws IOException, GeneralSecurityException {
        KeyStore store = emptyStore();
        X509Certificate[] chain = Pem.certificates(certificate).toArray(X509Certificate[]::new);
        PrivateKey secret = Pem.privateKey(key);
        if (!belongTogether(secret, chain[0])) {
            // As it is between the writing of two files; and no handshake would say so as clearly.
            throw new IOException(key + " is not the key of the first certificate in " + certificate);
        }
        store.setKeyEntry("own", secret, NO_PASSWORD, chain);
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return (X509ExtendedKeyManager) factory.getKeyManagers()[0];
    }

    /** Tells whether a private key is that of a certificate. */
    static boolean belongTogether(PrivateKey key, X509Certificate certificate) throws GeneralSecurityException {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        if (!key.getAlgorithm().equals(certificate.getPublicKey().getAlgorithm())) {
            return false;
        }
        byte[] probe = {1};
        Signature engine = Signature.getInstance(algorithm);
        engine.initSign(key);
        engine.update(probe);
        byte[] signature = engine.sign();
        engine.initVerify(certificate.getPublicKey());
        engine.update(probe);
        return engine.verify(signature);
    }

    /** Returns whether the private key is one of EdDSA. */
    public static boolean isEdDsa(X509ExtendedKeyManager keys) {
        String[] aliases = keys.getServerAliases("EdDSA", null);
        return aliases != null && aliases.length > 0;
    }

    private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    /** Returns what the files say now, after {@link #read} was successful once. */
    Material inUse() {
        try {
            return read();
        } catch (IOException e) {
            throw new IllegalStateException(e); // not after the first success
        }
    }
}
