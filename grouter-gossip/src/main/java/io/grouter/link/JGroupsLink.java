package io.grouter.link;

import io.grouter.route.SiteId;
import io.grouter.tls.PeerTls;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
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
 * site's speaker is the first member in the WAN view that is also in the local one; the second stands by, because
 * joining only when the speaker has died would take seconds.
 */
public final class JGroupsLink implements SiteLink {
    private static final Logger log = LoggerFactory.getLogger(JGroupsLink.class);
    private static final String LOCAL = "local";
    private static final String WAN = "wan";
    /** Longest payload taken in. */
    private static final int MAX_BYTES = 1 << 20;
    /** Members per site in the WAN channel: the speaker and a standby. */
    private static final int WAN_MEMBERS = 2;
    /** Time between two look-ups of the peers' names. */
    private static final int REFRESH_SECONDS = 15;
    /**
     * A node of another site that left the view is still sent to for so long, if the site has no other: while only some
     * sites see each other, views change back and forth although the connection is there.
     */
    private static final long REMEMBER_NANOS = Duration.ofSeconds(30).toNanos();

    private static final int MOST_REMEMBERED = 256;

    private final SiteId own;
    private final LinkConfig config;
    private final LinkMetrics metrics;
    private final LongSupplier clock;
    private final SiteUUID address;
    private final PeerSockets localSockets;
    private final PeerSockets wanSockets;
    private final JChannel local;
    private final JChannel wan;
    /** Joining, leaving and looking names up block for seconds, so they have a thread of their own. */
    private final ScheduledExecutorService joins;

    private final Map<Address, Long> left = new HashMap<>();
    private @Nullable View localView;
    private @Nullable View wanView;
    private volatile Membership membership = Membership.NONE;
    private volatile @Nullable Receiver receiver;
    private volatile boolean closed;

    /**
     * Makes the channels, not yet joined.
     *
     * @param nodeName name of this node in others' logs
     * @param node number of this process, random
     * @param clock monotonic nanoseconds
     * @throws IOException when a channel cannot be made from the configuration
     */
    public JGroupsLink(
            SiteId own, String nodeName, long node, LinkConfig config, LongSupplier clock, PrometheusRegistry registry)
            throws IOException {
        this.own = own;
        this.config = config;
        this.clock = clock;
        this.metrics = new LinkMetrics(registry, clock);
        this.address = new SiteUUID(new UUID(node, own.hashCode()), nodeName, own.name());
        this.localSockets = new PeerSockets(tls(config.tls(), site -> site.equals(own.name())), metrics);
        this.wanSockets = new PeerSockets(tls(config.tls(), config.sites()), metrics);
        try {
            this.local = Stacks.local(config, localSockets);
            this.wan = Stacks.wan(config, wanSockets);
        } catch (Exception e) {
            throw new IOException("gossip: cannot make a channel: " + e.getMessage(), e);
        }
        for (JChannel channel : new JChannel[] {local, wan}) {
            channel.setName(nodeName);
            channel.addAddressGenerator(() -> address);
        }
        metrics.drops(
                "grouter_link_unsent_total",
                "Messages JGroups did not send because too many to one node were waiting; it sends them again later",
                () -> Map.of(LOCAL, Stacks.unsent(local), WAN, Stacks.unsent(wan)));
        metrics.drops(
                "grouter_link_undelivered_total",
                "Messages JGroups did not deliver because all its threads were busy; it asks for them again",
                () -> Map.of(LOCAL, Stacks.undelivered(local), WAN, Stacks.undelivered(wan)));
        this.joins = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "grouter-gossip-join");
            thread.setDaemon(true);
            return thread;
        });
    }

    private static @Nullable PeerTls tls(LinkTlsConfig config, java.util.function.Predicate<String> allowed)
            throws IOException {
        return config.on() ? new PeerTls(config.ca(), config.certificate(), config.key(), allowed) : null;
    }

    @Override
    public void start(Receiver told) {
        receiver = told;
        local.setReceiver(new Incoming(false, told));
        wan.setReceiver(new Incoming(true, told));
        joins.execute(() -> join(local, "grouter-local-" + own));
        joins.scheduleWithFixedDelay(this::refresh, REFRESH_SECONDS, REFRESH_SECONDS, TimeUnit.SECONDS);
    }

    private void refresh() {
        Stacks.refreshPeers(local, config.localPeers());
        Stacks.refreshPeers(wan, config.wanPeers());
        recompute();
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
        View view = view();
        if (closed || view == null) {
            return;
        }
        int rank = view.getMembers().indexOf(local.getAddress());
        if (rank >= 0 && rank < WAN_MEMBERS) {
            join(wan, "grouter-wan");
        } else if (wan.isConnected()) {
            wan.disconnect();
            onWanView(null);
        }
    }

    private synchronized @Nullable View view() {
        return localView;
    }

    // ---- receiving

    private final class Incoming implements org.jgroups.Receiver {
        private final boolean overWan;
        private final String label;
        private final Receiver told;

        Incoming(boolean overWan, Receiver told) {
            this.overWan = overWan;
            this.label = overWan ? WAN : LOCAL;
            this.told = told;
        }

        @Override
        public void receive(Message message) {
            metrics.received(label, message.getLength());
            Peer from = peer(message.getSrc(), !overWan);
            if (from == null || (!overWan && !from.site().equals(own))) {
                metrics.rejected(String.valueOf(message.getSrc()), "no-site", "");
                return;
            }
            if (!(message instanceof BytesMessage) || message.getLength() > MAX_BYTES) {
                metrics.rejected(from.name(), message instanceof BytesMessage ? "oversized" : "type", "");
                return;
            }
            byte[] payload = new byte[message.getLength()];
            System.arraycopy(message.getArray(), message.getOffset(), payload, 0, payload.length);
            told.onMessage(from, payload);
        }

        @Override
        public void viewAccepted(View view) {
            if (overWan) {
                onWanView(view);
            } else {
                onLocalView(view);
            }
        }
    }

    private void onLocalView(View view) {
        synchronized (this) {
            localView = view;
        }
        log.info("gossip: nodes of this site: {}", view.getMembers());
        recompute();
        try {
            joins.execute(this::joinOrLeaveWan);
        } catch (RejectedExecutionException e) {
            log.debug("gossip: closing, the view does not matter any more");
        }
    }

    private void onWanView(@Nullable View view) {
        synchronized (this) {
            View before = wanView;
            wanView = view;
            long now = clock.getAsLong();
            if (before != null) {
                before.getMembers().forEach(member -> left.put(member, now));
            }
            if (view != null) {
                view.getMembers().forEach(left::remove);
                log.info("gossip: nodes in reach of all sites: {}", view.getMembers());
            }
            left.values().removeIf(since -> now - since > REMEMBER_NANOS);
            if (left.size() > MOST_REMEMBERED) {
                left.clear();
            }
        }
        recompute();
    }

    private void recompute() {
        Receiver told = receiver;
        Membership now;
        synchronized (this) {
            now = compute();
            if (now.equals(membership)) {
                return;
            }
            membership = now;
        }
        if (told != null && !closed) {
            told.onMembership(now);
        }
    }

    private Membership compute() {
        List<Peer> siblings = new ArrayList<>();
        Set<Address> here = new HashSet<>();
        here.add(address);
        if (localView != null) {
            for (Address member : localView.getMembers()) {
                Peer peer = peer(member, true);
                if (!member.equals(address) && peer != null && peer.site().equals(own)) {
                    siblings.add(peer);
                    here.add(member);
                }
            }
        }
        Address first = null;
        Map<SiteId, List<Peer>> sites = new LinkedHashMap<>();
        List<String> strangers = new ArrayList<>();
        for (Address member : wanView == null ? List.<Address>of() : wanView.getMembers()) {
            Peer peer = peer(member, false);
            if (peer == null) {
                continue;
            }
            if (!peer.site().equals(own)) {
                sites.computeIfAbsent(peer.site(), key -> new ArrayList<>()).add(peer);
            } else if (!here.contains(member)) {
                strangers.add(peer.name());
            } else if (first == null) {
                first = member;
            }
        }
        if (wanView != null) {
            addRemembered(sites);
        }
        return new Membership(
                address.equals(first),
                first == null || address.equals(first) ? null : peer(first, true),
                siblings,
                sites,
                strangers);
    }

    private void addRemembered(Map<SiteId, List<Peer>> sites) {
        Set<SiteId> present = new HashSet<>(sites.keySet());
        long now = clock.getAsLong();
        left.forEach((member, since) -> {
            Peer peer = peer(member, false);
            if (peer != null
                    && now - since <= REMEMBER_NANOS
                    && !peer.site().equals(own)
                    && !present.contains(peer.site())) {
                sites.computeIfAbsent(peer.site(), key -> new ArrayList<>()).add(peer);
            }
        });
    }

    private static @Nullable Peer peer(@Nullable Address address, boolean sibling) {
        if (!(address instanceof SiteUUID uuid) || uuid.getSite() == null) {
            return null;
        }
        try {
            SiteId site = new SiteId(uuid.getSite());
            return new Peer(site, uuid.getMostSignificantBits(), sibling, String.valueOf(uuid.getName()), address);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    // ---- sending

    @Override
    public boolean send(Peer to, byte[] payload) {
        return to.address() instanceof Address target && send(to.sibling() ? local : wan, target, payload);
    }

    @Override
    public boolean toSiblings(byte[] payload) {
        return send(local, null, payload);
    }

    private boolean send(JChannel channel, @Nullable Address to, byte[] payload) {
        if (closed || !channel.isConnected()) {
            return false;
        }
        Message message = new BytesMessage(to, payload);
        if (to == null) {
            message.setFlag(Message.TransientFlag.DONT_BLOCK, Message.TransientFlag.DONT_LOOPBACK);
        }
        try {
            channel.send(message);
        } catch (Exception e) {
            log.debug("gossip: not sent to {}", to, e);
            return false;
        }
        metrics.sent(channel == local ? LOCAL : WAN, payload.length);
        return true;
    }

    @Override
    public Membership membership() {
        return membership;
    }

    @Override
    public void close() {
        closed = true;
        joins.shutdownNow();
        wan.close();
        local.close();
        localSockets.close();
        wanSockets.close();
    }
}
