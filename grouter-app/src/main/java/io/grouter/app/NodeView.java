package io.grouter.app;

import io.grouter.admin.LogBackend;
import io.grouter.admin.NodeFacts;
import io.grouter.dns.DnsServer;
import io.grouter.gossip.Gossip;
import io.grouter.nats.NatsFeed;
import io.grouter.proxy.ProxyServer;
import io.grouter.route.SiteId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the admin API is told of a node's parts. Parts that are not started yet tell nothing. Safe for all threads. */
final class NodeView implements NodeFacts {
    private final Config config;
    private final String name;
    private final NatsFeed feed;
    private final @Nullable Gossip gossip;
    private final LogBackend logs = new LogbackLevels();
    private volatile @Nullable ProxyServer proxy;
    private volatile @Nullable DnsServer dns;

    NodeView(Config config, String name, NatsFeed feed, @Nullable Gossip gossip) {
        this.config = config;
        this.name = name;
        this.feed = feed;
        this.gossip = gossip;
    }

    void proxy(ProxyServer made) {
        proxy = made;
    }

    void dns(DnsServer made) {
        dns = made;
    }

    @Override
    public List<Member> members() {
        SiteId site = config.site().name();
        List<Member> members = new ArrayList<>();
        boolean speaks = gossip != null && gossip.speaks();
        String address = gossip == null ? null : Addresses.text(config.gossip().local());
        members.add(new Member(name, site, true, false, speaks, address, version()));
        if (gossip != null) {
            for (Gossip.Node node : gossip.nodes()) {
                members.add(new Member(node.name(), node.site(), false, node.sibling(), node.speaker(), null, null));
            }
        }
        return members;
    }

    @Override
    public Feed feed() {
        NatsFeed.Status now = feed.status();
        return new Feed(
                now.why(),
                now.connected(),
                now.server(),
                now.servers(),
                now.connects(),
                now.heardNanos(),
                now.pendingMessages(),
                now.pendingBytes(),
                now.dropped());
    }

    @Override
    public Traffic traffic(SiteId site) {
        ProxyServer from = proxy;
        if (from == null) {
            return Traffic.NONE;
        }
        io.grouter.proxy.Traffic.Counts counts = from.traffic(site);
        return new Traffic(
                counts.forwarded(), counts.redirected(), counts.relayed(), counts.received(), counts.failed());
    }

    @Override
    public @Nullable String version() {
        return NodeView.class.getPackage().getImplementationVersion();
    }

    @Override
    public @Nullable Map<String, Object> explainDns(String host, String type) {
        DnsServer server = dns;
        return server == null ? null : server.explain(host, type);
    }

    @Override
    public LogBackend logs() {
        return logs;
    }
}
