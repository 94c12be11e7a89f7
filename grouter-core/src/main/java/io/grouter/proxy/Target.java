package io.grouter.proxy;

import io.grouter.http.Field;
import io.grouter.http.Head;

/**
 * Where a request wants to go (RFC 9112 section 3.2): the authority, and the target from its path on, byte for byte.
 *
 * @param authority host with port as the client wrote it; the one of an absolute target replaces the Host header
 * @param host the host without port
 * @param pathAndQuery the raw target without scheme and authority, with {@code /} in front, or {@code *}
 * @param path the path without query as GoRouter matches it: raw, but for bytes above ASCII, which are escaped
 * @param problem why there is none, and everything else is empty; null = it is one
 */
record Target(
        String authority,
        String host,
        String pathAndQuery,
        String path,
        @org.jspecify.annotations.Nullable Refusal problem) {
    private static final Target BAD_TARGET = new Target("", "", "", "", Refusal.BAD_TARGET);
    private static final Target BAD_HOST = new Target("", "", "", "", Refusal.BAD_HOST);

    /** Returns the target of a request. */
    static Target of(Head request) {
        String uri = request.target();
        String hostHeader = request.value(Field.HOST);
        String authority = hostHeader == null ? "" : hostHeader;
        String pathAndQuery = uri;
        boolean absolute = !uri.startsWith("/") && !uri.equals("*");
        if (absolute) {
            int start = schemeLength(uri);
            if (start < 0) {
                return BAD_TARGET;
            }
            int end = endOfAuthority(uri, start);
            authority = uri.substring(start, end);
            pathAndQuery = uri.startsWith("/", end) ? uri.substring(end) : "/" + uri.substring(end);
        }
        if (pathAndQuery.indexOf('#') >= 0) {
            return BAD_TARGET;
        }
        int hostEnd = hostEnd(authority);
        if (hostEnd < 0 || (absolute && hostEnd == 0)) { // RFC 9110 section 4.2.1
            return BAD_HOST;
        }
        String host = hostEnd == authority.length() ? authority : authority.substring(0, hostEnd);
        int query = pathAndQuery.indexOf('?');
        String path = query < 0 ? pathAndQuery : pathAndQuery.substring(0, query);
        return new Target(authority, host, pathAndQuery, escaped(path), null);
    }

    /** GoRouter matches on the escaped path. */
    private static String escaped(String path) {
        StringBuilder escaped = null;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c >= 0x80 && escaped == null) {
                escaped = new StringBuilder(path.length() + 16).append(path, 0, i);
            }
            if (escaped != null) {
                if (c >= 0x80) {
                    escaped.append(String.format("%%%02X", (int) c));
                } else {
                    escaped.append(c);
                }
            }
        }
        return escaped == null ? path : escaped.toString();
    }

    private static int schemeLength(String uri) {
        boolean http = uri.regionMatches(true, 0, "http://", 0, 7);
        return http ? 7 : uri.regionMatches(true, 0, "https://", 0, 8) ? 8 : -1;
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

    /** Returns where the host of {@code host[:port]} ends, or -1 when it is not one. An empty host is GoRouter's to refuse. */
    private static int hostEnd(String authority) {
        int colon = authority.startsWith("[") ? authority.indexOf(']') + 1 : authority.indexOf(':');
        if (authority.startsWith("[") && colon == 0) {
            return -1;
        }
        int end = colon < 0 ? authority.length() : colon;
        if (end < authority.length() && !isPort(authority, end)) {
            return -1;
        }
        for (int i = 0; i < end; i++) {
            char c = authority.charAt(i);
            if (c <= ' ' || c == '/' || c == '?' || c == '#' || c == '@' || c == '\\' || c == ',' || c == 0x7F) {
                return -1;
            }
        }
        return end;
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
