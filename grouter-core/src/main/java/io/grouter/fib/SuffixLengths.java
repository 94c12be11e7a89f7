package io.grouter.fib;

/**
 * How many wildcards there are by the number of labels in their suffix, so that a lookup tries only suffixes as long as
 * those of some wildcard. Immutable.
 */
final class SuffixLengths {
    /** Suffixes of more labels share one count. */
    private static final int MOST = 63;

    static final SuffixLengths NONE = new SuffixLengths(new int[MOST + 1], 0);

    private final int[] counts;
    private final long present;

    private SuffixLengths(int[] counts, long present) {
        this.counts = counts;
        this.present = present;
    }

    /** Returns the counts after one wildcard with this suffix, which begins with a dot, came (1) or went (-1). */
    SuffixLengths with(String suffix, int by) {
        int labels = Math.min(MOST, dots(suffix, 0));
        int[] changed = counts.clone();
        changed[labels] += by;
        long bit = 1L << labels;
        return new SuffixLengths(changed, changed[labels] > 0 ? present | bit : present & ~bit);
    }

    /** Returns whether any wildcard has a suffix of so many labels. */
    boolean has(int labels) {
        return (present >>> Math.min(MOST, labels) & 1) != 0;
    }

    /** Returns the number of dots in a text from a place on. */
    static int dots(String text, int from) {
        int dots = 0;
        for (int i = text.indexOf('.', from); i >= 0; i = text.indexOf('.', i + 1)) {
            dots++;
        }
        return dots;
    }
}
