package io.grouter.gossip;

import io.grouter.overrides.OverrideEntry;
import io.grouter.overrides.OverrideStore;
import java.util.List;
import java.util.function.LongSupplier;

/** The overrides of a node's store, as the protocol wants them. */
record StoredOverrides(OverrideStore store, LongSupplier wallClock, LongSupplier clock) implements SharedOverrides {
    @Override
    public long digest() {
        return store.digest();
    }

    @Override
    public long orders() {
        return store.orders();
    }

    @Override
    public List<OverrideEntry> entries() {
        return store.entries();
    }

    @Override
    public boolean siteDrained() {
        return store.current().ofSite() != null;
    }

    @Override
    public void merge(List<OverrideEntry> entries) {
        store.merge(entries, wallClock.getAsLong(), clock.getAsLong());
    }
}
