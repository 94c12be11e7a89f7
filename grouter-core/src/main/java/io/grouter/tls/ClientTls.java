package io.grouter.tls;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The client side of TLS with certificates from PEM files. The files are looked at before every handshake and read again
 * when they have changed; when that fails, what was read before stays in use and one line says so. Safe for all threads.
 */
public final class ClientTls {
    private final PemMaterial material;

    /**
     * Names the files; nothing is read yet.
     *
     * @param ca file with the CAs trusted, or {@code ""} for those Java trusts
     * @param certificate file with the own certificate and those that lead to its CA, or {@code ""}
     * @param key file with the private key, or {@code ""}
     */
    public ClientTls(String ca, String certificate, String key) {
        this.material = new PemMaterial(file(ca), file(certificate), file(key));
    }

    private static @Nullable Path file(String name) {
        return name.isEmpty() ? null : Path.of(name);
    }

    /**
     * Returns a context whose sockets check that the server's certificate is for the host they were made for, and speak
     * TLS 1.2 or 1.3. Throws {@link IOException}, with file and reason, when the files cannot be used.
     */
    public SSLContext context() throws IOException {
        material.read();
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {new Keys()}, new TrustManager[] {new Trust()}, null);
            return new NameCheckingContext(context);
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS: " + e.getMessage(), e);
        }
    }

    /** Asks for the keys of the moment. */
    private final class Keys extends X509ExtendedKeyManager {
        @Override
        public @Nullable String chooseClientAlias(String[] types, Principal @Nullable [] issuers, Socket socket) {
            X509ExtendedKeyManager keys = material.inUse().keys();
            return keys == null ? null : keys.chooseClientAlias(types, issuers, socket);
        }

        @Override
        public @Nullable String chooseEngineClientAlias(
                String[] types, Principal @Nullable [] issuers, SSLEngine engine) {
            X509ExtendedKeyManager keys = material.inUse().keys();
            return keys == null ? null : keys.chooseEngineClientAlias(types, issuers, engine);
        }

        @Override
        public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
            X509ExtendedKeyManager keys = material.inUse().keys();
            return keys == null ? null : keys.getClientAliases(type, issuers);
        }

        @Override
        public X509Certificate @Nullable [] getCertificateChain(String alias) {
            X509ExtendedKeyManager keys = material.inUse().keys();
            return keys == null ? null : keys.getCertificateChain(alias);
        }

        @Override
        public @Nullable PrivateKey getPrivateKey(String alias) {
            X509ExtendedKeyManager keys = material.inUse().keys();
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
            material.inUse().trust().checkServerTrusted(chain, type, socket);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            material.inUse().trust().checkServerTrusted(chain, type, engine);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            material.inUse().trust().checkServerTrusted(chain, type);
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
            return material.inUse().trust().getAcceptedIssuers();
        }
    }
}
