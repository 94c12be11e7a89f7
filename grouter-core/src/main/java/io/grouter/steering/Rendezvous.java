package io.grouter.steering;

import io.grouter.route.SiteId;

/**
 * Which of several sites a client goes to: the same one as long as it is among them, and each gets a share of all
 * clients by its weight (highest random weight, Thaler and Ravishankar 1998; weighted by the logarithm of a uniform
 * hash). Losing a site moves only that site's clients.
 */
final class Rendezvous {
    private Rendezvous() {}

    /** Returns how much a client wants a site; the highest wins. */
    static double score(SiteId site, String client, double weight) {
        long h = hash(site.name().hashCode(), client);
        double uniform = ((h >>> 11) + 0.5) * 0x1p-53;
        return weight / -Math.log(uniform);
    }

    /** Returns a number from 0 to 999 that is the same for the same client. */
    static int permille(String client) {
        return (int) Long.remainderUnsigned(hash(0x5350494C, client), 1000);
    }

    private static long hash(int salt, String client) {
        long h = salt * 0x9E3779B97F4A7C15L ^ client.hashCode() * 0xC2B2AE3D27D4EB4FL;
        h = (h ^ (h >>> 30)) * 0xBF58476D1CE4E5B9L;
        h = (h ^ (h >>> 27)) * 0x94D049BB133111EBL;
        return h ^ (h >>> 31);
    }
}
