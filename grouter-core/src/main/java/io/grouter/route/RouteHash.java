package io.grouter.route;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/**
 * Two 61-bit hashes that stand for a route's name inside one process: polynomials over the name, modulo the prime
 * 2^61 - 1, at two secret points drawn when the process starts. Mutable; used by one thread.
 *
 * <p>Two different names of n times seven characters have both hashes in common with a probability below
 * (n / 2^59)^2 over the choice of the points, whatever the names: below 2^-100 for the longest names accepted. So a
 * table needs to compare nothing but the hashes, and does not have to fetch names from memory.
 *
 * <p>A name is hashed segment by segment, first the host, then each part of the path after a slash, in words of seven
 * bytes, so that the hash of a longer path goes on from the hash of a shorter one. The last word of a segment carries a
 * mark and its length. An ASCII character, in lower case, is one byte; any other is three bytes above 127.
 */
public final class RouteHash {
    /** Bytes in a word. */
    public static final int WORD = 7;
    /** The first secret point, for {@link #mix}. */
    public static final long POINT_A;
    /** The second secret point, for {@link #mix}. */
    public static final long POINT_B;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final long PRIME = (1L << 61) - 1;
    /** The fourth power of the first point. */
    private static final long POINT_A_4;

    private static final long END = 1L << 60;

    static {
        SecureRandom random = new SecureRandom();
        POINT_A = random.nextLong() >>> 4 | 1;
        POINT_B = random.nextLong() >>> 4 | 1;
        POINT_A_4 = mix(mix(mix(POINT_A, 0, POINT_A), 0, POINT_A), 0, POINT_A);
    }

    /** Not 0, so that what a name begins with counts even when it is nothing but zeros. */
    private long a = 1;

    private long b = 1;

    /** Makes the hash of nothing yet. */
    public RouteHash() {}

    /** Makes the hash of a whole name. */
    public static RouteHash of(String host, int from, String path) {
        RouteHash hash = new RouteHash().segment(host, from, host.length());
        for (int at = 0; at < path.length(); ) {
            int end = endOfSegment(path, at);
            hash.segment(path, at + 1, end);
            at = end;
        }
        return hash;
    }

    /** Returns where the segment of a path that begins with the slash at a place ends: at the next one. */
    public static int endOfSegment(String path, int slash) {
        int end = path.indexOf('/', slash + 1);
        return end < 0 ? path.length() : end;
    }

    /** Returns the first hash, at least 0 and below 2^62. */
    public long a() {
        return a;
    }

    /** Returns the second hash, at least 0 and below 2^62. */
    public long b() {
        return b;
    }

    /** Starts anew. */
    public void reset() {
        a = 1;
        b = 1;
    }

    /** Takes over where another stands. */
    public void reset(RouteHash to) {
        a = to.a;
        b = to.b;
    }

    /** Goes on with one more segment, part of a text in any case. */
    public RouteHash segment(String text, int from, int to) {
        long word = 0;
        int bytes = 0;
        for (int i = from; i < to; i++) {
            int c = text.charAt(i);
            for (int part = c < 0x80 ? 0 : 2; part >= 0; part--) {
                word = word << 8 | (c < 0x80 ? lower((long) c) : 0x80 | (c >>> (7 * part) & 0x7F));
                if (++bytes == WORD) {
                    add(word);
                    word = 0;
                    bytes = 0;
                }
            }
        }
        add(last(word, bytes));
        return this;
    }

    /** Goes on with one more segment of ASCII bytes in lower case. */
    public void segment(byte[] text, int from, int to) {
        int i = from;
        for (; i + WORD <= to; i += WORD) {
            add(word(text, i));
        }
        add(last(rest(text, i, to), to - i));
    }

    /**
     * Returns one 61-bit hash of any bytes, a polynomial as well: two different rows of n bytes have it in common with a
     * probability below n / 2^61. Four sums at a time, because a processor can work on them side by side.
     */
    public static long of(byte[] bytes, int from, int to) {
        long first = 0;
        long second = 0;
        long third = 0;
        long fourth = 0;
        int i = from;
        for (; i + 4 * WORD <= to; i += 4 * WORD) {
            first = mix(first, word(bytes, i), POINT_A_4);
            second = mix(second, word(bytes, i + WORD), POINT_A_4);
            third = mix(third, word(bytes, i + 2 * WORD), POINT_A_4);
            fourth = mix(fourth, word(bytes, i + 3 * WORD), POINT_A_4);
        }
        long hash = mix(to - from + 1L, first, POINT_A);
        hash = mix(mix(mix(hash, second, POINT_A), third, POINT_A), fourth, POINT_A);
        for (; i + WORD <= to; i += WORD) {
            hash = mix(hash, word(bytes, i), POINT_A);
        }
        return mix(hash, last(rest(bytes, i, to), to - i), POINT_A);
    }

    private static long word(byte[] bytes, int at) {
        return at + Long.BYTES <= bytes.length ? (long) LONGS.get(bytes, at) >>> 8 : rest(bytes, at, at + WORD);
    }

    private static long rest(byte[] bytes, int from, int to) {
        long word = 0;
        for (int i = from; i < to; i++) {
            word = word << 8 | (bytes[i] & 0xFF);
        }
        return word;
    }

    private void add(long word) {
        a = mix(a, word, POINT_A);
        b = mix(b, word, POINT_B);
    }

    /** Returns (state + word) * point modulo the prime, from 0 to the prime + 1. */
    public static long mix(long state, long word, long point) {
        long sum = state + word;
        long high = Math.multiplyHigh(sum, point);
        long low = sum * point;
        long folded = (low & PRIME) + (low >>> 61 | high << 3);
        return (folded & PRIME) + (folded >>> 61);
    }

    /** Returns the last word of a segment: the bytes after the last full word, 0 to 6 of them. */
    public static long last(long word, int bytes) {
        return END | (long) bytes << 56 | word;
    }

    /** Spreads a hash over all 64 bits, for the choice of a place in a table. */
    public static long spread(long a) {
        long h = a * 0x9E3779B97F4A7C15L;
        return h ^ (h >>> 32);
    }

    /** Returns seven or fewer ASCII characters in lower case. */
    public static long lower(long word) {
        long fromA = word + 0x3F3F3F3F3F3F3FL; // sets the top bit of each byte from 'A' on
        long afterZ = word + 0x25252525252525L; // and of each one after 'Z'
        return word | ((fromA ^ afterZ) & 0x80808080808080L) >>> 2;
    }
}
