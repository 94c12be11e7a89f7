package io.grouter.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyManagementException;
import java.security.SecureRandom;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/**
 * The server's side of TLS with one certificate from PEM files. The files are looked at before every handshake and read
 * again when they have changed; when that fails, what was read before stays in use and one line says so. Safe for all
 * threads.
 */
public final class ServerTls {
    private final PemMaterial material;
    private volatile SSLContext made;
    private volatile Object madeOf;

    /**
     * Reads the files.
     *
     * @param certificate file with the certificate and those that lead to its CA
     * @param key file with the private key
     * @param clientCa file with the CAs of clients' certificates, or {@code ""} when they are not asked for any
     * @throws IOException with file and reason, when the files cannot be used
     */
    public ServerTls(String certificate, String key, String clientCa) throws IOException {
        this.material =
                new PemMaterial(clientCa.isEmpty() ? null : Path.of(clientCa), Path.of(certificate), Path.of(key));
        PemMaterial.Material now = material.read();
        this.madeOf = now;
        this.made = make(now);
    }

    /** Returns a context whose engines each begin with what the files say then. */
    public SSLContext context() {
        return new Changing(this::current, made);
    }

    private SSLContext current() {
        PemMaterial.Material now = material.inUse();
        if (now != madeOf) {
            try {
                // A new context, so that no TLS session made with the certificates before is taken up again.
                made = make(now);
                madeOf = now;
            } catch (IOException e) {
                return made;
            }
        }
        return made;
    }

    private static SSLContext make(PemMaterial.Material now) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {now.keys()}, new TrustManager[] {now.trust()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS: " + e.getMessage(), e);
        }
    }

    private static final class Changing extends SSLContext {
        Changing(Supplier<SSLContext> current, SSLContext like) {
            super(new Spi(current), like.getProvider(), like.getProtocol());
        }
    }

    private static final class Spi extends SSLContextSpi {
        private final Supplier<SSLContext> current;

        Spi(Supplier<SSLContext> current) {
            this.current = current;
        }

        @Override
        protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
                throws KeyManagementException {
            throw new KeyManagementException("already initialised");
        }

        @Override
        protected SSLSocketFactory engineGetSocketFactory() {
            return current.get().getSocketFactory();
        }

        @Override
        protected SSLServerSocketFactory engineGetServerSocketFactory() {
            return current.get().getServerSocketFactory();
        }

        @Override
        protected SSLEngine engineCreateSSLEngine() {
            return current.get().createSSLEngine();
        }

        @Override
        protected SSLEngine engineCreateSSLEngine(String host, int port) {
            return current.get().createSSLEngine(host, port);
        }

        @Override
        protected SSLSessionContext engineGetServerSessionContext() {
            return current.get().getServerSessionContext();
        }

        @Override
        protected SSLSessionContext engineGetClientSessionContext() {
            return current.get().getClientSessionContext();
        }
    }
}
