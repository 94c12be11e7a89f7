package io.grouter.fib;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * All routes of one host. Immutable.
 *
 * <p>Routes are kept longest path first, so the first path that is a prefix by whole segments is the longest.
 */
final class HostEntry {
    private static final RouteEntry[] NONE = {};

    final String key;
    final int hash;
    private final RouteEntry[] byPath;

    private HostEntry(String key, int hash, RouteEntry[] byPath) {
        this.key = key;
        this.hash = hash;
        this.byPath = byPath;
    }

    static HostEntry empty(String key, int hash) {
        return new HostEntry(key, hash, NONE);
    }

    boolean isEmpty() {
        return byPath.length == 0;
    }

    RouteEntry[] routes() {
        return byPath;
    }

    @Nullable
    RouteEntry longestPrefix(String path) {
        for (RouteEntry route : byPath) {
            if (isPrefix(route.uri().path(), path)) {
                return route;
            }
        }
        return null;
    }

    @Nullable
    RouteEntry exact(String path) {
        for (RouteEntry route : byPath) {
            if (route.uri().path().equals(path)) {
                return route;
            }
        }
        return null;
    }

    HostEntry with(RouteEntry route) {
        String path = route.uri().path();
        for (int i = 0; i < byPath.length; i++) {
            if (byPath[i].uri().path().equals(path)) {
                RouteEntry[] copy = byPath.clone();
                copy[i] = route;
                return new HostEntry(key, hash, copy);
            }
        }
        int at = 0;
        while (at < byPath.length && byPath[at].uri().path().length() > path.length()) {
            at++;
        }
        RouteEntry[] copy = Arrays.copyOf(byPath, byPath.length + 1);
        System.arraycopy(byPath, at, copy, at + 1, byPath.length - at);
        copy[at] = route;
        return new HostEntry(key, hash, copy);
    }

    HostEntry without(String path) {
        for (int i = 0; i < byPath.length; i++) {
            if (byPath[i].uri().path().equals(path)) {
                RouteEntry[] copy = Arrays.copyOf(byPath, byPath.length - 1);
                System.arraycopy(byPath, i + 1, copy, i, byPath.length - i - 1);
                return new HostEntry(key, hash, copy);
            }
        }
        return this;
    }

    /** A route's path is a prefix by whole segments; paths match in any case (GoRouter lower-cases both). */
    private static boolean isPrefix(String prefix, String path) {
        int length = prefix.length();
        return path.length() >= length
                && (path.length() == length || path.charAt(length) == '/' || length == 0)
                && HostHash.matches(path, 0, length, prefix);
    }
}
