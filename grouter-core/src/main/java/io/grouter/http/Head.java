package io.grouter.http;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The head of one message, or its trailers: the bytes as they came, and where its parts are in them. Reads strictly
 * (RFC 9112), in pieces of any size, in time linear to the length; what it does not need to understand it only checks.
 * Made once per connection and used for one message after the other. Not thread-safe.
 */
public final class Head {
    private static final int PIECE = 1024;
    private static final int FIRST_BYTES = 512;
    private static final int KEPT_BYTES = 4096;
    private static final int FIRST_HEADERS = 16;
    /** Numbers kept per header line: where name and value begin and end; the line ends where the next one begins. */
    private static final int SPAN = 4;

    private static final int MOST_LENGTH_DIGITS = 18;

    /** What kind of lines are read. */
    public enum Kind {
        /** A request line and header lines. */
        REQUEST,
        /** A status line and header lines. */
        ANSWER,
        /** Header lines after the last chunk. */
        TRAILERS
    }

    /** How far a head has come. */
    public enum Outcome {
        /** More bytes are needed. */
        INCOMPLETE,
        /** All is there. */
        COMPLETE,
        /** It can never become a valid head; {@link #problem()} says why. */
        MALFORMED
    }

    private final Kind kind;
    private final HeadLimits limits;
    private final int[] first = new int[Field.COUNT];
    private byte[] bytes = new byte[FIRST_BYTES];
    private int[] spans = new int[FIRST_HEADERS * SPAN];
    private Field[] fields = new Field[FIRST_HEADERS];
    private int length;
    private int count;

    private int lineStart;
    private int scanned;
    private int headersStart;
    private boolean started;
    private boolean skippedEmptyLine;

    @Nullable
    private Malformed problem;

    private int lineBegin;
    private int methodEnd;
    private int targetStart;
    private int targetEnd;
    private int minorVersion;
    private int status;
    private int reasonStart;
    private int reasonEnd;

    private long contentLength;
    private boolean chunked;
    private boolean close;
    private boolean keepAlive;
    private boolean upgrade;
    private boolean namesOthers;
    /** What Connection names, in lower case; read when it is first asked for. */
    @Nullable
    private Set<String> named;

    /** Makes an empty one. */
    public Head(Kind kind, HeadLimits limits) {
        this.kind = kind;
        this.limits = limits;
        clear();
    }

    /** Forgets everything, for the next message. */
    public void clear() {
        if (bytes.length > KEPT_BYTES) {
            bytes = new byte[FIRST_BYTES];
        }
        if (fields.length > FIRST_HEADERS * 4) {
            fields = new Field[FIRST_HEADERS];
            spans = new int[FIRST_HEADERS * SPAN];
        }
        Arrays.fill(first, -1);
        length = 0;
        count = 0;
        lineStart = 0;
        scanned = 0;
        headersStart = 0;
        started = kind == Kind.TRAILERS;
        skippedEmptyLine = false;
        problem = null;
        lineBegin = 0;
        methodEnd = 0;
        targetStart = 0;
        targetEnd = 0;
        minorVersion = 0;
        status = 0;
        reasonStart = 0;
        reasonEnd = 0;
        contentLength = -1;
        chunked = false;
        close = false;
        keepAlive = false;
        upgrade = false;
        namesOthers = false;
        named = null;
    }

    // ---- reading

    /** Takes what belongs to the head out of a buffer, and nothing that comes after it. */
    public Outcome read(ByteBuf in) {
        while (in.isReadable()) {
            int piece = Math.min(in.readableBytes(), PIECE);
            if (length + piece > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + piece));
            }
            in.readBytes(bytes, length, piece);
            length += piece;
            Outcome outcome = scan();
            if (outcome != Outcome.INCOMPLETE) {
                in.readerIndex(in.readerIndex() - (length - lineStart));
                length = lineStart;
                return outcome;
            }
        }
        return Outcome.INCOMPLETE;
    }

    private Outcome scan() {
        byte[] from = bytes;
        int end = length;
        for (int i = scanned; i < end; i++) {
            if (from[i] != Ascii.LF) {
                continue;
            }
            if (tooLong(i + 1)) {
                return failTooLong();
            }
            if (i == lineStart || from[i - 1] != Ascii.CR) {
                return fail(Malformed.LINE_END);
            }
            int start = lineStart;
            lineStart = i + 1;
            if (i - 1 == start) {
                if (started) {
                    return finish();
                }
                if (skippedEmptyLine) {
                    return fail(Malformed.START_LINE);
                }
                skippedEmptyLine = true;
            } else {
                Malformed wrong = line(start, i - 1);
                if (wrong != null) {
                    return fail(wrong);
                }
            }
        }
        scanned = end;
        return tooLong(end) ? failTooLong() : Outcome.INCOMPLETE;
    }

    private Outcome failTooLong() {
        return fail(started ? Malformed.TOO_LONG : Malformed.TARGET_TOO_LONG);
    }

    /** Is asked of every line's end and of what there is so far, so that it does not matter where pieces are cut. */
    private boolean tooLong(int end) {
        return started ? end - headersStart > limits.headerBytes() : end - lineStart > limits.startLineBytes();
    }

    private Outcome fail(Malformed why) {
        problem = why;
        lineStart = length; // nothing after it can be told apart any more
        return Outcome.MALFORMED;
    }

    private @Nullable Malformed line(int start, int end) {
        if (started) {
            return header(start, end);
        }
        started = true;
        lineBegin = start;
        headersStart = end + 2;
        return kind == Kind.REQUEST ? requestLine(start, end) : statusLine(start, end);
    }

    /** {@code method SP target SP HTTP/1.x}, with exactly these spaces (RFC 9112 section 3). */
    private @Nullable Malformed requestLine(int start, int end) {
        int i = start;
        while (i < end && Ascii.isName(bytes[i])) {
            i++;
        }
        methodEnd = i;
        if (i == start || i == end || bytes[i] != ' ') {
            return Malformed.START_LINE;
        }
        targetStart = ++i;
        while (i < end && Ascii.isTarget(bytes[i])) {
            i++;
        }
        targetEnd = i;
        if (i == targetStart || i == end || bytes[i] != ' ') {
            return Malformed.START_LINE;
        }
        return version(i + 1, end);
    }

    private @Nullable Malformed version(int start, int end) {
        boolean shaped = end - start == 8
                && bytes[start] == 'H'
                && bytes[start + 1] == 'T'
                && bytes[start + 2] == 'T'
                && bytes[start + 3] == 'P'
                && bytes[start + 4] == '/'
                && Ascii.isDigit(bytes[start + 5])
                && bytes[start + 6] == '.'
                && Ascii.isDigit(bytes[start + 7]);
        if (!shaped) {
            return Malformed.START_LINE;
        }
        minorVersion = bytes[start + 7] - '0';
        return bytes[start + 5] == '1' && minorVersion <= 1 ? null : Malformed.VERSION;
    }

    /** {@code HTTP/1.x SP code SP reason}, where the reason and the space before it may be missing (section 4). */
    private @Nullable Malformed statusLine(int start, int end) {
        if (end - start < 12 || bytes[start + 8] != ' ') {
            return Malformed.START_LINE;
        }
        Malformed wrong = version(start, start + 8);
        if (wrong != null) {
            return wrong;
        }
        for (int i = start + 9; i < start + 12; i++) {
            if (!Ascii.isDigit(bytes[i])) {
                return Malformed.START_LINE;
            }
        }
        status = (bytes[start + 9] - '0') * 100 + (bytes[start + 10] - '0') * 10 + bytes[start + 11] - '0';
        reasonStart = start + 9;
        reasonEnd = end;
        if (status < 100 || (end > start + 12 && bytes[start + 12] != ' ')) {
            return Malformed.START_LINE;
        }
        return areValues(start + 12, end) ? null : Malformed.START_LINE;
    }

    private boolean areValues(int start, int end) {
        for (int i = start; i < end; i++) {
            if (!Ascii.isValue(bytes[i])) {
                return false;
            }
        }
        return true;
    }

    private @Nullable Malformed header(int start, int end) {
        byte[] from = bytes;
        int colon = start;
        while (colon < end && Ascii.isName(from[colon])) {
            colon++;
        }
        if (colon == start || colon == end || from[colon] != ':') {
            return Ascii.isSpace(from[start]) ? Malformed.FOLDED : Malformed.NAME;
        }
        int valueStart = colon + 1;
        if (!areValues(valueStart, end)) {
            return hasReturn(valueStart, end) ? Malformed.LINE_END : Malformed.VALUE;
        }
        int valueEnd = end;
        while (valueStart < valueEnd && Ascii.isSpace(from[valueStart])) {
            valueStart++;
        }
        while (valueEnd > valueStart && Ascii.isSpace(from[valueEnd - 1])) {
            valueEnd--;
        }
        if (count >= limits.headers()) {
            return Malformed.TOO_MANY;
        }
        if (count == fields.length) {
            fields = Arrays.copyOf(fields, 2 * count);
            spans = Arrays.copyOf(spans, 2 * count * SPAN);
        }
        int at = count * SPAN;
        spans[at] = start;
        spans[at + 1] = colon;
        spans[at + 2] = valueStart;
        spans[at + 3] = valueEnd;
        Field field = Field.of(from, start, colon);
        fields[count] = field;
        int before = first[field.index()];
        if (before < 0) {
            first[field.index()] = count;
        }
        count++;
        return understand(field, before >= 0, valueStart, valueEnd);
    }

    private boolean hasReturn(int start, int end) {
        for (int i = start; i < end; i++) {
            if (bytes[i] == Ascii.CR) {
                return true;
            }
        }
        return false;
    }

    private @Nullable Malformed understand(Field field, boolean again, int start, int end) {
        switch (field) {
            case HOST -> {
                return again && kind == Kind.REQUEST ? Malformed.HOST : null;
            }
            case CONTENT_LENGTH -> {
                return again ? Malformed.LENGTH : length(start, end);
            }
            case TRANSFER_ENCODING -> {
                chunked = true;
                return again || !is(start, end, "chunked") ? Malformed.CODING : null;
            }
            case CONNECTION -> connection(start, end);
            default -> {}
        }
        return null;
    }

    private @Nullable Malformed length(int start, int end) {
        if (start == end || end - start > MOST_LENGTH_DIGITS) {
            return Malformed.LENGTH;
        }
        long value = 0;
        for (int i = start; i < end; i++) {
            if (!Ascii.isDigit(bytes[i])) {
                return Malformed.LENGTH;
            }
            value = value * 10 + (bytes[i] - '0');
        }
        contentLength = value;
        return null;
    }

    private void connection(int start, int end) {
        int i = start;
        while (i < end) {
            int stop = i;
            while (stop < end && bytes[stop] != ',') {
                stop++;
            }
            int from = i;
            int to = stop;
            while (from < to && Ascii.isSpace(bytes[from])) {
                from++;
            }
            while (to > from && Ascii.isSpace(bytes[to - 1])) {
                to--;
            }
            if (is(from, to, "close")) {
                close = true;
            } else if (is(from, to, "keep-alive")) {
                keepAlive = true;
            } else if (is(from, to, "upgrade")) {
                upgrade = true;
            } else if (to > from) {
                namesOthers = true;
            }
            i = stop + 1;
        }
    }

    private Outcome finish() {
        Malformed wrong = null;
        if (chunked && contentLength >= 0) {
            wrong = Malformed.LENGTH_AND_CODING;
        } else if (kind == Kind.REQUEST && minorVersion == 1 && !has(Field.HOST)) {
            wrong = Malformed.HOST;
        } else if (chunked && minorVersion == 0 && kind != Kind.TRAILERS) {
            wrong = Malformed.CODING; // RFC 9112 section 6.1: faulty framing
        }
        if (wrong != null) {
            return fail(wrong);
        }
        return Outcome.COMPLETE;
    }

    // ---- what was read

    /** Returns why it is not valid, or null. */
    public @Nullable Malformed problem() {
        return problem;
    }

    /** Returns whether nothing of it has come yet, but perhaps an empty line. */
    public boolean isEmpty() {
        return length == lineStart && (!started || length == 0);
    }

    /** Returns the bytes; valid up to {@link #length()} and until the next {@link #read} or {@link #clear}. */
    public byte[] bytes() {
        return bytes;
    }

    /** Returns the number of bytes, with the empty line. */
    public int length() {
        return length;
    }

    /** Returns where the first header line begins. */
    public int headersStart() {
        return headersStart;
    }

    /** Returns the 0 or 1 of the version. */
    public int minorVersion() {
        return minorVersion;
    }

    /** Returns the method of a request. */
    public String method() {
        return Ascii.text(bytes, lineBegin, methodEnd);
    }

    /** Returns whether the method of a request is this one. */
    public boolean methodIs(String name) {
        return methodEnd - lineBegin == name.length() && matches(lineBegin, name);
    }

    /** Returns where the target of a request begins. */
    public int targetStart() {
        return targetStart;
    }

    /** Returns where the target of a request ends. */
    public int targetEnd() {
        return targetEnd;
    }

    /** Returns the target of a request, a character per byte. */
    public String target() {
        return Ascii.text(bytes, targetStart, targetEnd);
    }

    /** Returns where the request line begins; not 0 when an empty line came before it. */
    public int startLineStart() {
        return lineBegin;
    }

    /** Returns the status code of an answer. */
    public int status() {
        return status;
    }

    /** Returns where the code of a status line begins. */
    public int codeStart() {
        return reasonStart;
    }

    /** Returns where the reason of a status line ends. */
    public int codeEnd() {
        return reasonEnd;
    }

    /** Returns the number of header lines. */
    public int count() {
        return count;
    }

    /** Returns the field of a header line. */
    public Field field(int i) {
        return fields[i];
    }

    /** Returns where a header line begins. */
    public int lineStart(int i) {
        return spans[i * SPAN];
    }

    /** Returns where the line after a header line begins. */
    public int lineEnd(int i) {
        return i + 1 < count ? spans[(i + 1) * SPAN] : length - 2;
    }

    /** Returns where the name of a header ends. */
    public int nameEnd(int i) {
        return spans[i * SPAN + 1];
    }

    /** Returns where the value of a header begins. */
    public int valueStart(int i) {
        return spans[i * SPAN + 2];
    }

    /** Returns where the value of a header ends. */
    public int valueEnd(int i) {
        return spans[i * SPAN + 3];
    }

    /** Returns the name of a header line. */
    public String name(int i) {
        return Ascii.text(bytes, lineStart(i), nameEnd(i));
    }

    /** Returns whether a name begins with a text, in any case. */
    public boolean nameStartsWith(int i, String lowerCase) {
        int start = lineStart(i);
        return nameEnd(i) - start >= lowerCase.length() && is(start, start + lowerCase.length(), lowerCase);
    }

    /** Returns the value of a header line, a character per byte. */
    public String value(int i) {
        return Ascii.text(bytes, valueStart(i), valueEnd(i));
    }

    /** Returns whether there is such a header line. */
    public boolean has(Field field) {
        return first[field.index()] >= 0;
    }

    /** Returns the first header line of a field, or -1. */
    public int first(Field field) {
        return first[field.index()];
    }

    /** Returns the value of the first header line of a field, or null. */
    public @Nullable String value(Field field) {
        int i = first[field.index()];
        return i < 0 ? null : value(i);
    }

    /** Returns whether a value begins with a text, in any case. */
    public boolean valueStartsWith(int i, String lowerCase) {
        return valueEnd(i) - valueStart(i) >= lowerCase.length()
                && is(valueStart(i), valueStart(i) + lowerCase.length(), lowerCase);
    }

    /** Returns whether a value has a text in it, in any case. */
    public boolean valueContains(int i, String lowerCase) {
        for (int at = valueStart(i); at + lowerCase.length() <= valueEnd(i); at++) {
            if (is(at, at + lowerCase.length(), lowerCase)) {
                return true;
            }
        }
        return false;
    }

    /** Returns the length of the body as the head says it, or -1. */
    public long contentLength() {
        return contentLength;
    }

    /** Returns whether the body comes in chunks. */
    public boolean chunked() {
        return chunked;
    }

    /** Returns whether the connection can take another message afterwards, as far as the head says. */
    public boolean keepsConnection() {
        return !close && (minorVersion == 1 || keepAlive);
    }

    /** Returns whether Connection names {@code upgrade}. */
    public boolean connectionUpgrade() {
        return upgrade;
    }

    /** Returns whether Connection names a field, which then is meant for this hop alone. */
    public boolean isNamedByConnection(int i) {
        if (!namesOthers) {
            return false;
        }
        Set<String> names = named;
        if (names == null) {
            names = new HashSet<>();
            for (int c = first[Field.CONNECTION.index()]; c < count; c++) {
                if (fields[c] == Field.CONNECTION) {
                    addNames(valueStart(c), valueEnd(c), names);
                }
            }
            named = names;
        }
        return names.contains(name(i).toLowerCase(Locale.ROOT));
    }

    private void addNames(int start, int end, Set<String> to) {
        int i = start;
        while (i < end) {
            int stop = i;
            while (stop < end && bytes[stop] != ',') {
                stop++;
            }
            to.add(Ascii.text(bytes, i, stop).trim().toLowerCase(Locale.ROOT));
            i = stop + 1;
        }
    }

    private boolean is(int start, int end, String lowerCase) {
        if (end - start != lowerCase.length()) {
            return false;
        }
        for (int i = 0; i < lowerCase.length(); i++) {
            if (Ascii.lower(bytes[start + i]) != lowerCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean matches(int start, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (bytes[start + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
