package io.grouter.proxy;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * An answer that Grouter itself gives: complete, short, plain text.
 *
 * @param status status code
 * @param phrase reason phrase
 * @param reason what it says in {@code X-Grouter-Reason}
 * @param headers names and values
 * @param body the text
 */
record OwnAnswer(int status, String phrase, String reason, List<Header> headers, byte[] body) {

    /** One header line. */
    record Header(String name, String value) {}

    static OwnAnswer refusal(Refusal refusal, String site) {
        String text = refusal.status() + " " + refusal.phrase() + ": " + refusal.text() + " (Grouter, site " + site
                + ", " + refusal.reason() + ")\n";
        Header more = refusal.status() == 405
                ? new Header("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE")
                : refusal.status() == 503 ? new Header("Retry-After", "1") : null;
        return of(refusal.status(), refusal.phrase(), refusal.reason(), site, text, more);
    }

    static OwnAnswer redirect(String location, String site, String reason) {
        String text = "307 Temporary Redirect: " + location + "\n";
        return of(307, "Temporary Redirect", reason, site, text, new Header("Location", location));
    }

    private static OwnAnswer of(
            int status,
            String phrase,
            String reason,
            String site,
            String text,
            @org.jspecify.annotations.Nullable Header more) {
        byte[] body = text.getBytes(StandardCharsets.ISO_8859_1);
        Header type = new Header("Content-Type", "text/plain; charset=utf-8");
        Header sniff = new Header("X-Content-Type-Options", "nosniff");
        Header cache = new Header("Cache-Control", "no-store");
        Header from = new Header("X-Grouter-Site", site);
        Header why = new Header("X-Grouter-Reason", reason);
        List<Header> headers =
                more == null ? List.of(type, sniff, cache, from, why) : List.of(type, sniff, cache, more, from, why);
        return new OwnAnswer(status, phrase, reason, headers, body);
    }
}
