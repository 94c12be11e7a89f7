package io.grouter.gossip;

import io.grouter.route.ConfigChecks;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * The {@code gossip} section of the configuration.
 *
 * @param enabled whether to talk to siblings and other sites at all
 * @param local address for the nodes of this site
 * @param localPeers addresses of this site's nodes, in any order; one that answers is enough
 * @param wan address for the other sites
 * @param wanPeers addresses of nodes of all sites, in any order; one that answers is enough
 * @param joinTimeout how long a starting node looks for others before it goes on alone
 * @param heartbeat time between two heartbeats of a site
 * @param suspectAfter silence after which a site is suspect
 * @param staleAfter silence after which a site is stale: used last
 * @param goneAfter silence after which a site's routes are forgotten
 * @param maxSites most other sites that are listened to
 * @param incarnationFile where the last used incarnation is kept, or {@code ""} to ask the other sites after a start
 */
public record GossipConfig(
        boolean enabled,
        InetSocketAddress local,
        List<InetSocketAddress> localPeers,
        InetSocketAddress wan,
        List<InetSocketAddress> wanPeers,
        Duration joinTimeout,
        Duration heartbeat,
        Duration suspectAfter,
        Duration staleAfter,
        Duration goneAfter,
        int maxSites,
        String incarnationFile) {
    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public GossipConfig {
        localPeers = List.copyOf(localPeers);
        wanPeers = List.copyOf(wanPeers);
        ConfigChecks.positive("joinTimeout", joinTimeout);
        ConfigChecks.positive("heartbeat", heartbeat);
        more("suspectAfter", suspectAfter, "heartbeat", heartbeat);
        more("staleAfter", staleAfter, "suspectAfter", suspectAfter);
        more("goneAfter", goneAfter, "staleAfter", staleAfter);
        ConfigChecks.atLeast("maxSites", maxSites, 1);
    }

    private static void more(String key, Duration value, String than, Duration least) {
        if (value.compareTo(least) <= 0) {
            throw new IllegalArgumentException(
                    key + ": " + value + " (expected: more than " + than + ", which is " + least + ")");
        }
    }
}
