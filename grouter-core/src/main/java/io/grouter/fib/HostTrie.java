package io.grouter.fib;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A persistent hash trie from host to its routes: a change copies the few nodes on its path and shares all others, so
 * readers keep an unchanging view and a change costs the same in a small and in a large table.
 *
 * <p>32-way nodes with a bitmap of the slots in use; a slot holds an entry, a node, or, below the last level of hash
 * bits, an array of entries whose hashes are equal.
 */
final class HostTrie {
    static final HostTrie EMPTY = new HostTrie(0, new Object[0]);

    private final int bitmap;
    private final Object[] slots;

    private HostTrie(int bitmap, Object[] slots) {
        this.bitmap = bitmap;
        this.slots = slots;
    }

    /** Returns the entry of a part of a text taken as host in any case, or null. */
    @Nullable
    HostEntry find(String text, int from, int to) {
        int hash = HostHash.of(text, from, to);
        HostTrie node = this;
        for (int shift = 0; ; shift += 5) {
            int bit = 1 << ((hash >>> shift) & 31);
            if ((node.bitmap & bit) == 0) {
                return null;
            }
            Object slot = node.slots[Integer.bitCount(node.bitmap & (bit - 1))];
            if (slot instanceof HostEntry entry) {
                return entry.hash == hash && HostHash.matches(text, from, to, entry.key) ? entry : null;
            }
            if (slot instanceof HostEntry[] equalHashes) {
                for (HostEntry entry : equalHashes) {
                    if (HostHash.matches(text, from, to, entry.key)) {
                        return entry;
                    }
                }
                return null;
            }
            node = (HostTrie) slot;
        }
    }

    /** Returns a trie in which the entry stands for its key, or, when it is empty, in which the key is gone. */
    HostTrie with(HostEntry entry) {
        return with(entry, 0);
    }

    private HostTrie with(HostEntry entry, int shift) {
        int bit = 1 << ((entry.hash >>> shift) & 31);
        int at = Integer.bitCount(bitmap & (bit - 1));
        if ((bitmap & bit) == 0) {
            return entry.isEmpty() ? this : insert(bit, at, entry);
        }
        Object old = slots[at];
        Object now;
        if (old instanceof HostTrie child) {
            now = collapse(child.with(entry, shift + 5));
        } else if (old instanceof HostEntry other) {
            if (other.key.equals(entry.key)) {
                now = entry.isEmpty() ? null : entry;
            } else {
                now = entry.isEmpty() ? other : split(other, other.hash, entry, shift + 5);
            }
        } else {
            HostEntry[] others = (HostEntry[]) old;
            if (others[0].hash == entry.hash) {
                now = withEqualHash(others, entry);
            } else {
                now = entry.isEmpty() ? others : split(others, others[0].hash, entry, shift + 5);
            }
        }
        if (now == null) {
            return remove(bit, at);
        }
        if (now == old) {
            return this;
        }
        Object[] copy = slots.clone();
        copy[at] = now;
        return new HostTrie(bitmap, copy);
    }

    private HostTrie insert(int bit, int at, Object value) {
        Object[] copy = new Object[slots.length + 1];
        System.arraycopy(slots, 0, copy, 0, at);
        copy[at] = value;
        System.arraycopy(slots, at, copy, at + 1, slots.length - at);
        return new HostTrie(bitmap | bit, copy);
    }

    private HostTrie remove(int bit, int at) {
        Object[] copy = new Object[slots.length - 1];
        System.arraycopy(slots, 0, copy, 0, at);
        System.arraycopy(slots, at + 1, copy, at, copy.length - at);
        return new HostTrie(bitmap & ~bit, copy);
    }

    /** A child left with nothing is dropped; one left with a single entry is replaced by that entry. */
    private static @Nullable Object collapse(HostTrie child) {
        if (child.slots.length == 0) {
            return null;
        }
        return child.slots.length == 1 && !(child.slots[0] instanceof HostTrie) ? child.slots[0] : child;
    }

    private static Object split(Object a, int hashA, HostEntry b, int shift) {
        if (hashA == b.hash) {
            return new HostEntry[] {(HostEntry) a, b};
        }
        int bitA = (hashA >>> shift) & 31;
        int bitB = (b.hash >>> shift) & 31;
        if (bitA == bitB) {
            return new HostTrie(1 << bitA, new Object[] {split(a, hashA, b, shift + 5)});
        }
        Object[] two = bitA < bitB ? new Object[] {a, b} : new Object[] {b, a};
        return new HostTrie(1 << bitA | 1 << bitB, two);
    }

    private static @Nullable Object withEqualHash(HostEntry[] old, HostEntry entry) {
        for (int i = 0; i < old.length; i++) {
            if (old[i].key.equals(entry.key)) {
                if (!entry.isEmpty()) {
                    HostEntry[] copy = old.clone();
                    copy[i] = entry;
                    return copy;
                }
                HostEntry[] copy = new HostEntry[old.length - 1];
                System.arraycopy(old, 0, copy, 0, i);
                System.arraycopy(old, i + 1, copy, i, copy.length - i);
                return copy.length == 1 ? copy[0] : copy;
            }
        }
        if (entry.isEmpty()) {
            return old;
        }
        HostEntry[] copy = Arrays.copyOf(old, old.length + 1);
        copy[old.length] = entry;
        return copy;
    }

    void forEach(Consumer<HostEntry> action) {
        for (Object slot : slots) {
            if (slot instanceof HostEntry entry) {
                action.accept(entry);
            } else if (slot instanceof HostTrie child) {
                child.forEach(action);
            } else {
                for (HostEntry entry : (HostEntry[]) slot) {
                    action.accept(entry);
                }
            }
        }
    }
}
