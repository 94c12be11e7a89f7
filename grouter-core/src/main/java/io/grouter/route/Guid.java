package io.grouter.route;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * GUIDs as Cloud Foundry writes them, {@code 8-4-4-4-12} lower-case hexadecimal digits, as two numbers. Only texts that
 * come back exactly as they went in count as GUIDs.
 */
final class Guid {
    static final int LENGTH = 36;

    private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);
    /** The value of each digit; the topmost bit is set where a character is none. */
    private static final int[] VALUES = new int[256];
    /** Where each byte's two digits begin. */
    private static final int[] PLACES = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

    static {
        Arrays.fill(VALUES, Integer.MIN_VALUE);
        for (int i = 0; i < 16; i++) {
            VALUES[DIGITS[i]] = i;
        }
    }

    private Guid() {}

    static boolean is(String text) {
        if (text.length() != LENGTH) {
            return false;
        }
        for (int i = 0; i < LENGTH; i++) {
            char c = text.charAt(i);
            if (isDash(i) ? c != '-' : c >= 256 || VALUES[c] < 0) {
                return false;
            }
        }
        return true;
    }

    /** Returns the first 16 digits of a text for which {@link #is} holds. */
    static long high(String text) {
        return digits(text, 0, 18);
    }

    /** Returns the last 16 digits of a text for which {@link #is} holds. */
    static long low(String text) {
        return digits(text, 18, LENGTH);
    }

    private static long digits(String text, int from, int to) {
        long value = 0;
        for (int i = from; i < to; i++) {
            if (!isDash(i)) {
                value = value << 4 | VALUES[text.charAt(i)];
            }
        }
        return value;
    }

    /** Writes the 16 bytes of a text; false when it is no GUID, and what was written means nothing. */
    static boolean pack(byte[] text, int from, int length, byte[] to, int at) {
        if (length != LENGTH
                || text[from + 8] != '-'
                || text[from + 13] != '-'
                || text[from + 18] != '-'
                || text[from + 23] != '-') {
            return false;
        }
        int bad = 0;
        for (int i = 0; i < 16; i++) {
            int place = from + PLACES[i];
            int high = VALUES[text[place] & 0xFF];
            int low = VALUES[text[place + 1] & 0xFF];
            bad |= high | low;
            to[at + i] = (byte) (high << 4 | low);
        }
        return bad >= 0;
    }

    static String text(long high, long low) {
        byte[] text = new byte[LENGTH];
        int digit = 0;
        for (int i = 0; i < LENGTH; i++) {
            if (isDash(i)) {
                text[i] = '-';
            } else {
                long half = digit < 16 ? high : low;
                text[i] = DIGITS[(int) (half >>> (60 - 4 * (digit & 15))) & 15];
                digit++;
            }
        }
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    private static boolean isDash(int i) {
        return i == 8 || i == 13 || i == 18 || i == 23;
    }
}
