package io.grouter.accesslog;

import org.jspecify.annotations.Nullable;

/**
 * The line that GoRouter writes, field for field, with Grouter's own fields behind it. Within a field, a quotation mark
 * and a backslash stand behind a backslash, and everything that is not printable ASCII is {@code \xHH}; where no
 * quotation marks hold a field together, so are its spaces. So nothing that was sent looks like another field or line.
 */
final class TextFormat implements LineFormat {
    @Override
    public void add(AccessEntry entry, Line out) {
        request(entry, out);
        forwarding(entry, out);
        additions(entry, out);
        out.add('\n');
    }

    private static void request(AccessEntry entry, Line out) {
        word(entry.host, out);
        out.ascii(" - [").timestamp(entry.startMillis).ascii("] \"");
        word(entry.method, out);
        out.add(' ');
        word(entry.target, out);
        out.add(' ');
        word(entry.protocol, out);
        out.ascii("\" ");
        if (entry.status > 0) {
            out.number(entry.status);
        } else {
            out.ascii("\"-\"");
        }
        out.add(' ').number(entry.bytesIn).add(' ').number(entry.bytesOut);
    }

    private static void forwarding(AccessEntry entry, Line out) {
        quoted(" ", entry.referer, out);
        quoted(" ", entry.userAgent, out);
        quoted(" ", entry.client, out);
        quoted(" ", entry.upstream, out);
        quoted(" x_forwarded_for:", entry.xForwardedFor, out);
        quoted(" x_forwarded_proto:", entry.xForwardedProto, out);
        quoted(" vcap_request_id:", entry.vcapRequestId, out);
        seconds(" response_time:", entry.totalNanos, out);
        seconds(" gorouter_time:", entry.grouterNanos, out);
        out.ascii(" app_id:\"-\" app_index:\"-\" instance_id:\"-\"");
        quoted(" x_cf_routererror:", entry.routerError, out);
    }

    private static void additions(AccessEntry entry, Line out) {
        quoted(" grouter_site:", entry.site, out);
        quoted(" grouter_reason:", entry.reason, out);
        quoted(" grouter_redirect:", entry.redirectTo, out);
        out.ascii(" grouter_attempts:").number(entry.attempts);
        seconds(" upstream_time:", entry.upstreamNanos, out);
        quoted(" tls_version:", entry.tlsVersion, out);
        quoted(" traceparent:", entry.traceparent, out);
    }

    private static void seconds(String name, long nanos, Line out) {
        out.ascii(name);
        if (nanos < 0) {
            out.ascii("\"-\"");
        } else {
            out.seconds(nanos);
        }
    }

    private static void quoted(String name, @Nullable String text, Line out) {
        out.ascii(name).add('"');
        escaped(text, ' ', out);
        out.add('"');
    }

    private static void word(@Nullable String text, Line out) {
        escaped(text, '!', out);
    }

    /** Adds a text, or a dash for none, with the characters outside the printable ones from the lowest on escaped. */
    private static void escaped(@Nullable String text, char lowest, Line out) {
        int length = Line.written(text);
        if (text == null || length == 0) {
            out.add('-');
            return;
        }
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.add('\\').add(c);
            } else if (c >= lowest && c <= '~') {
                out.add(c);
            } else if (c <= 0xFF) {
                out.ascii("\\x").hex(c, 2);
            } else {
                // No byte of a header becomes such a character.
                out.add('?');
            }
        }
    }
}
