package io.grouter.admin;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsExchange;
import io.grouter.tls.CertificateNames;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * What a request says before its body is read.
 *
 * @param method the method, as sent
 * @param path the path, still escaped
 * @param query the query, still escaped; null = none
 * @param headers the header lines
 * @param from the other end of the connection
 * @param tls whether the connection is encrypted
 * @param certificateNames the names in the client's certificate, which was checked; empty when it showed none
 */
record Visit(
        String method,
        String path,
        @Nullable String query,
        Headers headers,
        InetSocketAddress from,
        boolean tls,
        List<String> certificateNames) {

    /** Returns what an exchange says. */
    static Visit of(HttpExchange exchange) {
        String path = exchange.getRequestURI().getRawPath();
        return new Visit(
                exchange.getRequestMethod(),
                path == null ? "" : path,
                exchange.getRequestURI().getRawQuery(),
                exchange.getRequestHeaders(),
                exchange.getRemoteAddress(),
                exchange instanceof HttpsExchange,
                exchange instanceof HttpsExchange secure ? names(secure) : List.of());
    }

    private static List<String> names(HttpsExchange exchange) {
        try {
            return exchange.getSSLSession().getPeerCertificates()[0] instanceof X509Certificate certificate
                    ? CertificateNames.of(certificate)
                    : List.of();
        } catch (SSLPeerUnverifiedException e) {
            return List.of(); // it showed none
        }
    }

    /** Returns whether it would change something. */
    boolean writes() {
        return switch (method) {
            case "GET", "HEAD", "OPTIONS" -> false;
            default -> true;
        };
    }

    /** Returns the only value of a header; null when there is none, {@code ""} when there are several. */
    @Nullable
    String header(String name) {
        List<String> values = headers.get(name);
        if (values == null || values.isEmpty()) {
            return null;
        }
        return values.size() > 1 ? "" : values.get(0).trim();
    }
}
