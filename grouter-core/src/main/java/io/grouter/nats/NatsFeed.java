package io.grouter.nats;

import io.grouter.report.LimitedLog;
import io.grouter.rib.Rib;
import io.grouter.rib.RibThread;
import io.grouter.route.RouteChange;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import io.nats.client.Consumer;
import io.nats.client.Dispatcher;
import io.nats.client.ErrorListener;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens to the site's NATS and hands what it hears to the rib thread. Publishes nothing, ever: any answer would
 * change how often emitters speak to the GoRouters.
 *
 * <p>Connects in the background and for ever; a lost feed never stops anything else.
 */
public final class NatsFeed implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(NatsFeed.class);
    private static final String REGISTER = "router.register";
    private static final String UNREGISTER = "router.unregister";
    private static final int PENDING_MESSAGES = 131_072;
    private static final long PENDING_BYTES = 128L << 20;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration TICK = Duration.ofMillis(100);

    private final NatsConfig config;
    private final RibThread rib;
    private final RegistryMessageDecoder decoder = new RegistryMessageDecoder();
    private final FeedMonitor monitor;
    private final LimitedLog rejects;
    private final Counter messages;
    private final Counter rejected;
    private final Counter slow;
    private final AtomicLong connects = new AtomicLong();
    private final Thread thread;
    private volatile @Nullable Connection connection;
    private volatile boolean connected;
    private volatile boolean running = true;

    /** Makes the feed, not yet started; registers its periodic work with the rib thread, which must not run yet. */
    public NatsFeed(NatsConfig config, RibThread rib, LongSupplier clock, PrometheusRegistry metrics) {
        this.config = config;
        this.rib = rib;
        this.monitor = new FeedMonitor(config.registrationInterval());
        this.rejects = new LimitedLog(log, Duration.ofMinutes(1), clock);
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
        for (Decoded.Reason reason : Decoded.Reason.values()) {
            rejected.initLabelValues(label(reason));
        }
        this.slow = Counter.builder()
                .name("grouter_nats_slow_consumer_total")
                .help("Times the client had to drop messages because they came faster than they were read")
                .register(metrics);
        GaugeWithCallback.builder()
                .name("grouter_nats_connected")
                .help("1 while connected to the site's NATS")
                .callback(gauge -> gauge.call(connected ? 1 : 0))
                .register(metrics);
        rib.every(TICK, (tables, now) -> {
            if (running) { // a node that is leaving has not lost anything
                tables.feed(monitor.tick(connects.get(), connected, now), now);
            }
        });
        rib.every(expiryPeriod(config), Rib::expire);
        this.thread = new Thread(this::connectForEver, "grouter-nats");
        this.thread.setDaemon(true);
    }

    /** Endpoints need not be dropped more finely than emitters speak. */
    private static Duration expiryPeriod(NatsConfig config) {
        return config.registrationInterval().dividedBy(4);
    }

    /** Starts connecting in the background. */
    public void start() {
        thread.start();
    }

    /** Leaves NATS. */
    @Override
    public void close() {
        running = false;
        thread.interrupt();
        Connection current = connection;
        if (current != null) {
            closeQuietly(current);
        }
    }

    /**
     * The client reconnects by itself once it was connected; this loop is for the first connection and for the cases
     * in which the client gives up, such as refused passwords.
     */
    private void connectForEver() {
        while (running) {
            try (Connection made = Nats.connect(options())) {
                connection = made;
                while (running && made.getStatus() != Connection.Status.CLOSED) {
                    Thread.sleep(200);
                }
            } catch (InterruptedException e) {
                return;
            } catch (Exception e) {
                rejects.warn(config.servers().toString(), "cannot connect to NATS: " + e.getMessage());
            }
            connected = false;
            try {
                Thread.sleep(ThreadLocalRandom.current()
                        .nextLong(
                                config.reconnectWait().toMillis(),
                                2 * config.reconnectWait().toMillis() + 1));
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private Options options() {
        Options.Builder builder = new Options.Builder()
                .servers(config.servers().toArray(new String[0]))
                .connectionName("grouter")
                .maxReconnects(-1)
                .reconnectWait(config.reconnectWait())
                .reconnectJitter(config.reconnectWait())
                .connectionTimeout(CONNECT_TIMEOUT)
                .pingInterval(config.pingInterval())
                .maxPingsOut(1)
                .connectionListener(new ConnectionEvents())
                .errorListener(new Errors());
        if (!config.user().isEmpty()) {
            builder.userInfo(config.user(), config.password());
        }
        return builder.build();
    }

    private final class ConnectionEvents implements ConnectionListener {
        private @Nullable Dispatcher dispatcher;

        @Override
        @SuppressWarnings("deprecation")
        public void connectionEvent(Connection made, Events type) {
            switch (type) {
                case CONNECTED, RECONNECTED -> {
                    subscribeOnce(made);
                    connects.incrementAndGet();
                    connected = true;
                    log.info("NATS connected: {}", made.getConnectedUrl());
                }
                case DISCONNECTED, CLOSED -> {
                    if (connected) {
                        log.warn("NATS lost: {}; trying again for ever", config.servers());
                    }
                    connected = false;
                }
                default -> log.debug("NATS: {}", type);
            }
        }

        private synchronized void subscribeOnce(Connection made) {
            if (dispatcher == null) {
                Dispatcher fresh = made.createDispatcher(NatsFeed.this::onMessage);
                fresh.setPendingLimits(PENDING_MESSAGES, PENDING_BYTES);
                fresh.subscribe(REGISTER);
                fresh.subscribe(UNREGISTER);
                dispatcher = fresh;
            }
        }
    }

    private final class Errors implements ErrorListener {
        @Override
        public void slowConsumerDetected(Connection conn, Consumer consumer) {
            slow.inc();
            rejects.warn("NATS", "messages come faster than they are read; some are lost");
        }

        @Override
        public void errorOccurred(Connection conn, String error) {
            rejects.warn("NATS", error);
        }

        @Override
        public void exceptionOccurred(Connection conn, Exception exception) {
            log.debug("NATS: {}", exception.toString());
        }
    }

    private void onMessage(Message message) {
        boolean register = REGISTER.equals(message.getSubject());
        messages.labelValues(register ? REGISTER : UNREGISTER).inc();
        Decoded decoded = register ? decoder.register(message.getData()) : decoder.unregister(message.getData());
        if (decoded instanceof Decoded.Malformed malformed) {
            rejected.labelValues(label(malformed.reason())).inc();
            rejects.warn(
                    "emitter " + malformed.emitter(),
                    "dropped a " + message.getSubject() + " message that " + malformed.detail());
            return;
        }
        List<RouteChange> changes = ((Decoded.Changes) decoded).changes();
        rib.post((tables, now) -> {
            monitor.onMessage(now);
            for (RouteChange change : changes) {
                tables.apply(change, now);
            }
        });
    }

    private static String label(Decoded.Reason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }

    private static void closeQuietly(Connection current) {
        try {
            current.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
