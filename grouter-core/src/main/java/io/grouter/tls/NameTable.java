package io.grouter.tls;

import io.grouter.tls.ServerCertificates.Pair;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A hash table of names in lower case that is asked with parts of names in any case, without allocating. Immutable. */
final class NameTable {
    private final @Nullable Entry[] entries;
    private final int mask;

    private record Entry(String name, Pair pair) {}

    NameTable(Map<String, Pair> byName) {
        entries = new @Nullable Entry[Integer.highestOneBit(byName.size() + 1) * 4];
        mask = entries.length - 1;
        byName.forEach((name, pair) -> {
            int at = slot(name, 0, name.length());
            while (entries[at] != null) {
                at = at + 1 & mask;
            }
            entries[at] = new Entry(name, pair);
        });
    }

    /** Returns what belongs to the part of a name from one index to before another. */
    @Nullable
    Pair get(String name, int from, int to) {
        int at = slot(name, from, to);
        for (Entry entry = entries[at]; entry != null; entry = entries[at]) {
            if (same(entry.name(), name, from, to)) {
                return entry.pair();
            }
            at = at + 1 & mask;
        }
        return null;
    }

    private int slot(String name, int from, int to) {
        int hash = 0;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + lower(name.charAt(i));
        }
        return (hash ^ hash >>> 16) & mask;
    }

    private static boolean same(String known, String name, int from, int to) {
        if (known.length() != to - from) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (known.charAt(i - from) != lower(name.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** Host names are ASCII (RFC 6066, section 3); what looks like one of its letters elsewhere is another name. */
    private static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
    }
}
