package io.grouter.route;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A part of an array: a text in UTF-8. Mutable, so that it can be used again. */
public final class Utf8Text {
    private static final byte[] EMPTY = {};

    byte[] array = EMPTY;
    int from;
    int to;

    /** Makes the empty text. */
    public Utf8Text() {}

    /** Makes a copy of a text. */
    Utf8Text(String text) {
        array = text.getBytes(StandardCharsets.UTF_8);
        to = array.length;
    }

    /** Points to part of an array. */
    public void set(byte[] newArray, int newFrom, int newTo) {
        array = newArray;
        from = newFrom;
        to = newTo;
    }

    /** Points to what another points to. */
    public void set(Utf8Text other) {
        set(other.array, other.from, other.to);
    }

    /** Becomes empty. */
    public void clear() {
        set(EMPTY, 0, 0);
    }

    /** Returns the length in bytes. */
    public int length() {
        return to - from;
    }

    /** Returns whether the bytes are those of the other. */
    public boolean same(Utf8Text other) {
        return length() == other.length() && Arrays.equals(array, from, to, other.array, other.from, other.to);
    }

    /** Returns whether the bytes are these. */
    public boolean sameBytes(byte[] other) {
        return length() == other.length && Arrays.equals(array, from, to, other, 0, other.length);
    }

    /** Returns whether the text begins with these ASCII letters. */
    public boolean startsWith(String start) {
        boolean same = length() >= start.length();
        for (int i = 0; same && i < start.length(); i++) {
            same = array[from + i] == start.charAt(i);
        }
        return same;
    }

    /** Returns whether the bytes are those of a name in lower-case ASCII, whatever the case here. */
    public boolean sameIgnoringCase(byte[] name) {
        boolean same = length() == name.length;
        for (int i = 0; same && i < name.length; i++) {
            byte c = array[from + i];
            same = (c >= 'A' && c <= 'Z' ? c + 32 : c) == name[i];
        }
        return same;
    }

    /** Returns how often an ASCII character stands in the text. */
    public int count(char ascii) {
        int count = 0;
        for (int i = from; i < to; i++) {
            count += array[i] == ascii ? 1 : 0;
        }
        return count;
    }

    /** Returns whether all bytes are ASCII. */
    public boolean isAscii() {
        for (int i = from; i < to; i++) {
            if (array[i] < 0) {
                return false;
            }
        }
        return true;
    }

    /** Puts this text's route into a key. */
    public RouteKey into(RouteKey key) {
        return key.set(array, from, to);
    }

    @Override
    public String toString() {
        return new String(array, from, to - from, StandardCharsets.UTF_8);
    }
}
