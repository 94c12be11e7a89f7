package io.grouter.route;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an offer says besides instances and app, as fields of protobuf (so that newer versions may add some, which are
 * carried along unread): 1 marks (varint; 1 = the site sends this route's requests away as far as others have it),
 * 2 redirect mode (varint; 1 auto, 2 always, 3 never), 3 regions the app is pinned to (text, commas between), 4 hints
 * of its instances (two bytes each, ascending).
 *
 * <p>Read in place, without allocation, because decisions depend on it. Of labels that cannot be read, what stands
 * before the mistake counts; when that is not the regions, the app may be served nowhere: a pin with a mistake in it must
 * not become none.
 */
final class OfferLabels {
    static final byte[] NONE = {};
    /** Most hints that are announced for a route. */
    static final int MOST_HINTS = 128;

    private static final int MARKS = 1 << 3;
    private static final int REDIRECT = 2 << 3;
    private static final int REGIONS = 3 << 3 | 2;
    private static final int HINTS = 4 << 3 | 2;
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;
    /** Most bytes of a varint. */
    private static final int MOST_DIGITS = 10;

    private static final int ABSENT = -1;
    /** The field may have been there, but what stands in its place or before it cannot be read. */
    private static final int BROKEN = -2;

    private static final int DRAINING = 1;
    private static final RedirectMode[] MODES = RedirectMode.values();

    private OfferLabels() {}

    /**
     * Writes labels.
     *
     * @param hints as of {@link SessionHint}, ascending
     */
    static byte[] write(boolean draining, @Nullable RedirectMode redirect, List<String> regions, int[] hints) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (draining) {
            out.write(MARKS);
            out.write(DRAINING);
        }
        if (redirect != null) {
            out.write(REDIRECT);
            out.write(1 + Arrays.asList(MODES).indexOf(redirect));
        }
        if (!regions.isEmpty()) {
            byte[] text = String.join(",", regions).getBytes(StandardCharsets.US_ASCII);
            out.write(REGIONS);
            number(out, text.length);
            out.writeBytes(text);
        }
        int count = Math.min(hints.length, MOST_HINTS);
        if (count > 0) {
            out.write(HINTS);
            number(out, 2 * count);
            for (int i = 0; i < count; i++) {
                out.write(hints[i] >>> 8);
                out.write(hints[i]);
            }
        }
        return out.toByteArray();
    }

    private static void number(ByteArrayOutputStream out, int value) {
        int rest = value;
        for (; rest >= 0x80; rest >>>= 7) {
            out.write(rest | 0x80);
        }
        out.write(rest);
    }

    static boolean draining(byte[] labels) {
        int at = find(labels, MARKS);
        return at >= 0 && (labels[at] & DRAINING) != 0;
    }

    static @Nullable RedirectMode redirect(byte[] labels) {
        int at = find(labels, REDIRECT);
        int mode = at < 0 ? 0 : labels[at];
        return mode < 1 || mode > MODES.length ? null : MODES[mode - 1];
    }

    /** Returns whether the app may be served in a region: always when it is pinned to none. */
    static boolean allows(byte[] labels, String region) {
        int at = find(labels, REGIONS);
        if (at < 0) {
            return at == ABSENT;
        }
        int end = end(labels, at);
        int from = start(labels, at);
        for (int i = from; i <= end; i++) {
            if (i == end || labels[i] == ',') {
                if (same(labels, from, i, region)) {
                    return true;
                }
                from = i + 1;
            }
        }
        return false;
    }

    /** Nothing, and what begins with a hyphen, is no region: the former is that of sites that have none. */
    private static boolean same(byte[] labels, int from, int to, String text) {
        if (to == from || to - from != text.length() || labels[from] == '-') {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (labels[i] != text.charAt(i - from)) {
                return false;
            }
        }
        return true;
    }

    /** Returns the regions the app is pinned to; empty = none. */
    static List<String> regions(byte[] labels) {
        int at = find(labels, REGIONS);
        if (at < 0) {
            return at == ABSENT ? List.of() : List.of(Regions.NOWHERE);
        }
        int from = start(labels, at);
        String text = new String(labels, from, end(labels, at) - from, StandardCharsets.ISO_8859_1);
        return List.of(text.split(",", -1));
    }

    static boolean hasHint(byte[] labels, int hint) {
        int at = find(labels, HINTS);
        if (at < 0) {
            return false;
        }
        int end = end(labels, at);
        for (int i = start(labels, at); i + 1 < end; i += 2) {
            if (((labels[i] & 0xFF) << 8 | (labels[i + 1] & 0xFF)) == hint) {
                return true;
            }
        }
        return false;
    }

    /** Returns the two hints, one above the other, when the labels are nothing but one or two hints; else 0. */
    static int onlyHints(byte[] labels) {
        boolean one = labels.length == 4 && labels[1] == 2;
        boolean two = labels.length == 6 && labels[1] == 4;
        if ((!one && !two) || labels[0] != HINTS) {
            return 0;
        }
        int first = (labels[2] & 0xFF) << 8 | (labels[3] & 0xFF);
        int second = one ? 0 : (labels[4] & 0xFF) << 8 | (labels[5] & 0xFF);
        return first == 0 || (two && second == 0) ? 0 : first << 16 | second;
    }

    /** Returns the labels that {@link #onlyHints} stands for. */
    static byte[] ofHints(int hints) {
        int second = hints & 0xFFFF;
        byte[] labels = new byte[second == 0 ? 4 : 6];
        labels[0] = HINTS;
        labels[1] = (byte) (second == 0 ? 2 : 4);
        labels[2] = (byte) (hints >>> 24);
        labels[3] = (byte) (hints >>> 16);
        if (second != 0) {
            labels[4] = (byte) (second >>> 8);
            labels[5] = (byte) second;
        }
        return labels;
    }

    /**
     * Returns where the value of a field begins (its length, for bytes), or {@link #ABSENT}, or {@link #BROKEN}.
     *
     * @param field number and type
     */
    private static int find(byte[] labels, int field) {
        int at = 0;
        while (at < labels.length) {
            int value = after(labels, at);
            long tag = value < 0 ? 0 : number(labels, at, value);
            int next = switch ((int) tag & 7) {
                case VARINT -> value < 0 ? -1 : after(labels, value);
                case FIXED64 -> value + Long.BYTES;
                case BYTES -> end(labels, value);
                case FIXED32 -> value + Integer.BYTES;
                default -> -1;
            };
            boolean otherType = tag >>> 3 == field >>> 3 && tag != field;
            if (next < 0 || next > labels.length || tag >>> 3 == 0 || otherType) {
                return BROKEN;
            }
            if (tag == field) {
                return value;
            }
            at = next;
        }
        return ABSENT;
    }

    /** Returns where a varint that begins at a place ends, or -1 when it does not. */
    private static int after(byte[] labels, int at) {
        for (int i = at; i < labels.length && i < at + MOST_DIGITS; i++) {
            if (labels[i] >= 0) {
                return i + 1;
            }
        }
        return -1;
    }

    private static long number(byte[] labels, int from, int to) {
        long number = 0;
        for (int i = to - 1; i >= from; i--) {
            number = number << 7 | (labels[i] & 0x7F);
        }
        return number;
    }

    /** Returns where bytes begin whose length stands at a place. */
    private static int start(byte[] labels, int at) {
        return after(labels, at);
    }

    /** Returns where bytes end whose length stands at a place, or -1 when that is beyond the end. */
    private static int end(byte[] labels, int at) {
        int start = after(labels, at);
        long length = start < 0 ? -1 : number(labels, at, start);
        return length < 0 || length > labels.length - start ? -1 : start + (int) length;
    }
}
