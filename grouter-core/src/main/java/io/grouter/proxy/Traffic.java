package io.grouter.proxy;

import io.grouter.route.SiteId;
import io.grouter.steering.Decision;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** How many requests went where, for those who watch. Counts only; safe for all threads. */
public final class Traffic {
    private final LongAdder forwarded = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final Map<SiteId, LongAdder> redirected = new ConcurrentHashMap<>();

    /**
     * What was counted with regard to one site.
     *
     * @param forwarded requests handed to this site's GoRouters; 0 for another site
     * @param redirected clients sent to the site
     * @param relayed requests handed to the site
     * @param received requests taken from the site's nodes
     * @param failed this site: requests answered with an error by Grouter; another: attempts to relay that came to nothing
     */
    public record Counts(long forwarded, long redirected, long relayed, long received, long failed) {}

    Traffic() {}

    void decided(Decision decision) {
        if (decision instanceof Decision.Forward) {
            forwarded.increment();
        } else if (decision instanceof Decision.Redirect redirect) {
            redirected.computeIfAbsent(redirect.site(), site -> new LongAdder()).increment();
        } else if (decision instanceof Decision.Refuse) {
            failed.increment();
        }
    }

    void refused() {
        failed.increment();
    }

    /** Returns what was counted of this site. */
    Counts own() {
        return new Counts(forwarded.sum(), 0, 0, 0, failed.sum());
    }

    /** Returns what was counted with regard to another. */
    Counts of(SiteId site, RelayMetrics relays) {
        LongAdder sent = redirected.get(site);
        return new Counts(
                0,
                sent == null ? 0 : sent.sum(),
                relays.relayed(site.name()),
                relays.received(site.name()),
                relays.failed(site.name()));
    }
}
