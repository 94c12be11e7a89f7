package io.grouter.nats;

import io.grouter.report.LimitedLog;
import io.grouter.rib.Rib;
import io.grouter.rib.RibThread;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The way of messages into the tables: collected into batches by the client's thread, decoded and taken in by the rib
 * thread. Only a few batches are on their way at a time; while the rib thread is behind, the client's thread waits, and
 * what cannot wait with it, in the client's bounded buffer, is dropped and counted there.
 */
final class Intake {
    private static final int BATCH = 512;
    private static final int BATCHES = 8;

    private final RibThread rib;
    private final FeedMonitor monitor;
    private final LimitedLog rejects;
    private final Semaphore free = new Semaphore(BATCHES);
    private final AtomicLong lost = new AtomicLong();
    private final Translator translator;
    private final LongSupplier clock;
    private final Counter messages;
    private final Counter rejected;
    private final Counter otherSegments;
    private Batch collecting = new Batch();

    private static final class Batch {
        final byte[][] bodies = new byte[BATCH][];
        final boolean[] registers = new boolean[BATCH];
        int size;
        /** When the first message came. */
        long sinceNanos;
    }

    Intake(
            RibThread rib,
            FeedMonitor monitor,
            Sharding sharding,
            LimitedLog rejects,
            LongSupplier clock,
            PrometheusRegistry metrics) {
        this.clock = clock;
        this.rib = rib;
        this.monitor = monitor;
        this.translator = new Translator(sharding);
        this.rejects = rejects;
        this.messages = Counter.builder()
                .name("grouter_nats_messages_total")
                .help("Messages received, by subject")
                .labelNames("subject")
                .register(metrics);
        this.rejected = Counter.builder()
                .name("grouter_nats_rejected_total")
                .help("Messages dropped whole, by reason")
                .labelNames("reason")
                .register(metrics);
        for (Malformed.Reason reason : Malformed.Reason.values()) {
            rejected.initLabelValues(label(reason));
        }
        this.otherSegments = Counter.builder()
                .name("grouter_nats_other_segments_total")
                .help("Messages passed over because their isolation segment is not among this node's")
                .register(metrics);
    }

    private static String label(Malformed.Reason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }

    /** Returns how many messages were lost between the client and the tables. Any thread. */
    long lost() {
        return lost.get();
    }

    /**
     * Takes over a message. Called by the client's one thread, which waits here while the rib thread is behind.
     *
     * @param more whether another call is sure to follow at once, so that this message may wait for company
     */
    void take(byte[] body, boolean register, boolean more) {
        Batch batch = collecting;
        if (batch.size == 0) {
            batch.sinceNanos = clock.getAsLong();
        }
        batch.bodies[batch.size] = body;
        batch.registers[batch.size] = register;
        batch.size++;
        if (more && batch.size < BATCH) {
            return;
        }
        try {
            free.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            lost.addAndGet(batch.size);
            batch.size = 0;
            return;
        }
        collecting = new Batch();
        if (!rib.post((tables, now) -> apply(batch, tables, now))) {
            free.release();
            lost.addAndGet(batch.size);
        }
    }

    private void apply(Batch batch, Rib tables, long now) {
        free.release();
        monitor.onMessage(now);
        int registers = 0;
        for (int i = 0; i < batch.size; i++) {
            try {
                understand(batch.bodies[i], batch.registers[i], tables, now);
            } catch (RuntimeException e) {
                lost.incrementAndGet(); // a fault of ours; the other messages are not to suffer
                rejects.warn("NATS", "a message could not be taken in: " + e);
            }
            registers += batch.registers[i] ? 1 : 0;
        }
        tables.waitingSince(batch.sinceNanos);
        messages.labelValues(NatsFeed.REGISTER).inc(registers);
        messages.labelValues(NatsFeed.UNREGISTER).inc(batch.size - registers);
    }

    private void understand(byte[] body, boolean register, Rib tables, long now) {
        switch (translator.apply(body, register, tables, now)) {
            case TAKEN -> {}
            case OTHER_SEGMENT -> otherSegments.inc();
            case MALFORMED -> {
                Malformed malformed = translator.malformed();
                rejected.labelValues(label(malformed.reason())).inc();
                String subject = register ? NatsFeed.REGISTER : NatsFeed.UNREGISTER;
                rejects.warn(
                        "emitter " + malformed.emitter(),
                        "dropped a " + subject + " message that " + malformed.detail());
            }
        }
    }
}
