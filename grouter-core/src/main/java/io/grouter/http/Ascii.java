package io.grouter.http;

import java.nio.charset.StandardCharsets;

/** What bytes may stand where in a message head (RFC 9110 section 5.5 and 5.6.2, RFC 9112 section 3). */
final class Ascii {
    static final byte CR = '\r';
    static final byte LF = '\n';

    private static final int NAME = 1;
    private static final int VALUE = 2;
    private static final int TARGET = 4;
    private static final byte[] CLASSES = classes();

    private Ascii() {}

    private static byte[] classes() {
        byte[] table = new byte[256];
        for (int c = 0; c < 256; c++) {
            boolean digitOrLetter = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            int kind = digitOrLetter || (c < 128 && "!#$%&'*+-.^_`|~".indexOf(c) >= 0) ? NAME : 0;
            kind |= (c >= 0x20 && c != 0x7F) || c == '\t' ? VALUE : 0;
            kind |= c > 0x20 && c != 0x7F ? TARGET : 0;
            table[c] = (byte) kind;
        }
        return table;
    }

    static boolean isName(byte b) {
        return (CLASSES[b & 0xFF] & NAME) != 0;
    }

    static boolean isValue(byte b) {
        return (CLASSES[b & 0xFF] & VALUE) != 0;
    }

    static boolean isTarget(byte b) {
        return (CLASSES[b & 0xFF] & TARGET) != 0;
    }

    static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    static boolean isSpace(byte b) {
        return b == ' ' || b == '\t';
    }

    static byte lower(byte b) {
        return b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
    }

    /** Returns the value of a hexadecimal digit, or -1. */
    static int hex(byte b) {
        if (b >= '0' && b <= '9') {
            return b - '0';
        }
        int c = b | 0x20;
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    }

    static String text(byte[] bytes, int start, int end) {
        return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
    }
}
