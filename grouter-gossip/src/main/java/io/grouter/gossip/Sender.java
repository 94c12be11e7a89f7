package io.grouter.gossip;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread and one bounded queue per destination, so that a destination that takes nothing holds up nobody else.
 * What does not fit is dropped: digests bring it back.
 */
final class Sender implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Sender.class);
    private static final int MAX_MESSAGES = 4096;
    private static final long MAX_BYTES = 8L << 20;

    private record Item(@Nullable Address to, byte[] payload) {}

    private final String label;
    private final JChannel channel;
    private final Supplier<@Nullable Address> defaultTarget;
    private final boolean multicast;
    private final GossipMetrics metrics;
    private final BlockingQueue<Item> queue = new ArrayBlockingQueue<>(MAX_MESSAGES);
    private final AtomicLong queuedBytes = new AtomicLong();
    private final Thread thread;

    /**
     * Makes a sender and starts its thread.
     *
     * @param label the channel, for metrics
     * @param defaultTarget where messages without an address go, asked at the moment of sending; ignored by a
     *     multicast sender
     * @param multicast whether messages without an address go to all members
     */
    Sender(
            String label,
            JChannel channel,
            Supplier<@Nullable Address> defaultTarget,
            boolean multicast,
            GossipMetrics metrics) {
        this.label = label;
        this.channel = channel;
        this.defaultTarget = defaultTarget;
        this.multicast = multicast;
        this.metrics = metrics;
        this.thread = new Thread(this::loop, "grouter-gossip-send-" + label);
        this.thread.setDaemon(true);
        this.thread.start();
    }

    /** Enqueues; false and counted when there is no room. */
    boolean send(@Nullable Address to, byte[] payload) {
        if (queuedBytes.get() + payload.length > MAX_BYTES || !queue.offer(new Item(to, payload))) {
            metrics.dropped(label);
            return false;
        }
        queuedBytes.addAndGet(payload.length);
        return true;
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void loop() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                Item item = queue.take();
                queuedBytes.addAndGet(-item.payload().length);
                transmit(item);
            } catch (InterruptedException e) {
                return;
            } catch (Exception e) {
                metrics.dropped(label);
                log.debug("gossip send failed", e);
            }
        }
    }

    private void transmit(Item item) throws Exception {
        Address to = item.to() != null || multicast ? item.to() : defaultTarget.get();
        if ((to == null && !multicast) || !channel.isConnected()) {
            metrics.dropped(label);
            return;
        }
        Message message = new BytesMessage(to, item.payload());
        if (to == null) {
            message.setFlag(Message.TransientFlag.DONT_BLOCK, Message.TransientFlag.DONT_LOOPBACK);
        }
        channel.send(message);
        metrics.sent(label, item.payload().length);
    }
}
