package io.grouter.route;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The key of a route as bytes, with its hash, in a form that is used again and again: a message about a known route
 * makes no objects. Normalised like {@link RouteUri#parse}. Mutable; used by one thread.
 */
public final class RouteKey {
    private static final int FIRST_CAPACITY = 256;

    private final RouteHash hash = new RouteHash();
    private byte[] bytes = new byte[FIRST_CAPACITY];
    private int hostLength;
    private int length;

    /** Makes the key of the empty URI. */
    public RouteKey() {
        set(new byte[0], 0, 0);
    }

    /** Takes the key of a URI as it stands in a message, as UTF-8. */
    public RouteKey set(byte[] uri, int from, int to) {
        if (bytes.length < to - from) {
            bytes = new byte[Math.max(to - from, 2 * bytes.length)];
        }
        int end = 0;
        int seen = 0;
        for (int i = from; i < to && uri[i] != '?'; i++) {
            byte c = uri[i];
            seen |= c;
            bytes[end++] = c >= 'A' && c <= 'Z' ? (byte) (c + 32) : c;
        }
        if (seen < 0) {
            return set(RouteUri.parse(new String(uri, from, to - from, StandardCharsets.UTF_8)));
        }
        for (int trimmed = 0; trimmed < 2 && end > 0 && bytes[end - 1] == '/'; trimmed++) {
            end--;
        }
        int start = end > 0 && bytes[0] == '/' ? 1 : 0;
        if (start > 0) {
            System.arraycopy(bytes, start, bytes, 0, end - start);
        }
        length = end - start;
        hostLength = endOfSegment(-1);
        hash.reset();
        hash.segment(bytes, 0, hostLength);
        for (int at = hostLength; at < length; ) {
            int next = endOfSegment(at);
            hash.segment(bytes, at + 1, next);
            at = next;
        }
        return this;
    }

    /** Takes a key as {@link #toString} writes it, as UTF-8; nothing is normalised again. */
    public RouteKey setKey(byte[] key, int from, int to) {
        return set(RouteUri.ofKey(new String(key, from, to - from, StandardCharsets.UTF_8)));
    }

    /** Takes the key of a route. */
    public RouteKey set(RouteUri uri) {
        byte[] host = uri.host().getBytes(StandardCharsets.UTF_8);
        byte[] path = uri.path().getBytes(StandardCharsets.UTF_8);
        hostLength = host.length;
        length = host.length + path.length;
        bytes = Arrays.copyOf(host, Math.max(FIRST_CAPACITY, length));
        System.arraycopy(path, 0, bytes, host.length, path.length);
        RouteHash whole = RouteHash.of(uri.host(), 0, uri.path());
        hash.reset(whole);
        return this;
    }

    private int endOfSegment(int slash) {
        int end = slash + 1;
        while (end < length && bytes[end] != '/') {
            end++;
        }
        return end;
    }

    /** Returns the hash of the whole key; changes with it. */
    public RouteHash hash() {
        return hash;
    }

    /** Returns whether this is the key of a route, by comparing names. */
    public boolean is(RouteUri uri) {
        return same(uri.host(), 0, hostLength) && same(uri.path(), hostLength, length);
    }

    private boolean same(String text, int from, int to) {
        if (text.length() != to - from) {
            return !text.isEmpty() && text.equals(new String(bytes, from, to - from, StandardCharsets.UTF_8));
        }
        for (int i = from; i < to; i++) {
            if (text.charAt(i - from) != bytes[i]) {
                return false; // as many bytes as characters: all of them are ASCII, or it is another name
            }
        }
        return true;
    }

    /** Returns the key as a value of its own. */
    public RouteUri toUri() {
        String host = new String(bytes, 0, hostLength, StandardCharsets.UTF_8);
        return length == hostLength
                ? new RouteUri(host, "")
                : new RouteUri(host, new String(bytes, hostLength, length - hostLength, StandardCharsets.UTF_8));
    }

    /** Returns {@code host/path}. */
    @Override
    public String toString() {
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }
}
