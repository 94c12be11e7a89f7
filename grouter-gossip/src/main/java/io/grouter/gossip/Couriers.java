package io.grouter.gossip;

import io.grouter.link.Membership;
import io.grouter.link.Peer;
import io.grouter.link.SiteLink;
import java.io.IOException;
import java.net.Socket;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/** The couriers to all nodes, made when they are needed and dismissed when a node has left. Safe for all threads. */
final class Couriers implements AutoCloseable {
    private static final String LOCAL = "local";
    private static final String WAN = "wan";

    private final SiteLink link;
    private final GossipConfig config;
    private final Seals seals;
    private final GossipMetrics metrics;
    private final LongSupplier clock;
    private final RandomGenerator random;
    private final Map<Peer, Courier> couriers = new ConcurrentHashMap<>();
    private final Courier siblings;
    private final int windowBytes;
    private volatile boolean closed;

    Couriers(
            SiteLink link,
            GossipConfig config,
            Seals seals,
            GossipMetrics metrics,
            LongSupplier clock,
            RandomGenerator random) {
        this.link = link;
        this.config = config;
        this.seals = seals;
        this.metrics = metrics;
        this.clock = clock;
        this.random = random;
        this.windowBytes = config.windowBytes() != 0 ? config.windowBytes() : halfOfASocketBuffer();
        // To all siblings at once there is no window: JGroups drops what they do not take, and digests bring it back.
        this.siblings = courier("siblings", LOCAL, link::toSiblings, Lane.UNCOUNTED, Lane.UNLIMITED);
    }

    /** More than a buffer takes would block the thread that sends to a node that takes nothing. */
    private static int halfOfASocketBuffer() {
        try (Socket probe = new Socket()) {
            probe.setSendBufferSize(1 << 20);
            return Math.max(GossipConfig.LEAST_WINDOW, probe.getSendBufferSize() / 2);
        } catch (IOException e) {
            return GossipConfig.LEAST_WINDOW;
        }
    }

    private Courier courier(String name, String channel, Predicate<byte[]> wire, long window, double rate) {
        long patience = config.heartbeat().toNanos();
        Lane lane = new Lane(random.nextLong() | 1, window, rate, patience);
        return new Courier(name, channel, wire, lane, metrics, clock);
    }

    private Courier to(Peer peer) {
        return couriers.computeIfAbsent(
                peer,
                key -> courier(
                        key.name(),
                        key.sibling() ? LOCAL : WAN,
                        frame -> link.send(key, frame),
                        windowBytes,
                        key.sibling() ? Lane.UNLIMITED : config.maxBytesPerSecond()));
    }

    void send(Collection<Peer> to, boolean toSiblings, Parcel parcel) {
        if (closed) {
            return;
        }
        for (Peer peer : to) {
            // An answer to a node that is not there would else make a thread for every address somebody invents.
            if (known(peer)) {
                to(peer).put(parcel);
            }
        }
        if (toSiblings && !link.membership().siblings().isEmpty()) {
            siblings.put(parcel);
        }
    }

    void send(Collection<Peer> to, boolean toSiblings, Message message) {
        send(to, toSiblings, new Parcel(message, seals, clock));
    }

    void forward(Collection<Peer> to, boolean toSiblings, Received received) {
        send(to, toSiblings, new Parcel(received, seals, clock));
    }

    boolean congested(Peer to) {
        Courier courier = couriers.get(to);
        return courier != null && courier.congested();
    }

    /** Takes in what a frame says about this hop. */
    void onFrame(Peer from, Frame frame) {
        if (frame.ackStream() != 0) {
            Courier courier = couriers.get(from);
            if (courier != null) {
                courier.acknowledged(frame.ackStream(), frame.ackOffset());
            }
        }
    }

    /** Notes that what a frame carried has been dealt with. */
    void done(Peer from, Frame frame) {
        if (frame.stream() != 0 && !closed && known(from)) {
            to(from).acknowledge(frame.stream(), frame.offset());
        }
    }

    /** Only nodes that are there get a courier, whatever address a frame claims to come from. */
    private boolean known(Peer peer) {
        Membership now = link.membership();
        return couriers.containsKey(peer)
                || now.siblings().contains(peer)
                || now.sites().values().stream().anyMatch(peers -> peers.contains(peer));
    }

    /** Dismisses the couriers to nodes that have left. */
    void onMembership(Membership now) {
        Set<Peer> present = new HashSet<>(now.siblings());
        now.sites().values().forEach(present::addAll);
        couriers.forEach((peer, courier) -> {
            if (!present.contains(peer) && couriers.remove(peer, courier)) {
                courier.close();
            }
        });
    }

    /** Returns the bytes sent to other sites and not acknowledged. */
    long underWay() {
        long sum = 0;
        for (Courier courier : couriers.values()) {
            sum += courier.underWay();
        }
        return sum;
    }

    @Override
    public void close() {
        closed = true;
        siblings.close();
        couriers.values().forEach(Courier::close);
    }
}
