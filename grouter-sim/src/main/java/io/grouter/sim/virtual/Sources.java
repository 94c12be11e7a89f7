package io.grouter.sim.virtual;

import io.grouter.gossip.Seals;
import io.grouter.route.SiteId;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Everything that is drawn by chance in one world. Each purpose has a source of its own, so that leaving out one fault
 * changes little else.
 */
final class Sources {
    private final long seed;
    private final Map<SiteId, Long> secrets = new TreeMap<>();
    private final SplittableRandom chance;
    private final boolean believing;

    Sources(long seed, boolean believing) {
        this.seed = seed;
        this.believing = believing;
        this.chance = random("chance");
    }

    SplittableRandom random(String purpose) {
        long h = seed * 0x9E3779B97F4A7C15L;
        for (int i = 0; i < purpose.length(); i++) {
            h = (h ^ purpose.charAt(i)) * 0x100000001B3L;
            h ^= h >>> 32;
        }
        return new SplittableRandom(h);
    }

    /** Returns the one source for what has no purpose of its own. */
    SplittableRandom chance() {
        return chance;
    }

    /** Notes a site that is configured everywhere. */
    void site(SiteId site) {
        secrets.put(site, random("secret " + site).nextLong());
    }

    Seals seals(SiteId site) {
        return new HashSeals(site, secrets, believing);
    }
}
