package io.grouter.gorouter;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Asks every GoRouter's status port for {@code /health} again and again: 200 is healthy, 503 is draining, anything else
 * is down. One thread per GoRouter, so that a hanging one delays no other.
 */
public final class HealthProber implements AutoCloseable {
    private final GoRouterPool pool;
    private final GoRouterConfig config;
    private final ScheduledExecutorService threads;

    /** Makes the prober, not yet started. */
    public HealthProber(GoRouterPool pool, GoRouterConfig config) {
        this.pool = pool;
        this.config = config;
        this.threads = Executors.newScheduledThreadPool(pool.members().size(), task -> {
            Thread thread = new Thread(task, "grouter-probe");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Probes all GoRouters once, waiting at most the probe timeout and a little, then starts probing for ever. */
    public void start() {
        CountDownLatch first = new CountDownLatch(pool.members().size());
        for (GoRouter member : pool.members()) {
            boolean[] told = {false};
            threads.scheduleWithFixedDelay(
                    () -> {
                        member.resolve();
                        long before = System.nanoTime();
                        GoRouter.Health health = probe(member.status());
                        pool.probed(member, health);
                        pool.probeTook(member, System.nanoTime() - before);
                        if (!told[0]) {
                            told[0] = true;
                            first.countDown();
                        }
                    },
                    0,
                    config.probeInterval().toNanos(),
                    TimeUnit.NANOSECONDS);
        }
        try {
            Duration wait = config.probeTimeout().plusMillis(200);
            if (!first.await(wait.toNanos(), TimeUnit.NANOSECONDS)) {
                return; // the missing ones stay UNKNOWN until their probe ends
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops probing. */
    @Override
    public void close() {
        threads.shutdownNow();
    }

    private GoRouter.Health probe(InetSocketAddress status) {
        int timeout = (int) Math.max(1, config.probeTimeout().toMillis());
        try (Socket socket = new Socket()) {
            InetSocketAddress resolved = new InetSocketAddress(status.getHostString(), status.getPort());
            socket.connect(resolved, timeout);
            socket.setSoTimeout(timeout);
            String request = "GET /health HTTP/1.1\r\nHost: gorouter-status\r\nUser-Agent: grouter-probe\r\n"
                    + "Connection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            byte[] line = readStatusLine(socket.getInputStream());
            String text = new String(line, StandardCharsets.US_ASCII);
            if (text.matches("HTTP/1\\.[01] 200( .*)?")) {
                return GoRouter.Health.HEALTHY;
            }
            return text.matches("HTTP/1\\.[01] 503( .*)?") ? GoRouter.Health.DRAINING : GoRouter.Health.DOWN;
        } catch (IOException | RuntimeException e) {
            return GoRouter.Health.DOWN;
        }
    }

    private static byte[] readStatusLine(InputStream in) throws IOException {
        byte[] line = new byte[64];
        int length = 0;
        while (length < line.length) {
            int b = in.read();
            if (b < 0 || b == '\r' || b == '\n') {
                break;
            }
            line[length++] = (byte) b;
        }
        return Arrays.copyOf(line, length);
    }
}
