package io.grouter.admin;

import io.grouter.route.SiteId;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Turns counts into rates: the difference between the last two looks, a second or so apart. Safe for all threads. */
final class TrafficMeter {
    /** Looks closer together than this tell nothing. */
    private static final long LEAST_NANOS = 200_000_000;

    private final Function<SiteId, NodeFacts.Traffic> counts;
    private Map<SiteId, NodeFacts.Traffic> last = Map.of();
    private long lastNanos;
    private boolean looked;
    private volatile Map<SiteId, NodeFacts.Traffic> rates = Map.of();

    TrafficMeter(Function<SiteId, NodeFacts.Traffic> counts) {
        this.counts = counts;
    }

    /** Looks at the counts of some sites now. */
    synchronized void look(Collection<SiteId> sites, long nowNanos) {
        long passed = nowNanos - lastNanos;
        if (looked && passed < LEAST_NANOS) {
            return;
        }
        Map<SiteId, NodeFacts.Traffic> now = new HashMap<>();
        Map<SiteId, NodeFacts.Traffic> made = new HashMap<>();
        for (SiteId site : sites) {
            NodeFacts.Traffic count = counts.apply(site);
            now.put(site, count);
            NodeFacts.Traffic before = last.getOrDefault(site, NodeFacts.Traffic.NONE);
            made.put(site, looked ? rate(before, count, passed / 1e9) : NodeFacts.Traffic.NONE);
        }
        rates = Map.copyOf(made);
        last = now;
        lastNanos = nowNanos;
        looked = true;
    }

    private static NodeFacts.Traffic rate(NodeFacts.Traffic before, NodeFacts.Traffic now, double seconds) {
        return new NodeFacts.Traffic(
                rate(before.forwarded(), now.forwarded(), seconds),
                rate(before.redirected(), now.redirected(), seconds),
                rate(before.relayed(), now.relayed(), seconds),
                rate(before.received(), now.received(), seconds),
                rate(before.failed(), now.failed(), seconds));
    }

    private static double rate(double before, double now, double seconds) {
        return Math.max(0, Math.round((now - before) / seconds * 10) / 10.0);
    }

    /** Returns the requests per second of one site. */
    NodeFacts.Traffic of(SiteId site) {
        return rates.getOrDefault(site, NodeFacts.Traffic.NONE);
    }

    /** Returns the sums over all sites. */
    NodeFacts.Traffic all() {
        NodeFacts.Traffic sum = NodeFacts.Traffic.NONE;
        for (NodeFacts.Traffic each : rates.values()) {
            sum = new NodeFacts.Traffic(
                    sum.forwarded() + each.forwarded(),
                    sum.redirected() + each.redirected(),
                    sum.relayed() + each.relayed(),
                    sum.received() + each.received(),
                    sum.failed() + each.failed());
        }
        return sum;
    }

    /** Puts rates into the words of the API. */
    static Map<String, Object> describe(NodeFacts.Traffic rates) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("forwarded", rates.forwarded());
        body.put("redirected", rates.redirected());
        body.put("relayed", rates.relayed());
        body.put("received", rates.received());
        body.put("failed", rates.failed());
        return body;
    }
}
