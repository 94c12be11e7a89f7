package io.grouter.proxy;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where a request wants to go (RFC 9112 section 3.2): the authority, and the target from its path on, byte for byte.
 *
 * @param authority host with port as the client wrote it; the one of an absolute target replaces the Host header
 * @param host the host without port
 * @param pathAndQuery the raw target without scheme and authority, with {@code /} in front, or {@code *}
 * @param path the raw path without query
 */
record Target(String authority, String host, String pathAndQuery, String path) {
    /** Returns the target, or null after telling why not. */
    static @Nullable Target of(HttpRequest request, Problem problem) {
        String uri = request.uri();
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        boolean http10 = request.protocolVersion().equals(HttpVersion.HTTP_1_0);
        if (hosts.size() > 1 || (hosts.isEmpty() && !http10)) {
            return problem.is(Refusal.BAD_HOST);
        }
        String authority = hosts.isEmpty() ? "" : hosts.get(0).trim();
        String pathAndQuery = uri;
        if (!uri.startsWith("/") && !uri.equals("*")) {
            int start = schemeLength(uri);
            if (start < 0) {
                return problem.is(Refusal.BAD_TARGET);
            }
            int end = endOfAuthority(uri, start);
            authority = uri.substring(start, end);
            pathAndQuery = uri.startsWith("/", end) ? uri.substring(end) : "/" + uri.substring(end);
        }
        if (pathAndQuery.indexOf('#') >= 0) {
            return problem.is(Refusal.BAD_TARGET);
        }
        String host = hostOf(authority);
        if (host == null) {
            return problem.is(Refusal.BAD_HOST);
        }
        int query = pathAndQuery.indexOf('?');
        return new Target(authority, host, pathAndQuery, query < 0 ? pathAndQuery : pathAndQuery.substring(0, query));
    }

    /** Writes raw bytes above ASCII as escapes, which is what GoRouter matches on; the codec would re-encode them. */
    static void escapeNonAscii(HttpRequest request) {
        String uri = request.uri();
        StringBuilder escaped = null;
        for (int i = 0; i < uri.length(); i++) {
            char c = uri.charAt(i);
            if (c >= 0x80 && escaped == null) {
                escaped = new StringBuilder(uri.length() + 16).append(uri, 0, i);
            }
            if (escaped != null) {
                if (c >= 0x80) {
                    escaped.append(String.format("%%%02X", (int) c));
                } else {
                    escaped.append(c);
                }
            }
        }
        if (escaped != null) {
            request.setUri(escaped.toString());
        }
    }

    /** Takes the reason why there is no target. */
    interface Problem {
        void report(Refusal refusal);

        /** Reports and returns null. */
        default @Nullable Target is(Refusal refusal) {
            report(refusal);
            return null;
        }
    }

    private static int schemeLength(String uri) {
        String lower = uri.length() > 8 ? uri.substring(0, 8).toLowerCase(Locale.ROOT) : "";
        return lower.startsWith("http://") ? 7 : lower.startsWith("https://") ? 8 : -1;
    }

    private static int endOfAuthority(String uri, int start) {
        for (int i = start; i < uri.length(); i++) {
            char c = uri.charAt(i);
            if (c == '/' || c == '?' || c == '#') {
                return i;
            }
        }
        return uri.length();
    }

    /** Returns the host of {@code host[:port]}, or null when it is not one. An empty host is GoRouter's to refuse. */
    private static @Nullable String hostOf(String authority) {
        int colon = authority.startsWith("[") ? authority.indexOf(']') + 1 : authority.indexOf(':');
        if (authority.startsWith("[") && colon == 0) {
            return null;
        }
        int end = colon < 0 ? authority.length() : colon;
        if (end < authority.length() && !isPort(authority, end)) {
            return null;
        }
        for (int i = 0; i < end; i++) {
            char c = authority.charAt(i);
            if (c <= ' ' || c == '/' || c == '?' || c == '#' || c == '@' || c == '\\' || c == 0x7F) {
                return null;
            }
        }
        return end == authority.length() ? authority : authority.substring(0, end);
    }

    private static boolean isPort(String authority, int colon) {
        if (authority.charAt(colon) != ':' || authority.length() - colon > 6) {
            return false;
        }
        for (int i = colon + 1; i < authority.length(); i++) {
            char c = authority.charAt(i);
            if (c < '0' || c > '9') {
                return false;
            }
        }
        return true;
    }
}
