package io.grouter.fib;

/** Hashing and comparing of host names in place: any ASCII case, part of a string, no allocation. */
final class HostHash {
    /** Differs per process, so that nobody can prepare names that collide. */
    private static final int SEED = (int) System.nanoTime() * 0x9E3779B9 | 1;

    private HostHash() {}

    static int of(String text, int from, int to) {
        int h = SEED;
        for (int i = from; i < to; i++) {
            h = (h ^ lower(text.charAt(i))) * 0x01000193;
        }
        h ^= h >>> 15;
        h *= 0x2C1B3C6D;
        return h ^ (h >>> 13);
    }

    /** Returns whether a part of a text, in any ASCII case, equals a lower-case key. */
    static boolean matches(String text, int from, int to, String key) {
        if (to - from != key.length()) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (lower(text.charAt(i)) != key.charAt(i - from)) {
                return false;
            }
        }
        return true;
    }

    static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
    }
}
