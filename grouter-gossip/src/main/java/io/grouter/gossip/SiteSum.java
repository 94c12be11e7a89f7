package io.grouter.gossip;

import io.grouter.route.SiteHealth;
import io.grouter.route.SiteInfo;
import java.util.List;

/** Makes the health of a site out of the health of its nodes. */
final class SiteSum {
    private SiteSum() {}

    /**
     * Returns the health of the site. It is draining when an operator ordered it, or when every node is; while some are
     * not, those that are no longer count, because they are about to leave.
     *
     * @param nodes what each node says of itself, at least one
     * @param drained whether an operator drained the site
     */
    static SiteHealth of(List<SiteHealth> nodes, boolean drained) {
        boolean allDraining = nodes.stream().allMatch(SiteHealth::draining);
        int goRouters = 0;
        long limit = 0;
        long inFlight = 0;
        double errors = 0;
        double weights = 0;
        for (SiteHealth each : nodes) {
            if (allDraining || drained || !each.draining()) {
                goRouters = Math.max(goRouters, each.goRouters());
                limit += each.limit();
                inFlight += each.inFlight();
                double weight = 1.0 + each.inFlight();
                errors += weight * each.errorPermille();
                weights += weight;
            }
        }
        return new SiteHealth(
                goRouters,
                allDraining || drained,
                (int) Math.min(limit, Integer.MAX_VALUE),
                (int) Math.min(inFlight, Integer.MAX_VALUE),
                (int) Math.round(errors / weights));
    }

    /**
     * Returns what a site says of itself: the first node's word, with the health of all and the addresses at which they
     * take relayed requests.
     *
     * @param nodes what each node says, at least one
     * @param drained whether an operator drained the site
     */
    static SiteInfo together(List<SiteInfo> nodes, boolean drained) {
        List<SiteHealth> all = nodes.stream().map(SiteInfo::health).toList();
        boolean leaving = all.stream().allMatch(SiteHealth::draining);
        SiteInfo first = nodes.get(0);
        List<String> relays = nodes.stream()
                .filter(each -> leaving || drained || !each.health().draining())
                .flatMap(each -> each.relays().stream())
                .distinct()
                .limit(SiteInfo.MOST_ADDRESSES)
                .toList();
        return new SiteInfo(
                first.region(),
                first.aliases(),
                first.httpPort(),
                first.httpsPort(),
                first.certificateNames(),
                first.entries(),
                relays,
                of(all, drained));
    }
}
