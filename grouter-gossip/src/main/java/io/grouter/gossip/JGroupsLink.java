package io.grouter.gossip;

import io.grouter.route.SiteId;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.View;
import org.jgroups.protocols.relay.SiteUUID;
import org.jgroups.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two JGroups channels: {@code local} joins all nodes of a site, {@code wan} joins each site's first two nodes. A
 * site's speaker is its first member in the WAN view; the second stands by, because joining only when the speaker has
 * died would take seconds.
 */
final class JGroupsLink implements SiteLink {
    private static final Logger log = LoggerFactory.getLogger(JGroupsLink.class);
    private static final String LOCAL = "local";
    private static final String WAN = "wan";
    /** Members per site in the WAN channel: the speaker and a standby. */
    private static final int WAN_MEMBERS = 2;
    /** Time between two look-ups of the peers' names. */
    private static final int REFRESH_SECONDS = 15;

    private final SiteId own;
    private final GossipConfig config;
    private final GossipMetrics metrics;
    private final JChannel local;
    private final JChannel wan;
    private final Sender siblings;
    private final Map<SiteId, Sender> toSites = new ConcurrentHashMap<>();
    /** Joining, leaving and looking names up block for seconds, so they have a thread of their own. */
    private final ScheduledExecutorService joins;

    private volatile @Nullable View localView;
    private volatile Map<SiteId, Address> speakers = Map.of();
    private volatile boolean closed;

    /**
     * Makes the channels, not yet joined.
     *
     * @throws IOException when a channel cannot be made from the configuration
     */
    JGroupsLink(SiteId own, String nodeName, GossipConfig config, GossipMetrics metrics) throws IOException {
        this.own = own;
        this.metrics = metrics;
        try {
            this.local = Stacks.local(config, metrics);
            this.wan = Stacks.wan(config, metrics);
        } catch (Exception e) {
            throw new IOException("gossip: cannot make a channel: " + e.getMessage(), e);
        }
        this.local.setName(nodeName);
        this.wan.setName(nodeName);
        this.wan.addAddressGenerator(() -> new SiteUUID(UUID.randomUUID(), nodeName, own.name()));
        this.siblings = new Sender(LOCAL, local, () -> null, true, metrics);
        this.config = config;
        this.joins = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "grouter-gossip-join");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public void start(Receiver receiver) {
        local.setReceiver(new Incoming(LOCAL, receiver));
        wan.setReceiver(new Incoming(WAN, receiver));
        joins.execute(() -> join(local, "grouter-local-" + own));
        joins.scheduleWithFixedDelay(this::refreshPeers, REFRESH_SECONDS, REFRESH_SECONDS, TimeUnit.SECONDS);
    }

    private void refreshPeers() {
        Stacks.refreshPeers(local, config.localPeers());
        Stacks.refreshPeers(wan, config.wanPeers());
    }

    private void join(JChannel channel, String cluster) {
        while (!closed && !channel.isConnected()) {
            try {
                channel.connect(cluster);
            } catch (Exception e) {
                log.warn("gossip: cannot join {}: {}; trying again", cluster, e.getMessage());
                try {
                    TimeUnit.SECONDS.sleep(2);
                } catch (InterruptedException interrupted) {
                    return;
                }
            }
        }
    }

    /** The first two nodes of the site belong in the WAN channel, the others do not. */
    private void joinOrLeaveWan() {
        View view = localView;
        if (closed || view == null) {
            return;
        }
        int rank = view.getMembers().indexOf(local.getAddress());
        if (rank >= 0 && rank < WAN_MEMBERS) {
            join(wan, "grouter-wan");
        } else if (wan.isConnected()) {
            wan.disconnect();
            speakers = Map.of();
        }
    }

    private final class Incoming implements org.jgroups.Receiver {
        private final String label;
        private final Receiver receiver;

        Incoming(String label, Receiver receiver) {
            this.label = label;
            this.receiver = receiver;
        }

        @Override
        public void receive(Message message) {
            metrics.received(label);
            Address from = message.getSrc();
            SiteId site = label.equals(LOCAL) ? own : siteOf(from);
            if (site == null) {
                metrics.connectionRejected(String.valueOf(from), "content");
                return;
            }
            boolean sibling = label.equals(LOCAL);
            Source source = new Source(site, sibling, new Handle(sibling, from));
            if (!(message instanceof BytesMessage) || message.getLength() > MessageCodec.MAX_BYTES) {
                metrics.rejected(source, message instanceof BytesMessage ? "oversized" : "type");
                return;
            }
            byte[] payload = new byte[message.getLength()];
            System.arraycopy(message.getArray(), message.getOffset(), payload, 0, payload.length);
            receiver.onMessage(source, payload);
        }

        @Override
        public void viewAccepted(View view) {
            if (label.equals(LOCAL)) {
                localView = view;
                log.info("gossip: nodes of this site: {}", view.getMembers());
                try {
                    joins.execute(JGroupsLink.this::joinOrLeaveWan);
                } catch (RejectedExecutionException e) {
                    log.debug("gossip: closing, the view does not matter any more");
                }
            } else {
                onWanView(view);
            }
        }
    }

    private void onWanView(View view) {
        Map<SiteId, Address> first = new HashMap<>();
        for (Address member : view.getMembers()) {
            SiteId site = siteOf(member);
            if (site != null) {
                first.putIfAbsent(site, member);
            }
        }
        speakers = Map.copyOf(first);
        log.info("gossip: speakers of the sites in reach: {}", speakers);
        toSites.forEach((site, sender) -> {
            if (!first.containsKey(site)) {
                toSites.remove(site);
                sender.close();
            }
        });
    }

    private static @Nullable SiteId siteOf(@Nullable Address address) {
        if (!(address instanceof SiteUUID uuid) || uuid.getSite() == null) {
            return null;
        }
        try {
            return new SiteId(uuid.getSite());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Where a message came from. */
    private record Handle(boolean sibling, Address address) {
        @Override
        public String toString() {
            return String.valueOf(address);
        }
    }

    // ---- sending

    @Override
    public boolean toSite(SiteId site, byte[] payload) {
        return !closed && speakers.containsKey(site) && sender(site).send(null, payload);
    }

    @Override
    public boolean toSiblings(byte[] payload) {
        View view = localView;
        return view != null && view.size() > 1 && siblings.send(null, payload);
    }

    @Override
    public boolean toOwnSpeaker(byte[] payload) {
        View view = localView;
        if (view == null || view.size() < 2) {
            return false;
        }
        Address first = view.getMembers().get(0);
        Address other = first.equals(local.getAddress()) ? view.getMembers().get(1) : first;
        return siblings.send(other, payload);
    }

    @Override
    public boolean reply(Source source, byte[] payload) {
        if (!(source.handle() instanceof Handle handle)) {
            return false;
        }
        if (handle.sibling()) {
            return siblings.send(handle.address(), payload);
        }
        return !closed
                && speakers.containsKey(source.site())
                && sender(source.site()).send(handle.address(), payload);
    }

    private Sender sender(SiteId site) {
        return toSites.computeIfAbsent(site, to -> new Sender(WAN, wan, () -> speakers.get(to), false, metrics));
    }

    @Override
    public Set<SiteId> sites() {
        Map<SiteId, Address> now = speakers;
        if (!now.containsKey(own)) {
            return now.keySet();
        }
        Set<SiteId> others = new HashSet<>(now.keySet());
        others.remove(own);
        return others;
    }

    @Override
    public boolean speaker() {
        Address mine = wan.getAddress();
        return mine != null && mine.equals(speakers.get(own));
    }

    @Override
    public void close() {
        closed = true;
        joins.shutdownNow();
        speakers = Map.of();
        wan.close();
        local.close();
        siblings.close();
        toSites.values().forEach(Sender::close);
    }
}
