package io.grouter.proxy;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a proxy adds to and takes from the headers that pass through it (RFC 9110 section 7.6). */
final class ForwardedHeaders {
    private static final AsciiString X_FORWARDED_FOR = AsciiString.cached("X-Forwarded-For");
    private static final AsciiString X_FORWARDED_PROTO = AsciiString.cached("X-Forwarded-Proto");
    private static final AsciiString X_FORWARDED_HOST = AsciiString.cached("X-Forwarded-Host");
    private static final AsciiString HTTP2_SETTINGS = AsciiString.cached("HTTP2-Settings");
    private static final List<AsciiString> HOP_BY_HOP = List.of(
            HttpHeaderNames.CONNECTION,
            AsciiString.cached("Keep-Alive"),
            AsciiString.cached("Proxy-Connection"),
            HttpHeaderNames.PROXY_AUTHENTICATE,
            HttpHeaderNames.PROXY_AUTHORIZATION);
    /** Named in Connection or not, these are not the client's to remove (GoRouter: hop_by_hop_headers_to_filter). */
    private static final List<String> KEPT = List.of(
            "x-forwarded-for",
            "x-forwarded-proto",
            "x-forwarded-client-cert",
            "x-request-start",
            "b3",
            "x-b3",
            "x-b3-spanid",
            "x-b3-traceid",
            "host",
            "content-length",
            "transfer-encoding");

    private ForwardedHeaders() {}

    /**
     * Turns a client's request into the one a GoRouter gets.
     *
     * @param clientAddress address of the peer
     * @param https whether the peer came over TLS
     * @param authority host and port the client asked for
     * @param host the host to ask the GoRouter for instead, or null
     */
    static void prepareRequest(
            HttpRequest request, String clientAddress, boolean https, String authority, @Nullable String host) {
        HttpHeaders headers = request.headers();
        String upgrade = upgradeOf(headers);
        removeHopByHop(headers);
        if (headers.contains(HttpHeaderNames.TE)) {
            boolean trailers = headers.containsValue(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS, true);
            headers.remove(HttpHeaderNames.TE);
            if (trailers) {
                headers.set(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS);
            }
        }
        headers.remove(HttpHeaderNames.UPGRADE);
        headers.remove(HTTP2_SETTINGS);
        if (upgrade != null) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
            headers.set(HttpHeaderNames.UPGRADE, upgrade);
        }
        List<String> before = headers.getAll(X_FORWARDED_FOR);
        headers.set(
                X_FORWARDED_FOR, before.isEmpty() ? clientAddress : String.join(", ", before) + ", " + clientAddress);
        if (!headers.contains(X_FORWARDED_PROTO)) {
            headers.set(X_FORWARDED_PROTO, https ? "https" : "http");
        }
        if (!headers.contains(X_FORWARDED_HOST) && !authority.isEmpty()) {
            headers.set(X_FORWARDED_HOST, authority);
        }
        if (host != null) {
            int port = authority.lastIndexOf(':');
            headers.set(HttpHeaderNames.HOST, port < 0 ? host : host + authority.substring(port));
        }
    }

    /** Returns whether a proxy in front says that the client came over TLS; a lie only sends the liar to https. */
    static boolean cameOverTls(HttpHeaders headers) {
        String proto = headers.get(X_FORWARDED_PROTO);
        return proto != null && proto.trim().toLowerCase(Locale.ROOT).startsWith("https");
    }

    /** Removes from an answer what was meant for this hop alone. */
    static void removeHopByHop(HttpHeaders headers) {
        if (headers.contains(HttpHeaderNames.CONNECTION)) {
            for (String named : headers.getAll(HttpHeaderNames.CONNECTION)) {
                for (String token : named.split(",")) {
                    String name = token.trim().toLowerCase(Locale.ROOT);
                    if (!name.isEmpty() && !KEPT.contains(name)) {
                        headers.remove(name);
                    }
                }
            }
        }
        for (AsciiString name : HOP_BY_HOP) {
            headers.remove(name);
        }
    }

    /** Returns the protocol a client asks to change to, or null; never HTTP/2, which GoRouter would not understand. */
    static @Nullable String upgradeOf(HttpHeaders headers) {
        String upgrade = headers.get(HttpHeaderNames.UPGRADE);
        if (upgrade == null
                || !headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                || upgrade.toLowerCase(Locale.ROOT).contains("h2c")) {
            return null;
        }
        return upgrade;
    }
}
