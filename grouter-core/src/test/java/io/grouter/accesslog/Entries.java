package io.grouter.accesslog;

import java.time.Instant;

/** Entries to be logged. */
final class Entries {
    private Entries() {}

    /** An entry with every field. */
    static AccessEntry full() {
        AccessEntry entry = new AccessEntry();
        entry.startMillis = Instant.parse("2026-11-23T07:35:42.123Z").toEpochMilli();
        entry.host = "app.example.com";
        entry.method = "GET";
        entry.target = "/path?query=1";
        entry.protocol = "HTTP/1.1";
        entry.status = 200;
        entry.bytesIn = 17;
        entry.bytesOut = 1_234_567_890_123L;
        entry.referer = "https://from.example.com/";
        entry.userAgent = "curl/8.0";
        entry.client = "10.0.0.1:50000";
        entry.upstream = "10.0.1.1:80";
        entry.xForwardedFor = "10.9.9.9, 10.0.0.1";
        entry.xForwardedProto = "https";
        entry.vcapRequestId = "a-request-id";
        entry.totalNanos = 1_234_499;
        entry.grouterNanos = 20_500;
        entry.upstreamNanos = 61_200_000_000L;
        entry.routerError = "unknown_route";
        entry.attempts = 2;
        entry.site = "dc1";
        entry.reason = "local";
        entry.redirectTo = "https://dc2.example.com/";
        entry.tlsVersion = "TLSv1.3";
        entry.traceparent = "00-1-2-01";
        return entry;
    }

    /** An entry of that host, and little else. */
    static AccessEntry of(String host) {
        AccessEntry entry = new AccessEntry();
        entry.host = host;
        return entry;
    }

    /** An entry whose every text is this one. */
    static AccessEntry all(String text) {
        AccessEntry entry = of(text);
        entry.method = text;
        entry.target = text;
        entry.protocol = text;
        entry.referer = text;
        entry.userAgent = text;
        entry.client = text;
        entry.upstream = text;
        entry.xForwardedFor = text;
        entry.xForwardedProto = text;
        entry.vcapRequestId = text;
        entry.routerError = text;
        entry.site = text;
        entry.reason = text;
        entry.redirectTo = text;
        entry.tlsVersion = text;
        entry.traceparent = text;
        return entry;
    }

    /** Every byte there is, as one character each. */
    static String everyByte() {
        StringBuilder text = new StringBuilder();
        for (char c = 0; c <= 0xFF; c++) {
            text.append(c);
        }
        return text.toString();
    }
}
