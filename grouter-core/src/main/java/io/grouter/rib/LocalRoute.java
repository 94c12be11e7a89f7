package io.grouter.rib;

import io.grouter.route.Bytes;
import io.grouter.route.RouteUri;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One route of this site with its endpoints, oldest first, packed. Nearly all routes have one endpoint or a few, so
 * they are kept in arrays and searched one by one. Used by the rib thread only.
 *
 * <p>Times are ticks of {@link LocalRib#TICK_NANOS}.
 */
final class LocalRoute {
    final RouteUri uri;
    private byte @Nullable [] first;
    private int firstSeen;
    private @Nullable Others others;
    /** Why the route is among those that have to be published; null = it is not. */
    @Nullable
    Cause pending;

    /** All endpoints but the first. */
    private static final class Others {
        final byte[][] rows;
        final int[] seen;

        Others(int count) {
            this.rows = new byte[count][];
            this.seen = new int[count];
        }
    }

    LocalRoute(RouteUri uri) {
        this.uri = uri;
    }

    int count() {
        return first == null ? 0 : others == null ? 1 : 1 + others.rows.length;
    }

    byte[] row(int i) {
        byte[] row = i == 0 || others == null ? first : others.rows[i - 1];
        if (row == null) {
            throw new IndexOutOfBoundsException(i);
        }
        return row;
    }

    int seen(int i) {
        return i == 0 || others == null ? firstSeen : others.seen[i - 1];
    }

    void seen(int i, int tick) {
        if (i == 0 || others == null) {
            firstSeen = tick;
        } else {
            others.seen[i - 1] = tick;
        }
    }

    /** Returns which endpoint has the address a row begins with, or -1. */
    int find(Bytes row, int addressLength) {
        for (int i = 0, count = count(); i < count; i++) {
            byte[] held = row(i);
            if (held.length >= addressLength && Arrays.equals(held, 0, addressLength, row.array(), 0, addressLength)) {
                return i;
            }
        }
        return -1;
    }

    boolean same(int i, Bytes row) {
        byte[] held = row(i);
        return held.length == row.length() && Arrays.equals(held, 0, held.length, row.array(), 0, row.length());
    }

    void replace(int i, byte[] row) {
        if (i == 0 || others == null) {
            first = row;
        } else {
            others.rows[i - 1] = row;
        }
    }

    void add(byte[] row, int tick) {
        if (first == null) {
            first = row;
            firstSeen = tick;
            return;
        }
        int had = others == null ? 0 : others.rows.length;
        Others more = new Others(had + 1);
        if (others != null) {
            System.arraycopy(others.rows, 0, more.rows, 0, had);
            System.arraycopy(others.seen, 0, more.seen, 0, had);
        }
        more.rows[had] = row;
        more.seen[had] = tick;
        others = more;
    }

    void remove(int i) {
        if (others == null) {
            first = null;
            return;
        }
        if (i == 0) {
            first = others.rows[0];
            firstSeen = others.seen[0];
        }
        int gone = Math.max(0, i - 1);
        int left = others.rows.length - 1;
        if (left == 0) {
            others = null;
            return;
        }
        Others fewer = new Others(left);
        System.arraycopy(others.rows, 0, fewer.rows, 0, gone);
        System.arraycopy(others.rows, gone + 1, fewer.rows, gone, left - gone);
        System.arraycopy(others.seen, 0, fewer.seen, 0, gone);
        System.arraycopy(others.seen, gone + 1, fewer.seen, gone, left - gone);
        others = fewer;
    }
}
