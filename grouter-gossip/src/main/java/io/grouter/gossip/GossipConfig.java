package io.grouter.gossip;

import io.grouter.link.LinkTlsConfig;
import io.grouter.route.ConfigChecks;
import io.grouter.route.IpLiterals;
import io.grouter.route.SiteId;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The {@code gossip} section of the configuration.
 *
 * @param enabled whether to talk to siblings and other sites at all
 * @param local address for the nodes of this site
 * @param localPeers addresses of this site's nodes, in any order; one that answers is enough
 * @param wan address for the other sites
 * @param wanAdvertised address under which other sites reach this node, if it is not {@code wan}; at most one
 * @param wanPeers addresses of nodes of all sites, in any order; one that answers is enough
 * @param insecure whether to do without TLS and signatures, so that whoever reaches the ports can write any table; on
 *     loopback addresses they may be left out without it
 * @param signingKey this site's private key, or {@code ""}: then nothing is signed or checked
 * @param sites the sites that are listened to, this one among them; empty without a signing key
 * @param tls certificates of the connections between nodes
 * @param joinTimeout how long a starting node looks for others before it goes on alone
 * @param heartbeat time between two heartbeats of a site
 * @param suspectAfter silence after which a site is suspect
 * @param staleAfter silence after which a site is stale: used last
 * @param goneAfter silence after which a site's routes are forgotten
 * @param siblingDiffersAfter time after which it is reported that another node of this site does not hear the same
 * @param repairJitter most that a repair waits at random when a site is back; 0 = not at all
 * @param maxSites most other sites that are listened to
 * @param maxTransfers most tables that are sent at a time
 * @param maxBytesPerSecond most bytes per second to one node of another site
 * @param maxChangesPerSecond most changes per second taken in from one site; more are asked for later
 * @param windowBytes most bytes on their way to one node; 0 = half of what the system lets a socket's buffer hold
 * @param incarnationFile where the last used incarnation is kept, or {@code ""} to ask the other sites after a start
 */
public record GossipConfig(
        boolean enabled,
        InetSocketAddress local,
        List<InetSocketAddress> localPeers,
        InetSocketAddress wan,
        List<InetSocketAddress> wanAdvertised,
        List<InetSocketAddress> wanPeers,
        boolean insecure,
        String signingKey,
        List<SiteTrust> sites,
        LinkTlsConfig tls,
        Duration joinTimeout,
        Duration heartbeat,
        Duration suspectAfter,
        Duration staleAfter,
        Duration goneAfter,
        Duration siblingDiffersAfter,
        Duration repairJitter,
        int maxSites,
        int maxTransfers,
        int maxBytesPerSecond,
        int maxChangesPerSecond,
        int windowBytes,
        String incarnationFile) {
    static final int LEAST_WINDOW = 64 << 10;

    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public GossipConfig {
        localPeers = List.copyOf(localPeers);
        wanAdvertised = List.copyOf(wanAdvertised);
        wanPeers = List.copyOf(wanPeers);
        sites = List.copyOf(sites);
        long names = sites.stream().map(SiteTrust::name).distinct().count();
        if (names < sites.size()) {
            throw new IllegalArgumentException(
                    "sites: a name is there twice (expected: one entry for each site, with both keys while it changes them)");
        }
        if (wanAdvertised.size() > 1) {
            throw new IllegalArgumentException("wanAdvertised: " + wanAdvertised.size() + " (expected: at most one)");
        }
        ConfigChecks.positive("joinTimeout", joinTimeout);
        ConfigChecks.positive("heartbeat", heartbeat);
        more("suspectAfter", suspectAfter, "heartbeat", heartbeat);
        more("staleAfter", staleAfter, "suspectAfter", suspectAfter);
        more("goneAfter", goneAfter, "staleAfter", staleAfter);
        ConfigChecks.positive("siblingDiffersAfter", siblingDiffersAfter);
        ConfigChecks.notNegative("repairJitter", repairJitter);
        ConfigChecks.atLeast("maxSites", maxSites, 1);
        ConfigChecks.atLeast("maxTransfers", maxTransfers, 1);
        ConfigChecks.atLeast("maxBytesPerSecond", maxBytesPerSecond, 10_000);
        ConfigChecks.atLeast("maxChangesPerSecond", maxChangesPerSecond, 100);
        if (windowBytes != 0) {
            ConfigChecks.atLeast("windowBytes", windowBytes, LEAST_WINDOW);
        }
        boolean reachable =
                !IpLiterals.isLoopback(local.getHostString()) || !IpLiterals.isLoopback(wan.getHostString());
        if (enabled && !insecure && (reachable || !signingKey.isEmpty() || !sites.isEmpty())) {
            secure(signingKey, sites, tls, reachable);
        }
    }

    private static void secure(String signingKey, List<SiteTrust> sites, LinkTlsConfig tls, boolean reachable) {
        String otherwise = "; for a try-out without security set gossip.insecure: true";
        if (signingKey.isEmpty()) {
            throw new IllegalArgumentException(
                    "signingKey: is missing (expected: what grouter keygen --site NAME prints" + otherwise + ")");
        }
        SiteKeys.privateKey(signingKey);
        if (sites.isEmpty()) {
            throw new IllegalArgumentException(
                    "sites: is missing (expected: what grouter keygen printed for each site" + otherwise + ")");
        }
        if (reachable && !tls.on()) {
            throw new IllegalArgumentException("tls: is missing (expected: ca, certificate and key" + otherwise + ")");
        }
    }

    private static void more(String key, Duration value, String than, Duration least) {
        if (value.compareTo(least) <= 0) {
            throw new IllegalArgumentException(
                    key + ": " + value + " (expected: more than " + than + ", which is " + least + ")");
        }
    }

    /** Checks that the keys fit the site; throws {@link IllegalArgumentException} naming the key. */
    public void check(SiteId own) {
        if (enabled) {
            try {
                keys(own);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("gossip." + e.getMessage(), e);
            }
        }
    }

    /** Returns the keys to sign and to check with; throws {@link IllegalArgumentException} when they do not fit. */
    SiteKeys keys(SiteId own) {
        return new SiteKeys(own, insecure ? "" : signingKey, publicKeys());
    }

    /** Returns the same with other sites. */
    public GossipConfig withSites(List<SiteTrust> others) {
        return new GossipConfig(
                enabled,
                local,
                localPeers,
                wan,
                wanAdvertised,
                wanPeers,
                insecure,
                signingKey,
                others,
                tls,
                joinTimeout,
                heartbeat,
                suspectAfter,
                staleAfter,
                goneAfter,
                siblingDiffersAfter,
                repairJitter,
                maxSites,
                maxTransfers,
                maxBytesPerSecond,
                maxChangesPerSecond,
                windowBytes,
                incarnationFile);
    }

    /** Returns the public keys of each site. */
    Map<SiteId, List<String>> publicKeys() {
        Map<SiteId, List<String>> keys = new TreeMap<>();
        sites.forEach(site -> keys.put(site.name(), site.keys()));
        return keys;
    }
}
