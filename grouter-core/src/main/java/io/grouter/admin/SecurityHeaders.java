package io.grouter.admin;

import com.sun.net.httpserver.Headers;

/** What every answer says to browsers about itself. Immutable. */
final class SecurityHeaders {
    private static final String DATA = "default-src 'none'; frame-ancestors 'none'";

    private final boolean strictTransport;

    /** Makes those of a server; not told to insist on TLS for loopback, whose name all local servers share. */
    SecurityHeaders(AdminConfig config) {
        this.strictTransport = config.tls().on() && !config.loopback();
    }

    /** Adds to a head what its answer has not said otherwise: the page says what it may load, and that it may be kept. */
    void addTo(Headers headers) {
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("X-Frame-Options", "DENY");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cross-Origin-Opener-Policy", "same-origin");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        if (!headers.containsKey("Content-Security-Policy")) {
            headers.set("Content-Security-Policy", DATA);
        }
        if (!headers.containsKey("Cache-Control")) {
            headers.set("Cache-Control", "no-store");
        }
        if (strictTransport) {
            headers.set("Strict-Transport-Security", "max-age=31536000");
        }
    }
}
