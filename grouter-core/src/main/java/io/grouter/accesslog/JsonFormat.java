package io.grouter.accesslog;

import org.jspecify.annotations.Nullable;

/** One JSON object per line, in ASCII; what is absent or unknown is left out. */
final class JsonFormat implements LineFormat {
    private static final char NO_CHARACTER = '\ufffd';

    @Override
    public void add(AccessEntry entry, Line out) {
        out.ascii("{\"timestamp\":\"").timestamp(entry.startMillis).add('"');
        request(entry, out);
        forwarding(entry, out);
        additions(entry, out);
        out.ascii("}\n");
    }

    private static void request(AccessEntry entry, Line out) {
        text("host", entry.host, out);
        text("method", entry.method, out);
        text("target", entry.target, out);
        text("protocol", entry.protocol, out);
        if (entry.status > 0) {
            name("status", out).number(entry.status);
        }
        name("bytes_in", out).number(entry.bytesIn);
        name("bytes_out", out).number(entry.bytesOut);
        text("referer", entry.referer, out);
        text("user_agent", entry.userAgent, out);
        text("client", entry.client, out);
        text("upstream", entry.upstream, out);
    }

    private static void forwarding(AccessEntry entry, Line out) {
        text("x_forwarded_for", entry.xForwardedFor, out);
        text("x_forwarded_proto", entry.xForwardedProto, out);
        text("vcap_request_id", entry.vcapRequestId, out);
        seconds("response_time", entry.totalNanos, out);
        seconds("own_time", entry.grouterNanos, out);
        seconds("upstream_time", entry.upstreamNanos, out);
        text("x_cf_routererror", entry.routerError, out);
    }

    private static void additions(AccessEntry entry, Line out) {
        text("site", entry.site, out);
        text("reason", entry.reason, out);
        text("redirect", entry.redirectTo, out);
        name("attempts", out).number(entry.attempts);
        text("tls_version", entry.tlsVersion, out);
        text("traceparent", entry.traceparent, out);
    }

    private static Line name(String name, Line out) {
        return out.ascii(",\"").ascii(name).ascii("\":");
    }

    private static void seconds(String name, long nanos, Line out) {
        if (nanos >= 0) {
            name(name, out).seconds(nanos);
        }
    }

    private static void text(String name, @Nullable String text, Line out) {
        int length = Line.written(text);
        if (text == null || length == 0) {
            return;
        }
        name(name, out).add('"');
        for (int i = 0; i < length; i++) {
            character(text.charAt(i), out);
        }
        out.add('"');
    }

    private static void character(char c, Line out) {
        if (c == '"' || c == '\\') {
            out.add('\\').add(c);
        } else if (c >= ' ' && c <= '~') {
            out.add(c);
        } else {
            // Half a pair would be refused by some readers.
            out.ascii("\\u").hex(Character.isSurrogate(c) ? NO_CHARACTER : c, 4);
        }
    }
}
