package io.grouter.gossip;

import io.grouter.link.Membership;
import io.grouter.link.Peer;
import io.grouter.overrides.OverrideStore;
import io.grouter.rib.Rib;
import io.grouter.route.OfferChange;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The replication of one node without threads, sockets and clocks: the same protocol, lanes and checks as
 * {@link Gossip}, driven by whoever simulates a network. One thread only.
 */
public final class Replica {
    /** Where the replica's words go. */
    public interface Wire {
        /** Sends bytes to one node; they may be lost. */
        void send(Peer to, byte[] frame);

        /** Asks for an incarnation higher than this; it comes through {@link Replica#onIncarnation}. */
        void requestIncarnation(long above);
    }

    private final GossipConfig config;
    private final Seals seals;
    private final Rib rib;
    private final Supplier<SiteInfo> info;
    private final Wire wire;
    private final LongSupplier clock;
    private final RandomGenerator random;
    private final GossipMetrics metrics;
    private final Doorkeeper door;
    private final Protocol protocol;
    private final Map<Key, Channel> channels = new TreeMap<>();
    private Membership members = Membership.NONE;

    private record Key(boolean sibling, long node) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int order = Boolean.compare(sibling, other.sibling);
            return order != 0 ? order : Long.compare(node, other.node);
        }
    }

    private record Channel(Peer peer, Lane lane) {}

    /**
     * Makes the replica of a node that has just started.
     *
     * @param node number of this process, not 0
     * @param remembers whether it knows the last incarnation it used
     * @param info what this node says of its site now
     * @param clock monotonic nanoseconds of this node
     * @param wallClock milliseconds since 1970, as this node believes
     */
    public Replica(
            SiteId own,
            long node,
            boolean remembers,
            GossipConfig config,
            Seals seals,
            Rib rib,
            Supplier<SiteInfo> info,
            OverrideStore overrides,
            Wire wire,
            LongSupplier clock,
            LongSupplier wallClock,
            RandomGenerator random,
            PrometheusRegistry registry) {
        this.config = config;
        this.seals = seals;
        this.rib = rib;
        this.info = info;
        this.wire = wire;
        this.clock = clock;
        this.random = random;
        this.metrics = new GossipMetrics(registry, clock);
        this.door = new Doorkeeper(seals, metrics, clock);
        this.protocol = new Protocol(
                own,
                node,
                remembers,
                config,
                new Lanes(),
                metrics,
                random,
                new StoredOverrides(overrides, wallClock, clock));
    }

    /** Takes in who is there now. */
    public void onMembership(Membership now) {
        members = now;
        channels.values().removeIf(channel -> !present(channel.peer()));
        protocol.onMembership(now);
    }

    private boolean present(Peer peer) {
        return peer.sibling()
                ? members.siblings().contains(peer)
                : members.sites().getOrDefault(peer.site(), List.of()).contains(peer);
    }

    /** Does what is due; to be called several times a second. */
    public void tick() {
        protocol.tick(rib, info.get(), clock.getAsLong());
    }

    /** Takes in bytes of another node. */
    public void onFrame(Peer from, byte[] bytes) {
        Frame frame = door.frame(from, bytes);
        if (frame == null) {
            return;
        }
        if (frame.ackStream() != 0) {
            Channel channel = channels.get(key(from));
            if (channel != null) {
                channel.lane().acknowledged(frame.ackStream(), frame.ackOffset());
            }
        }
        Frame.Sealed sealed = frame.sealed();
        Received received = sealed == null ? null : door.open(from, sealed, frame.waitedMillis());
        if (received != null) {
            protocol.onMessage(rib, received, clock.getAsLong());
            if (frame.stream() != 0) {
                Channel back = channel(from);
                if (back != null) {
                    back.lane().acknowledge(frame.stream(), frame.offset());
                }
            }
        }
    }

    /** Tells the others what changed in this site. */
    public void onOwnChanges(List<OfferChange> changes) {
        protocol.onOwnChanges(changes, rib.ownSinceNanos(), clock.getAsLong());
    }

    /** Takes in the incarnation that was asked for. */
    public void onIncarnation(long granted) {
        protocol.onIncarnation(rib, info.get(), granted);
    }

    /** Sends what may go now; returns after how many nanoseconds more may, {@link Long#MAX_VALUE} = nothing waits. */
    public long flush() {
        long next = Long.MAX_VALUE;
        for (Channel channel : channels.values()) {
            next = Math.min(next, flush(channel));
        }
        return next;
    }

    private long flush(Channel channel) {
        Lane lane = channel.lane();
        for (Parcel first = lane.first(); first != null; first = lane.first()) {
            Frame.Sealed sealed = first.sealed();
            long nanos = lane.waitNanos(first, sealed, clock.getAsLong());
            if (nanos > 0) {
                acknowledge(channel);
                return nanos;
            }
            send(channel, lane.send(first, sealed, clock.getAsLong()));
        }
        acknowledge(channel);
        return Long.MAX_VALUE;
    }

    private void acknowledge(Channel channel) {
        Frame frame = channel.lane().mustAcknowledge() ? channel.lane().acknowledgement() : null;
        if (frame != null) {
            send(channel, frame);
        }
    }

    private void send(Channel channel, Frame frame) {
        byte[] bytes = frame.encode();
        if (bytes.length <= Frame.MAX_BYTES) {
            metrics.sent(channel.peer().sibling() ? "local" : "wan", bytes.length);
            wire.send(channel.peer(), bytes);
        } else {
            metrics.dropped(channel.peer().sibling() ? "local" : "wan");
        }
    }

    /** Returns how many bytes wait to be sent, by weight. */
    public long queuedBytes() {
        return channels.values().stream()
                .mapToLong(channel -> channel.lane().queuedBytes())
                .sum();
    }

    private static Key key(Peer peer) {
        return new Key(peer.sibling(), peer.node());
    }

    /** Returns the channel to a node that is there; null when it is not. */
    private @Nullable Channel channel(Peer to) {
        Channel known = channels.get(key(to));
        if (known != null || !present(to)) {
            return known;
        }
        Lane lane = new Lane(
                random.nextLong() | 1,
                config.windowBytes() != 0 ? config.windowBytes() : GossipConfig.LEAST_WINDOW,
                to.sibling() ? Lane.UNLIMITED : config.maxBytesPerSecond(),
                config.heartbeat().toNanos());
        Channel made = new Channel(to, lane);
        channels.put(key(to), made);
        return made;
    }

    private final class Lanes implements Outbox {
        private void put(Collection<Peer> to, boolean siblings, Parcel parcel) {
            List<Peer> all = new ArrayList<>(to);
            if (siblings) {
                all.addAll(members.siblings());
            }
            for (Peer peer : all) {
                Channel channel = channel(peer);
                if (channel != null && !channel.lane().put(parcel, clock.getAsLong())) {
                    metrics.dropped(peer.sibling() ? "local" : "wan");
                }
            }
        }

        @Override
        public void send(Collection<Peer> to, boolean siblings, Message message) {
            put(to, siblings, new Parcel(message, seals, clock));
        }

        @Override
        public void forward(Collection<Peer> to, boolean siblings, Received received) {
            put(to, siblings, new Parcel(received, seals, clock));
        }

        @Override
        public boolean congested(Peer to) {
            Channel channel = channels.get(key(to));
            return channel != null && channel.lane().congested();
        }

        @Override
        public void requestIncarnation(long above) {
            wire.requestIncarnation(above);
        }
    }
}
