package io.grouter.gossip;

import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings parcels to one node on a thread of its own, as its {@link Lane} allows, so that a node that takes nothing holds
 * up nobody. Safe for all threads.
 */
final class Courier implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Courier.class);

    private final Predicate<byte[]> wire;
    private final String channel;
    private final GossipMetrics metrics;
    private final LongSupplier clock;
    private final Lane lane;
    private final Thread thread;
    private boolean closed;

    /**
     * Makes a courier and starts its thread.
     *
     * @param name the node, for the thread's name
     * @param channel {@code local} or {@code wan}, for metrics
     * @param wire sends a frame, and says whether it could
     * @param lane what waits for the node; this courier's alone from now on
     */
    Courier(String name, String channel, Predicate<byte[]> wire, Lane lane, GossipMetrics metrics, LongSupplier clock) {
        this.wire = wire;
        this.channel = channel;
        this.lane = lane;
        this.metrics = metrics;
        this.clock = clock;
        this.thread = new Thread(this::loop, "grouter-gossip-to-" + name);
        this.thread.setDaemon(true);
        this.thread.start();
    }

    /** Takes a parcel; false and counted when too much waits already. */
    synchronized boolean put(Parcel parcel) {
        if (closed || !lane.put(parcel, clock.getAsLong())) {
            metrics.dropped(channel);
            return false;
        }
        notifyAll();
        return true;
    }

    /** Returns whether nothing large should be put in now. */
    synchronized boolean congested() {
        return lane.congested();
    }

    /** Takes in that the node has taken something in. */
    synchronized void acknowledged(long stream, long offset) {
        if (lane.acknowledged(stream, offset)) {
            notifyAll();
        }
    }

    /** Notes up to where the node's own frames have been taken in; the node is told soon. */
    synchronized void acknowledge(long stream, long offset) {
        if (lane.acknowledge(stream, offset)) {
            notifyAll();
        }
    }

    /** Returns the bytes sent and not acknowledged. */
    synchronized long underWay() {
        return lane.underWay();
    }

    @Override
    public synchronized void close() {
        closed = true;
        lane.clear();
        notifyAll();
    }

    private void loop() {
        try {
            boolean more = true;
            while (more) {
                more = step();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends one frame; false when there will be no more. */
    private boolean step() throws InterruptedException {
        Parcel parcel;
        synchronized (this) {
            while (!closed && lane.first() == null && !lane.mustAcknowledge()) {
                wait();
            }
            if (closed) {
                return false;
            }
            parcel = lane.first();
        }
        try {
            // Encoding and signing happen here, outside the lock.
            Frame frame = parcel == null ? acknowledgement() : awaitTurn(parcel, parcel.sealed());
            if (frame != null) {
                byte[] bytes = frame.encode();
                if (bytes.length <= Frame.MAX_BYTES && wire.test(bytes)) {
                    metrics.sent(channel, bytes.length);
                } else {
                    metrics.dropped(channel);
                }
            }
        } catch (RuntimeException e) {
            log.warn("gossip: a message was not sent", e);
            metrics.dropped(channel);
            discard(parcel);
        }
        return true;
    }

    private synchronized void discard(@Nullable Parcel parcel) {
        if (parcel != null) {
            lane.discard(parcel);
        }
    }

    private synchronized @Nullable Frame acknowledgement() {
        return lane.acknowledgement();
    }

    /** Returns the next frame, or null when, after some waiting, the parcel is no longer first. */
    private synchronized @Nullable Frame awaitTurn(Parcel parcel, Frame.Sealed sealed) throws InterruptedException {
        while (lane.first() == parcel) {
            long now = clock.getAsLong();
            long nanos = lane.waitNanos(parcel, sealed, now);
            if (nanos == 0) {
                return lane.send(parcel, sealed, now);
            }
            if (lane.mustAcknowledge()) {
                return lane.acknowledgement();
            }
            wait(nanos / 1_000_000 + 1);
        }
        return null;
    }
}
