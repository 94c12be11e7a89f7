package io.grouter.proxy;

import io.grouter.route.SiteId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Another site as requests are relayed to it: its entries, and how many requests are under way to it. Entries are
 * replaced by one thread; everything else is safe for all threads.
 */
final class RelaySite {
    private final SiteId id;
    private final int most;
    private final RelayMetrics.OfSite metrics;
    private final AtomicInteger inFlight = new AtomicInteger();
    private List<String> announced = List.of();
    private volatile List<RelayEntry> entries = List.of();

    RelaySite(SiteId id, int most, RelayMetrics.OfSite metrics) {
        this.id = id;
        this.most = most;
        this.metrics = metrics;
    }

    SiteId id() {
        return id;
    }

    RelayMetrics.OfSite metrics() {
        return metrics;
    }

    /** Returns where it takes requests. */
    List<RelayEntry> entries() {
        return entries;
    }

    /** Takes over what it announces; entries that stay keep what is known of them. */
    void announces(List<String> relays) {
        if (relays.equals(announced)) {
            return;
        }
        announced = relays;
        List<RelayEntry> now = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (String text : relays) {
            RelayEntry entry = known(text);
            if (entry == null) {
                entry = RelayEntry.parse(text);
            }
            if (entry == null) {
                metrics.malformed();
            } else if (seen.add(text)) {
                now.add(entry);
            }
        }
        for (RelayEntry before : entries) {
            if (!now.contains(before)) {
                before.withdraw();
            }
        }
        entries = List.copyOf(now);
    }

    private @Nullable RelayEntry known(String text) {
        for (RelayEntry each : entries) {
            if (each.name().equals(text)) {
                return each;
            }
        }
        return null;
    }

    int inFlight() {
        return inFlight.get();
    }

    /** Counts a request in; false when there are as many as there may be. */
    boolean begin() {
        if (inFlight.incrementAndGet() <= most) {
            return true;
        }
        inFlight.decrementAndGet();
        return false;
    }

    /** Counts a request out. */
    void end() {
        inFlight.decrementAndGet();
    }
}
