package io.grouter.gossip;

import io.grouter.route.OfferChange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The latest changes of this site's own offers, in order and counted, so that whoever missed some gets just those. */
final class AnnounceLog {
    private final @Nullable OfferChange[] ring;
    private long total;

    AnnounceLog(int capacity) {
        this.ring = new OfferChange[capacity];
    }

    void add(OfferChange change) {
        ring[(int) (total++ % ring.length)] = change;
    }

    /** Returns how many changes there ever were. */
    long total() {
        return total;
    }

    /** Returns the number of the first change that is still kept. */
    long first() {
        return Math.max(0, total - ring.length);
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
