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
 * <p>Read in place, without allocation, because decisions depend on it.
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
    private static final int BYTES = 2;
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
            return true;
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

    private static boolean same(byte[] labels, int from, int to, String text) {
        if (to - from != text.length()) {
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
            return List.of();
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

    /** Returns where the value of a field begins (its length, for bytes), or -1; what is no field ends the search. */
    private static int find(byte[] labels, int tag) {
        int at = 0;
        while (at < labels.length) {
            int found = labels[at] & 0xFF;
            int value = at + 1;
            if ((found & 0x80) != 0 || value >= labels.length) {
                return -1; // a field of a number above 15: only newer versions have those, and they come last
            }
            if (found == tag) {
                return (tag & 7) == BYTES && end(labels, value) < 0 ? -1 : value;
            }
            if ((found & 7) == VARINT) {
                while (value < labels.length && labels[value] < 0) {
                    value++;
                }
                at = value + 1;
            } else if ((found & 7) == BYTES) {
                at = end(labels, value);
                if (at < 0) {
                    return -1;
                }
            } else {
                return -1;
            }
        }
        return -1;
    }

    /** Returns where bytes begin whose length stands at a place. */
    private static int start(byte[] labels, int at) {
        int i = at;
        while (i < labels.length && labels[i] < 0) {
            i++;
        }
        return i + 1;
    }

    /** Returns where bytes end whose length stands at a place, or -1 when that is beyond the end. */
    private static int end(byte[] labels, int at) {
        int length = 0;
        int shift = 0;
        int i = at;
        for (; i < labels.length && labels[i] < 0 && shift < 21; i++, shift += 7) {
            length |= (labels[i] & 0x7F) << shift;
        }
        if (i >= labels.length) {
            return -1;
        }
        length |= labels[i] << shift;
        int end = i + 1 + length;
        return length < 0 || end > labels.length ? -1 : end;
    }
}
