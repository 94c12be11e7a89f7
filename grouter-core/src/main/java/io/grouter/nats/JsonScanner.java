package io.grouter.nats;

import io.grouter.route.Bytes;
import io.grouter.route.Utf8Text;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Reads JSON from bytes, front to back, exactly as far as Go's {@code encoding/json} accepts it: bad UTF-8 and lone
 * surrogates become U+FFFD, control characters inside strings and anything after the end are errors. Texts without
 * escapes are not copied. Mutable, used again for message after message by one thread.
 *
 * <p>It is there because a message is decoded for every heartbeat of every endpoint: a general parser took several times
 * as long and left objects behind.
 */
final class JsonScanner {
    /** As deep as Go goes. */
    private static final int MAX_DEPTH = 10_000;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long TOPS = 0x8080808080808080L;
    private static final byte[] REPLACEMENT = "\uFFFD".getBytes(StandardCharsets.UTF_8);

    private final Bytes scratch = new Bytes(1024);
    private final Utf8Text skipped = new Utf8Text();
    private final byte[] closers = new byte[MAX_DEPTH];
    private byte[] in = new byte[0];
    private int at;
    private int numberStart;
    private boolean integer;

    /** Leaves the scanner early; never leaves this package. */
    static final class BadJson extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BadJson() {
            super("not JSON", null, false, false);
        }
    }

    /** Starts at the beginning of a text. The texts of the last one become invalid. */
    void start(byte[] json) {
        in = json;
        at = 0;
        scratch.clear();
    }

    /** Returns the first character of the next value or sign, or -1 at the end. */
    int peek() {
        while (at < in.length) {
            byte c = in[at];
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                return c & 0xFF;
            }
            at++;
        }
        return -1;
    }

    /** Passes over one sign that must come next. */
    void expect(char sign) {
        if (at < in.length && in[at] == sign) {
            at++;
            return;
        }
        if (peek() != sign) {
            throw new BadJson();
        }
        at++;
    }

    /** Passes over a sign if it comes next. */
    boolean accept(char sign) {
        if (at < in.length && in[at] == sign) {
            at++;
            return true;
        }
        if (peek() != sign) {
            return false;
        }
        at++;
        return true;
    }

    /**
     * Goes to the next member of an object or element of an array whose opening sign has been passed; false when the
     * closing sign came instead, which is passed over too.
     *
     * @param first whether nothing of it has been read yet
     */
    boolean next(char closer, boolean first) {
        if (accept(closer)) {
            return false;
        }
        if (!first) {
            expect(',');
            if (peek() == closer) {
                throw new BadJson();
            }
        }
        return true;
    }

    /** Passes over {@code null} if it comes next. */
    boolean acceptNull() {
        if (peek() != 'n') {
            return false;
        }
        word("null");
        return true;
    }

    private void word(String word) {
        if (in.length - at < word.length()) {
            throw new BadJson();
        }
        for (int i = 0; i < word.length(); i++) {
            if (in[at + i] != word.charAt(i)) {
                throw new BadJson();
            }
        }
        at += word.length();
    }

    // ---- strings

    /** Reads a string; it must come next. */
    void string(Utf8Text into) {
        expect('"');
        int start = at;
        int end = plain(start);
        if (in[end] == '"') {
            into.set(in, start, end);
            at = end + 1;
        } else {
            escaped(into, start, end);
        }
    }

    private void skipString() {
        expect('"');
        int start = at;
        int end = plain(start);
        if (in[end] == '"') {
            at = end + 1;
        } else {
            int length = scratch.length();
            escaped(skipped, start, end);
            scratch.truncate(length);
        }
    }

    /** Returns the place of the first byte that is no plain ASCII, which may be the closing quote. */
    private int plain(int from) {
        int i = from;
        for (; i + 8 <= in.length; i += 8) {
            long word = (long) LONGS.get(in, i);
            long quote = word ^ 0x2222222222222222L;
            long backslash = word ^ 0x5C5C5C5C5C5C5C5CL;
            long special = ((quote - ONES) & ~quote)
                    | ((backslash - ONES) & ~backslash)
                    | ((word - 0x2020202020202020L) & ~word)
                    | word;
            special &= TOPS;
            if (special != 0) {
                return i + (Long.numberOfTrailingZeros(special) >>> 3);
            }
        }
        for (; i < in.length; i++) {
            byte c = in[i];
            if (c < 0x20 || c == '"' || c == '\\') {
                return i;
            }
        }
        throw new BadJson();
    }

    private void escaped(Utf8Text into, int start, int firstSpecial) {
        int begin = scratch.length();
        scratch.add(in, start, firstSpecial);
        int i = firstSpecial;
        while (in[i] != '"') {
            byte c = in[i];
            if (c == '\\') {
                at = i + 1;
                escape();
                i = at;
            } else if (c >= 0 && c < 0x20) {
                throw new BadJson();
            } else {
                int length = c >= 0 ? 1 : utf8Length(i);
                if (length == 0) {
                    scratch.add(REPLACEMENT, 0, REPLACEMENT.length);
                    length = 1;
                } else {
                    scratch.add(in, i, i + length);
                }
                i += length;
            }
            if (i >= in.length) {
                throw new BadJson();
            }
        }
        at = i + 1;
        into.set(scratch.array(), begin, scratch.length());
    }

    private void escape() {
        if (at >= in.length) {
            throw new BadJson();
        }
        byte c = in[at++];
        switch (c) {
            case '"', '\\', '/' -> scratch.add(c);
            case 'b' -> scratch.add('\b');
            case 'f' -> scratch.add('\f');
            case 'n' -> scratch.add('\n');
            case 'r' -> scratch.add('\r');
            case 't' -> scratch.add('\t');
            case 'u' -> addCodePoint(unicode());
            default -> throw new BadJson();
        }
    }

    /** Reads what follows a {@code \}{@code u}: four digits, or a pair of surrogates. */
    private int unicode() {
        int first = hex4(at);
        at += 4;
        if (first < Character.MIN_SURROGATE || first > Character.MAX_SURROGATE) {
            return first;
        }
        if (in.length - at >= 6 && in[at] == '\\' && in[at + 1] == 'u') {
            int second = hex4(at + 2);
            if (Character.isSurrogatePair((char) first, (char) second)) {
                at += 6;
                return Character.toCodePoint((char) first, (char) second);
            }
        }
        return 0xFFFD;
    }

    private int hex4(int from) {
        if (in.length - from < 4) {
            throw new BadJson();
        }
        int value = 0;
        for (int i = from; i < from + 4; i++) {
            int digit = in[i] < 0 ? -1 : Character.digit(in[i], 16);
            if (digit < 0) {
                throw new BadJson();
            }
            value = value << 4 | digit;
        }
        return value;
    }

    private void addCodePoint(int point) {
        if (point < 0x80) {
            scratch.add(point);
        } else if (point < 0x800) {
            scratch.add(0xC0 | point >>> 6);
            scratch.add(0x80 | (point & 0x3F));
        } else if (point < 0x10000) {
            scratch.add(0xE0 | point >>> 12);
            scratch.add(0x80 | (point >>> 6 & 0x3F));
            scratch.add(0x80 | (point & 0x3F));
        } else {
            scratch.add(0xF0 | point >>> 18);
            scratch.add(0x80 | (point >>> 12 & 0x3F));
            scratch.add(0x80 | (point >>> 6 & 0x3F));
            scratch.add(0x80 | (point & 0x3F));
        }
    }

    /** Returns how many bytes a well-formed character outside ASCII has, or 0 when it is not well-formed (RFC 3629). */
    private int utf8Length(int i) {
        int first = in[i] & 0xFF;
        int length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
        if (first < 0xC2 || first > 0xF4 || in.length - i < length) {
            return 0;
        }
        int second = in[i + 1] & 0xFF;
        int least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
        int most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
        if (second < least || second > most) {
            return 0;
        }
        for (int j = 2; j < length; j++) {
            if ((in[i + j] & 0xC0) != 0x80) {
                return 0;
            }
        }
        return length;
    }

    // ---- numbers

    /** Passes over a number, which must come next; what it was, the other methods say. */
    void number() {
        int sign = peek();
        numberStart = at;
        integer = true;
        if (sign == '-') {
            at++;
        }
        if (at < in.length && in[at] == '0') {
            at++;
        } else {
            digits();
        }
        if (at < in.length && in[at] == '.') {
            at++;
            digits();
            integer = false;
        }
        if (at < in.length && (in[at] == 'e' || in[at] == 'E')) {
            at++;
            if (at < in.length && (in[at] == '+' || in[at] == '-')) {
                at++;
            }
            digits();
            integer = false;
        }
    }

    private void digits() {
        int start = at;
        while (at < in.length && in[at] >= '0' && in[at] <= '9') {
            at++;
        }
        if (at == start) {
            throw new BadJson();
        }
    }

    /** Returns whether the number passed had neither fraction nor exponent. */
    boolean isInteger() {
        return integer;
    }

    /** Returns whether the number passed had a sign. */
    boolean isSigned() {
        return in[numberStart] == '-';
    }

    /** Returns whether the number passed, an integer, fits into 64 bits; its value is {@link #longValue()}. */
    boolean isLong() {
        int from = numberStart + (isSigned() ? 1 : 0);
        if (at - from > 19) {
            return false;
        }
        long value = magnitude(from);
        return value >= 0 || (isSigned() && value == Long.MIN_VALUE);
    }

    /** Returns the value of the number passed, an integer of at most 64 bits. */
    long longValue() {
        long magnitude = magnitude(numberStart + (isSigned() ? 1 : 0));
        return isSigned() ? -magnitude : magnitude;
    }

    private long magnitude(int from) {
        long value = 0;
        for (int i = from; i < at; i++) {
            value = 10 * value + in[i] - '0';
        }
        return value;
    }

    /** Returns whether the number passed is one that a 64-bit float can hold. */
    boolean isFinite() {
        String text = new String(in, numberStart, at - numberStart, StandardCharsets.US_ASCII);
        return !Double.isInfinite(Double.parseDouble(text));
    }

    // ---- whatever it is

    /** Passes over one value of any kind, checking that it is JSON. */
    void skip() {
        int depth = 0;
        boolean first = false;
        do {
            if (depth > 0) {
                byte closer = closers[depth - 1];
                if (!next((char) closer, first)) {
                    depth--;
                    first = false;
                    continue;
                }
                if (closer == '}') {
                    skipString();
                    expect(':');
                }
            }
            int sign = peek();
            first = sign == '{' || sign == '[';
            if (first) {
                if (depth + 2 > MAX_DEPTH) {
                    throw new BadJson();
                }
                closers[depth++] = (byte) (sign == '{' ? '}' : ']');
                at++;
            } else {
                skipScalar(sign);
            }
        } while (depth > 0);
    }

    private void skipScalar(int sign) {
        switch (sign) {
            case '"' -> skipString();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number();
        }
    }
}
