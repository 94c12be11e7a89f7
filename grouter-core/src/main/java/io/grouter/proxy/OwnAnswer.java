package io.grouter.proxy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer that Grouter itself gives: complete, short, plain text.
 *
 * @param status status code
 * @param phrase reason phrase
 * @param site this site
 * @param reason what it says in {@code X-Grouter-Reason}
 * @param more one more header, or null
 * @param body the text, in ASCII or as bytes came from the client
 */
record OwnAnswer(
        int status,
        String phrase,
        String site,
        String reason,
        @Nullable Header more,
        byte[] body) {

    /** One header line. */
    record Header(String name, String value) {}

    private static final Header ALLOW = new Header("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE");
    private static final Header RETRY_AFTER = new Header("Retry-After", "1");
    /** What all of them carry. */
    static final List<Header> COMMON = List.of(
            new Header("Content-Type", "text/plain; charset=utf-8"),
            new Header("X-Content-Type-Options", "nosniff"),
            new Header("Cache-Control", "no-store"));

    static OwnAnswer refusal(Refusal refusal, String site) {
        String text = refusal.status() + " " + refusal.phrase() + ": " + refusal.text() + " (Grouter, site " + site
                + ", " + refusal.reason() + ")\n";
        Header more = refusal.status() == 405 ? ALLOW : refusal.status() == 503 ? RETRY_AFTER : null;
        return new OwnAnswer(
                refusal.status(),
                refusal.phrase(),
                site,
                refusal.reason(),
                more,
                text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Returns the answer to a request that the rules refuse. */
    static OwnAnswer refusal(int status, String what, String site, String reason) {
        String phrase = status == 503 ? "Service Unavailable" : status == 421 ? "Misdirected Request" : "Refused";
        String text = status + " " + phrase + ": " + what + " (Grouter, site " + site + ", " + reason + ")\n";
        return new OwnAnswer(
                status,
                phrase,
                site,
                reason,
                status == 503 ? RETRY_AFTER : null,
                text.getBytes(StandardCharsets.ISO_8859_1));
    }

    static OwnAnswer redirect(String location, String site, String reason) {
        String text = "307 Temporary Redirect: " + location + "\n";
        return new OwnAnswer(
                307,
                "Temporary Redirect",
                site,
                reason,
                new Header("Location", location),
                text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Returns all headers but those of the connection and the length. */
    List<Header> headers() {
        List<Header> all = new ArrayList<>(COMMON);
        if (more != null) {
            all.add(more);
        }
        all.add(new Header("X-Grouter-Site", site));
        all.add(new Header("X-Grouter-Reason", reason));
        return all;
    }
}
