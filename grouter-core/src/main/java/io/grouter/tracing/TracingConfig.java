package io.grouter.tracing;

import io.grouter.route.ConfigChecks;
import java.net.URI;

/**
 * The {@code tracing} section of the configuration.
 *
 * @param enabled whether requests get a span of Grouter's own
 * @param endpoint URL that takes spans as OTLP over HTTP in JSON; {@code ""} = spans are passed on in headers only
 * @param samplePercent share of the requests without a trace whose new trace is recorded; 0 to 100
 * @param queueSpans most spans that wait to be sent; more are dropped and counted; &gt;= 16
 */
public record TracingConfig(boolean enabled, String endpoint, int samplePercent, int queueSpans) {
    /** No tracing. */
    public static final TracingConfig OFF = new TracingConfig(false, "", 0, 16);

    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public TracingConfig {
        ConfigChecks.atLeast("samplePercent", samplePercent, 0);
        ConfigChecks.atLeast("queueSpans", queueSpans, 16);
        if (samplePercent > 100) {
            throw new IllegalArgumentException(
                    "samplePercent: " + samplePercent + " is more than all (expected: 0 to 100)");
        }
        if (!endpoint.isEmpty() && !isUrl(endpoint)) {
            throw new IllegalArgumentException(
                    "endpoint: \"" + endpoint + "\" is no URL (expected: such as http://127.0.0.1:4318/v1/traces)");
        }
    }

    private static boolean isUrl(String text) {
        try {
            URI url = URI.create(text);
            boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            return web && url.getHost() != null && url.getUserInfo() == null; // a password would show in /v1/config
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
