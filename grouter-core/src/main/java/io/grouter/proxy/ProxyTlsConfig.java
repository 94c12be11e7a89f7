package io.grouter.proxy;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * The {@code proxy.tls} section of the configuration.
 *
 * @param listen addresses that take requests over TLS; may be empty
 * @param certificates folder of pairs {@code NAME.crt} (or {@code .pem}) and {@code NAME.key}; needed with {@code listen}
 * @param defaultCertificate NAME of the pair for clients that fit none; {@code ""} = the first
 * @param tls12 whether TLS 1.2 is spoken too, not only 1.3
 * @param http2 whether HTTP/2 is offered
 * @param clientCertificates whether clients are asked for certificates
 * @param clientCa file with the CAs of clients' certificates
 * @param xfcc what becomes of X-Forwarded-Client-Cert
 */
public record ProxyTlsConfig(
        List<InetSocketAddress> listen,
        String certificates,
        String defaultCertificate,
        boolean tls12,
        boolean http2,
        ClientCertificates clientCertificates,
        String clientCa,
        XfccMode xfcc) {

    /** Whether clients are asked for certificates. */
    public enum ClientCertificates {
        /** They are not asked. */
        NONE,
        /** They are asked, and may have none. */
        REQUEST,
        /** They must have one. */
        REQUIRE
    }

    /** No TLS. */
    public static final ProxyTlsConfig OFF =
            new ProxyTlsConfig(List.of(), "", "", true, true, ClientCertificates.NONE, "", XfccMode.ALWAYS_FORWARD);

    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public ProxyTlsConfig {
        listen = List.copyOf(listen);
        if (!listen.isEmpty() && certificates.isEmpty()) {
            throw new IllegalArgumentException(
                    "certificates: missing (expected: a folder of PEM pairs, as there is a listen)");
        }
        if (clientCertificates != ClientCertificates.NONE && clientCa.isEmpty()) {
            throw new IllegalArgumentException(
                    "clientCa: missing (expected: a file, as clients are asked for certificates)");
        }
    }
}
