package io.grouter.route;

import java.util.Locale;

/**
 * The key of a route, normalised as GoRouter's {@code Uri.RouteKey} does: lower case, without query, up to two
 * trailing slashes and one leading slash trimmed. Nothing else is checked, because GoRouter checks nothing else.
 *
 * @param host the host; a leading {@code *.} makes it a wildcard; may be empty or never match, as in GoRouter
 * @param path {@code ""} or a path that starts with {@code /}, percent-escapes untouched
 */
public record RouteUri(String host, String path) implements Comparable<RouteUri> {
    /** Longest accepted {@code host/path}, in characters. Longer ones are refused by the decoder. */
    public static final int MAX_LENGTH = 2048;

    /** Most slashes in a path. Cloud Foundry allows 128 characters; more slashes are refused. */
    public static final int MAX_SEGMENTS = 32;

    /** Returns whether this is a key as {@link #parse} makes them, and within the bounds. */
    public boolean wellFormed() {
        int slashes = 0;
        for (int i = 0; i < host.length() + path.length(); i++) {
            char c = i < host.length() ? host.charAt(i) : path.charAt(i - host.length());
            slashes += c == '/' ? 1 : 0;
            if ((c >= 'A' && c <= 'Z') || c == '?' || (c == '/' && i < host.length())) {
                return false;
            }
        }
        boolean bounded = host.length() + path.length() <= MAX_LENGTH && slashes <= MAX_SEGMENTS;
        return bounded && (path.isEmpty() || path.charAt(0) == '/');
    }

    /** Returns the key of a URI as it stands in a {@code router.register} message. Never fails. */
    public static RouteUri parse(String uri) {
        String key = lower(uri);
        int query = key.indexOf('?');
        if (query >= 0) {
            key = key.substring(0, query);
        }
        key = trimTrailingSlash(trimTrailingSlash(key));
        if (key.startsWith("/")) {
            key = key.substring(1);
        }
        return ofKey(key);
    }

    /** Lower-cases letter by letter, as Go does; Java alone would look at the neighbours of some letters. */
    private static String lower(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                StringBuilder lower = new StringBuilder(text.length());
                text.codePoints().map(Character::toLowerCase).forEach(lower::appendCodePoint);
                return lower.toString();
            }
        }
        return text.toLowerCase(Locale.ROOT);
    }

    /** Returns the key that stands in a text as {@link #toString} wrote it, with nothing changed. */
    public static RouteUri ofKey(String key) {
        int slash = key.indexOf('/');
        return slash < 0 ? new RouteUri(key, "") : new RouteUri(key.substring(0, slash), key.substring(slash));
    }

    private static String trimTrailingSlash(String s) {
        return s.endsWith("/") ? s.substring(0, s.length() - 1) : s;
    }

    /** Returns whether the host stands for any name below a domain. */
    public boolean wildcard() {
        return host.startsWith("*.");
    }

    @Override
    public int compareTo(RouteUri other) {
        int byHost = host.compareTo(other.host);
        return byHost != 0 ? byHost : path.compareTo(other.path);
    }

    /** Returns {@code host/path}. */
    @Override
    public String toString() {
        return path.isEmpty() ? host : host + path;
    }
}
