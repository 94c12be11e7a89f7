package io.grouter.sim;

import io.nats.client.Connection;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A site's route emitter: says on NATS again and again which instance of which app is where, one route and one
 * instance per message, as Diego's route-emitter does.
 */
final class Emitter implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final String site;
    private final String natsUrl;
    private final HostAddress address;
    private final Map<String, String> registrations = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer;
    private volatile @Nullable Connection connection;

    /** Makes an emitter of apps on loopback. */
    Emitter(String site, String natsUrl, Duration interval) {
        this(site, natsUrl, HostAddress.LOOPBACK, interval);
    }

    /** Makes an emitter of apps that run under an address. */
    Emitter(String site, String natsUrl, HostAddress address, Duration interval) {
        this.site = site;
        this.natsUrl = natsUrl;
        this.address = address;
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "sim-emitter-" + site);
            thread.setDaemon(true);
            return thread;
        });
        timer.scheduleWithFixedDelay(this::repeat, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Registers an instance at once, and from now on again and again. */
    void register(Deployment app, int instance, int port) {
        String body = body(app, instance, port);
        registrations.put(key(app, instance), body);
        timer.execute(() -> publish("router.register", body));
    }

    /** Unregisters an instance at once. */
    void unregister(Deployment app, int instance) {
        String body = registrations.remove(key(app, instance));
        if (body != null) {
            timer.execute(() -> publish("router.unregister", body));
        }
    }

    /** Publishes anything, for tests of what must be dropped. */
    void publishRaw(String subject, byte[] payload) {
        timer.execute(() -> {
            Connection to = connected();
            if (to != null) {
                to.publish(subject, payload);
            }
        });
    }

    @Override
    public void close() {
        timer.shutdownNow();
        Connection current = connection;
        if (current != null) {
            try {
                current.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static String key(Deployment app, int instance) {
        return app.uri() + " " + instance;
    }

    private void repeat() {
        registrations.values().forEach(body -> publish("router.register", body));
    }

    private void publish(String subject, String body) {
        Connection to = connected();
        if (to != null) {
            try {
                to.publish(subject, body.getBytes(StandardCharsets.UTF_8));
            } catch (IllegalStateException e) {
                return; // disconnected just now; said again with the next round
            }
        }
    }

    /** Connects when there is no connection; only this class's one thread does. */
    private @Nullable Connection connected() {
        Connection current = connection;
        if (current == null || current.getStatus() == Connection.Status.CLOSED) {
            Options options = new Options.Builder()
                    .server(natsUrl)
                    .connectionName("route-emitter-" + site)
                    .maxReconnects(-1)
                    .reconnectWait(Duration.ofMillis(500))
                    .connectionTimeout(Duration.ofSeconds(1))
                    .reconnectBufferSize(0)
                    .errorListener(new QuietErrors())
                    .build();
            try {
                current = Nats.connect(options);
                connection = current;
            } catch (IOException e) {
                return null;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            }
        }
        return current.getStatus() == Connection.Status.CONNECTED ? current : null;
    }

    /** The message as Diego shapes it. */
    private String body(Deployment app, int instance, int port) {
        String instanceId = app.guid().substring(0, 24) + String.format("%06d", port) + String.format("%06d", instance);
        Map<String, Object> tags = new LinkedHashMap<>();
        tags.put("app_id", app.guid());
        tags.put("app_name", app.name());
        tags.put("component", "route-emitter");
        tags.put("instance_id", String.valueOf(instance));
        tags.put("organization_name", "sim");
        tags.put("process_id", app.guid());
        tags.put("process_instance_id", instanceId);
        tags.put("process_type", "web");
        tags.put("source_id", app.guid());
        tags.put("space_name", site);
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("host", address.advertised());
        message.put("port", port);
        message.put("uris", List.of(app.uri()));
        message.put("app", app.guid());
        message.put("private_instance_id", instanceId);
        message.put("private_instance_index", String.valueOf(instance));
        message.put("endpoint_updated_at_ns", TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()));
        message.put("availability_zone", "z1");
        message.put("tags", tags);
        return JSON.writeValueAsString(message);
    }
}
