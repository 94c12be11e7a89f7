package io.grouter.tls;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Mutual TLS 1.3 between nodes: both ends show a certificate of the configured CAs whose subject alternative names have
 * a URI {@code spiffe://grouter/site/NAME} (SPIFFE-ID, section 2) with the name of a site that is allowed. Host names
 * do not matter, so addresses may change. Certificates are read again when their files change; when that fails, those
 * before stay in use. Safe for all threads.
 */
public final class PeerTls {
    private static final String PREFIX = "/site/";
    private static final int URI_NAME = 6;

    private final PemMaterial material;
    private final Predicate<String> allowed;
    private volatile SSLContext context;
    private volatile Object contextOf;

    /**
     * Reads the files.
     *
     * @param ca file with the CAs of the nodes' certificates
     * @param certificate file with the own certificate and those that lead to its CA
     * @param key file with the private key
     * @param allowed says whether a site may be at the other end; asked at every handshake, by any thread
     * @throws IOException with file and reason, when the files cannot be used
     */
    public PeerTls(String ca, String certificate, String key, Predicate<String> allowed) throws IOException {
        this.material = new PemMaterial(Path.of(ca), Path.of(certificate), Path.of(key));
        this.allowed = allowed;
        PemMaterial.Material now = material.read();
        this.contextOf = now;
        this.context = make(now);
    }

    /** Returns a context with the certificates of this moment, for both sides of a connection. */
    public SSLContext context() {
        PemMaterial.Material now = material.inUse();
        if (now != contextOf) {
            try {
                // A new context, so that no TLS session made with the certificates before is taken up again.
                context = make(now);
                contextOf = now;
            } catch (IOException e) {
                return context;
            }
        }
        return context;
    }

    private SSLContext make(PemMaterial.Material now) throws IOException {
        try {
            SSLContext made = SSLContext.getInstance("TLSv1.3");
            made.init(new KeyManager[] {now.keys()}, new TrustManager[] {trust(now.trust(), allowed)}, null);
            return made;
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS: " + e.getMessage(), e);
        }
    }

    /**
     * Returns what decides about the other end by the rule above, for TLS that is not the JDK's.
     *
     * @param authorities the CAs
     * @param allowed says whether a site may be at the other end
     */
    public static X509ExtendedTrustManager trust(X509ExtendedTrustManager authorities, Predicate<String> allowed) {
        return new Trust(authorities, allowed);
    }

    /** Returns the site a certificate names; throws when it names none. */
    public static String siteOf(X509Certificate certificate) throws CertificateException {
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        if (names != null) {
            for (List<?> name : names) {
                if (Integer.valueOf(URI_NAME).equals(name.get(0)) && name.get(1) instanceof String text) {
                    URI uri = uri(text);
                    if ("spiffe".equals(uri.getScheme()) && "grouter".equals(uri.getHost())) {
                        return site(uri.getPath());
                    }
                }
            }
        }
        throw new CertificateException("the certificate names no site (expected: URI:spiffe://grouter/site/NAME)");
    }

    private static URI uri(String text) throws CertificateException {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new CertificateException("the certificate has a malformed URI", e);
        }
    }

    private static String site(String path) throws CertificateException {
        if (!path.startsWith(PREFIX)) {
            throw new CertificateException("the certificate names no site: " + path);
        }
        String rest = path.substring(PREFIX.length());
        int slash = rest.indexOf('/'); // what follows tells nodes of one site apart
        return slash < 0 ? rest : rest.substring(0, slash);
    }

    private static final class Trust extends X509ExtendedTrustManager {
        private final X509ExtendedTrustManager authorities;
        private final Predicate<String> allowed;

        Trust(X509ExtendedTrustManager authorities, Predicate<String> allowed) {
            this.authorities = authorities;
            this.allowed = allowed;
        }

        private void checkSite(X509Certificate[] chain) throws CertificateException {
            String site = siteOf(chain[0]);
            if (!allowed.test(site)) {
                throw new CertificateException("the certificate is of site " + site + ", which is not expected here");
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            authorities.checkClientTrusted(chain, type, socket);
            checkSite(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            authorities.checkServerTrusted(chain, type, socket);
            checkSite(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            authorities.checkClientTrusted(chain, type, engine);
            checkSite(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            authorities.checkServerTrusted(chain, type, engine);
            checkSite(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            authorities.checkClientTrusted(chain, type);
            checkSite(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            authorities.checkServerTrusted(chain, type);
            checkSite(chain);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return authorities.getAcceptedIssuers();
        }
    }
}
