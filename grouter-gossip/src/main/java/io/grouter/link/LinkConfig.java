package io.grouter.link;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * Addresses and security of the transport.
 *
 * @param local address for the nodes of this site
 * @param localPeers addresses of this site's nodes
 * @param wan address for the other sites
 * @param wanAdvertised address under which other sites reach this node, if it is not {@code wan}; at most one
 * @param wanPeers addresses of nodes of all sites
 * @param joinTimeout how long a starting node looks for others before it goes on alone; &gt; 0
 * @param tls certificates
 * @param sites whom the other end may be; asked with the name of a site at every handshake, by any thread
 */
public record LinkConfig(
        InetSocketAddress local,
        List<InetSocketAddress> localPeers,
        InetSocketAddress wan,
        List<InetSocketAddress> wanAdvertised,
        List<InetSocketAddress> wanPeers,
        Duration joinTimeout,
        LinkTlsConfig tls,
        java.util.function.Predicate<String> sites) {
    /** Copies the lists. */
    public LinkConfig {
        localPeers = List.copyOf(localPeers);
        wanAdvertised = List.copyOf(wanAdvertised);
        wanPeers = List.copyOf(wanPeers);
    }
}
