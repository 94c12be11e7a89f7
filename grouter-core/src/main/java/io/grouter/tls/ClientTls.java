package io.grouter.tls;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client side of TLS with certificates from PEM files. The files are looked at before every handshake and read again
 * when they have changed; when that fails, what was read before stays in use and one line says so. Safe for all threads.
 */
public final class ClientTls {
    private static final Logger log = LoggerFactory.getLogger(ClientTls.class);
    private static final char[] NO_PASSWORD = {};

    private final @Nullable Path ca;
    private final @Nullable Path certificate;
    private final @Nullable Path key;
    private @Nullable Material material;
    private List<Stamp> stamps = List.of();

    private record Material(@Nullable X509ExtendedKeyManager keys, X509ExtendedTrustManager trust) {}

    private record Stamp(Path file, @Nullable FileTime changed, long size) {
        static Stamp of(Path file) {
            try {
                return new Stamp(file, Files.getLastModifiedTime(file), Files.size(file));
            } catch (IOException e) {
                return new Stamp(file, null, -1);
            }
        }
    }

    /**
     * Names the files; nothing is read yet.
     *
     * @param ca file with the CAs trusted, or {@code ""} for those Java trusts
     * @param certificate file with the own certificate and those that lead to its CA, or {@code ""}
     * @param key file with the private key, or {@code ""}
     */
    public ClientTls(String ca, String certificate, String key) {
        this.ca = ca.isEmpty() ? null : Path.of(ca);
        this.certificate = certificate.isEmpty() ? null : Path.of(certificate);
        this.key = key.isEmpty() ? null : Path.of(key);
    }

    /**
     * Returns a context whose sockets check that the server's certificate is for the host they were made for, and speak
     * TLS 1.2 or 1.3. Throws {@link IOException}, with file and reason, when the files cannot be used.
     */
    public SSLContext context() throws IOException {
        material();
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {new Keys()}, new TrustManager[] {new Trust()}, null);
            return new NameCheckingContext(context);
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS: " + e.getMessage(), e);
        }
    }

    private synchronized Material material() throws IOException {
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
        store.setKeyEntry("own", Pem.privateKey(key), NO_PASSWORD, chain);
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return (X509ExtendedKeyManager) factory.getKeyManagers()[0];
    }

    private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private Material materialInUse() {
        try {
            return material();
        } catch (IOException e) {
            throw new IllegalStateException(e); // not after the first success
        }
    }

    /** Asks for the keys of the moment. */
    private final class Keys extends X509ExtendedKeyManager {
        @Override
        public @Nullable String chooseClientAlias(String[] types, Principal @Nullable [] issuers, Socket socket) {
            X509ExtendedKeyManager keys = materialInUse().keys();
            return keys == null ? null : keys.chooseClientAlias(types, issuers, socket);
        }

        @Override
        public @Nullable String chooseEngineClientAlias(
                String[] types, Principal @Nullable [] issuers, SSLEngine engine) {
            X509ExtendedKeyManager keys = materialInUse().keys();
            return keys == null ? null : keys.chooseEngineClientAlias(types, issuers, engine);
        }

        @Override
        public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
            X509ExtendedKeyManager keys = materialInUse().keys();
            return keys == null ? null : keys.getClientAliases(type, issuers);
        }

        @Override
        public X509Certificate @Nullable [] getCertificateChain(String alias) {
            X509ExtendedKeyManager keys = materialInUse().keys();
            return keys == null ? null : keys.getCertificateChain(alias);
        }

        @Override
        public @Nullable PrivateKey getPrivateKey(String alias) {
            X509ExtendedKeyManager keys = materialInUse().keys();
            return keys == null ? null : keys.getPrivateKey(alias);
        }

        @Override
        public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseServerAlias(String type, Principal @Nullable [] issuers, Socket socket) {
            return null;
        }
    }

    /** Asks the CAs of the moment. */
    private final class Trust extends X509ExtendedTrustManager {
        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            materialInUse().trust().checkServerTrusted(chain, type, socket);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            materialInUse().trust().checkServerTrusted(chain, type, engine);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            materialInUse().trust().checkServerTrusted(chain, type);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            throw new CertificateException("this is the client's side");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("this is the client's side");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("this is the client's side");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return materialInUse().trust().getAcceptedIssuers();
        }
    }
}
