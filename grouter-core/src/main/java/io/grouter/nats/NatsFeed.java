package io.grouter.nats;

import io.grouter.report.LimitedLog;
import io.grouter.rib.RibThread;
import io.grouter.tls.ClientTls;
import io.nats.client.AuthenticationException;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import io.nats.client.Consumer;
import io.nats.client.Dispatcher;
import io.nats.client.ErrorListener;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.Options.HostnameResolveMode;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;
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
    static final String REGISTER = "router.register";
    static final String UNREGISTER = "router.unregister";

    private static final Logger log = LoggerFactory.getLogger(NatsFeed.class);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration TICK = Duration.ofMillis(100);

    private final NatsConfig config;
    private final ClientTls tls;
    private final FeedMonitor monitor;
    private final Intake intake;
    private final LimitedLog rejects;
    private final Counter slow;
    private final Counter failures;
    private final AtomicLong connects = new AtomicLong();
    private final Thread thread;
    private volatile @Nullable Connection connection;
    private volatile @Nullable Dispatcher dispatcher;
    private final AtomicLong droppedBefore = new AtomicLong();
    private volatile boolean connected;
    private volatile String why = "just started";
    private volatile @Nullable Long heardNanos;
    private volatile boolean running = true;

    /** Makes the feed, not yet started; registers its periodic work with the rib thread, which must not run yet. */
    public NatsFeed(NatsConfig config, RibThread rib, LongSupplier clock, PrometheusRegistry metrics) {
        this.config = config;
        this.tls = new ClientTls(
                config.tls().ca(), config.tls().certificate(), config.tls().key());
        this.monitor = new FeedMonitor(config.registrationInterval());
        this.rejects = new LimitedLog(log, Duration.ofMinutes(1), clock);
        this.intake = new Intake(rib, monitor, config.sharding(), rejects, metrics);
        this.slow = Counter.builder()
                .name("grouter_nats_slow_consumer_total")
                .help("Times the client began to drop messages because they came faster than they were read")
                .register(metrics);
        this.failures = Counter.builder()
                .name("grouter_nats_connect_failures_total")
                .help("Attempts to connect to NATS that failed with all servers")
                .register(metrics);
        registerGauges(metrics);
        rib.every(TICK, (tables, now) -> {
            if (running) { // a node that is leaving has not lost anything
                tables.feed(monitor.tick(connects.get(), connected, dropped(), now), monitor.why(), now);
                why = monitor.why();
                heardNanos = monitor.heardNanos();
            }
        });
        // Endpoints need not be dropped more finely than emitters speak.
        rib.every(config.registrationInterval().dividedBy(4), (tables, now) -> tables.expire(now));
        this.thread = new Thread(this::connectForEver, "grouter-nats");
        this.thread.setDaemon(true);
    }

    private void registerGauges(PrometheusRegistry metrics) {
        gauge(metrics, "grouter_nats_connected", "1 while connected to the site's NATS", () -> connected ? 1 : 0);
        gauge(metrics, "grouter_nats_pending_messages", "Messages received that wait to be read", () -> {
            Dispatcher current = dispatcher;
            return current == null ? 0 : (double) current.getPendingMessageCount();
        });
        gauge(metrics, "grouter_nats_pending_bytes", "Bytes received that wait to be read", () -> {
            Dispatcher current = dispatcher;
            return current == null ? 0 : (double) current.getPendingByteCount();
        });
        gauge(
                metrics,
                "grouter_nats_pending_messages_limit",
                "Most messages that may wait",
                config::maxPendingMessages);
        gauge(metrics, "grouter_nats_pending_bytes_limit", "Most bytes that may wait", config::maxPendingBytes);
        CounterWithCallback.builder()
                .name("grouter_nats_dropped_total")
                .help("Messages dropped on this side because they came faster than they were read")
                .callback(counter -> counter.call((double) dropped()))
                .register(metrics);
    }

    private static void gauge(PrometheusRegistry metrics, String name, String help, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(gauge -> gauge.call(value.getAsDouble()))
                .register(metrics);
    }

    /** Messages lost on this side so far, over all connections. */
    private long dropped() {
        Dispatcher current = dispatcher;
        return droppedBefore.get() + (current == null ? 0 : current.getDroppedCount()) + intake.lost();
    }

    /**
     * How the feed is.
     *
     * @param why why its state is what it is
     * @param server the server connected to; null = none
     * @param servers the servers configured, without passwords
     * @param connects how often the connection was made
     * @param heardNanos monotonic time of the last message or connection; null = none yet
     * @param dropped messages lost on this side
     */
    public record Status(
            String why,
            boolean connected,
            @Nullable String server,
            List<String> servers,
            long connects,
            @Nullable Long heardNanos,
            long pendingMessages,
            long pendingBytes,
            long dropped) {
        /** Copies the list. */
        public Status {
            servers = List.copyOf(servers);
        }
    }

    /** Returns how the feed is now. Any thread. */
    public Status status() {
        Connection current = connection;
        Dispatcher from = dispatcher;
        String server = connected && current != null ? current.getConnectedUrl() : null;
        return new Status(
                why,
                connected,
                server == null ? null : withoutPassword(server),
                config.servers().stream().map(NatsFeed::withoutPassword).toList(),
                connects.get(),
                heardNanos,
                from == null ? 0 : from.getPendingMessageCount(),
                from == null ? 0 : from.getPendingByteCount(),
                dropped());
    }

    private static String withoutPassword(String url) {
        int at = url.lastIndexOf('@');
        int scheme = url.indexOf("://");
        return at < 0 ? url : (scheme < 0 ? "" : url.substring(0, scheme + 3)) + url.substring(at + 1);
    }

    /** Says that the tables were restored and are hardly older than what a live feed gives. Call before the start. */
    public void restored() {
        monitor.onRestored();
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
            try {
                current.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
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
            } catch (IOException | RuntimeException e) {
                failures.inc();
                rejects.warn(config.servers().toString(), "cannot connect to NATS: " + ConnectFailure.describe(e));
            }
            forgetDispatcher();
            try {
                long wait = config.reconnectWait().toMillis();
                Thread.sleep(ThreadLocalRandom.current().nextLong(wait, 2 * wait + 1));
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void forgetDispatcher() {
        connected = false;
        Dispatcher last = dispatcher;
        dispatcher = null;
        droppedBefore.addAndGet(last == null ? 0 : last.getDroppedCount());
    }

    private Options options() throws IOException {
        Options.Builder builder = new Options.Builder()
                .servers(config.servers().toArray(new String[0]))
                .connectionName("grouter")
                .maxReconnects(-1)
                .reconnectWait(config.reconnectWait())
                .reconnectJitter(config.reconnectWait())
                .reconnectJitterTls(config.reconnectWait())
                .connectionTimeout(CONNECT_TIMEOUT)
                // Names stay as they are configured, because certificates are for names.
                .hostnameResolveMode(HostnameResolveMode.HappyEyeballs)
                .pingInterval(config.pingInterval())
                .maxPingsOut(1)
                .connectionListener(new ConnectionEvents())
                .errorListener(new Errors());
        if (!config.user().isEmpty()) {
            builder.userInfo(config.user(), config.password());
        }
        if (config.tls().enabled()) {
            builder.sslContext(tls.context());
        }
        return builder.build();
    }

    private final class ConnectionEvents implements ConnectionListener {
        private boolean subscribed;

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
                    if (connected && running) {
                        log.warn("NATS lost: {}; trying again for ever", config.servers());
                    }
                    connected = false;
                }
                default -> log.debug("NATS: {}", type);
            }
        }

        private synchronized void subscribeOnce(Connection made) {
            if (!subscribed) {
                subscribed = true;
                Dispatcher fresh = made.createDispatcher(NatsFeed.this::onMessage);
                fresh.setPendingLimits(config.maxPendingMessages(), config.maxPendingBytes());
                dispatcher = fresh;
                fresh.subscribe(REGISTER);
                fresh.subscribe(UNREGISTER);
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
            if (exception instanceof AuthenticationException || ConnectFailure.isTls(exception)) {
                rejects.warn(
                        config.servers().toString(), "cannot connect to NATS: " + ConnectFailure.describe(exception));
            } else {
                log.debug("NATS: {}", exception.toString());
            }
        }
    }

    private void onMessage(Message message) {
        Dispatcher current = dispatcher;
        boolean more = current != null && current.getPendingMessageCount() > 0;
        intake.take(message.getData(), REGISTER.equals(message.getSubject()), more);
    }
}
