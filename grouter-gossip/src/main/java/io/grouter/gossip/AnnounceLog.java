package io.grouter.gossip;

import io.grouter.route.OfferChange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The latest changes of this site's own offers, in order and counted, so that whoever missed some gets just those. */
final class AnnounceLog {
    private final @Nullable OfferChange[] ring;
    private final long[] since;
    private long total;

    AnnounceLog(int capacity) {
        this.ring = new OfferChange[capacity];
        this.since = new long[capacity];
    }

    /** Adds a change that came to this node at a time, in monotonic nanoseconds. */
    void add(OfferChange change, long sinceNanos) {
        int slot = (int) (total++ % ring.length);
        ring[slot] = change;
        since[slot] = sinceNanos;
    }

    /** Returns how many changes there ever were. */
    long total() {
        return total;
    }

    /** Returns the number of the first change that is still kept. */
    long first() {
        return Math.max(0, total - ring.length);
    }

    /** Returns when a change that is still kept came to this node. */
    long sinceNanos(long index) {
        return since[(int) (index % since.length)];
    }

    /** Returns up to so many changes from one on; it must still be kept. */
    List<OfferChange> from(long index, int most) {
        int count = (int) Math.min(most, total - index);
        List<OfferChange> part = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            OfferChange change = ring[(int) ((index + i) % ring.length)];
            if (change == null) {
                throw new IllegalArgumentException("change " + (index + i) + " of " + total);
            }
            part.add(change);
        }
        return part;
    }
}
