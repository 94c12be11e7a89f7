package io.grouter.link;

import io.grouter.tls.PeerTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jgroups.util.DefaultSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Sockets for JGroups. What connects is taken through its handshake and its first words by a few threads of their own, a bounded number at a time, in bounded time; only then does JGroups get to see it. Whoever
 * is no peer is counted and logged once. JGroups itself would do all this in the one thread that accepts.
 */
final class PeerSockets extends DefaultSocketFactory implements AutoCloseable {
    /** A handshake that takes longer is ended. */
    private static final int HANDSHAKE_MILLIS = 3_000;

    /** The only version spoken. */
    static final String TLS = "TLSv1.3";

    private static final int MOST_HANDSHAKES = 64;
    private static final int MOST_PER_ADDRESS = 16;
    private static final int BACKLOG = 128;

    private final @Nullable PeerTls tls;
    private final LinkMetrics metrics;
    private final Map<InetAddress, AtomicInteger> pending = new ConcurrentHashMap<>();
    private final ExecutorService handshakes;
    private final ScheduledExecutorService watch;

    /**
     * Makes the factory of one channel.
     *
     * @param tls the certificates, or null to speak in clear
     */
    PeerSockets(@Nullable PeerTls tls, LinkMetrics metrics) {
        this.tls = tls;
        this.metrics = metrics;
        this.handshakes = new ThreadPoolExecutor(
                0, MOST_HANDSHAKES, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), threads("handshake"));
        this.watch = Executors.newSingleThreadScheduledExecutor(threads("handshake-watch"));
    }

    private static ThreadFactory threads(String name) {
        return task -> {
            Thread thread = new Thread(task, "grouter-gossip-" + name);
            thread.setDaemon(true);
            return thread;
        };
    }

    @Override
    public void close() {
        handshakes.shutdownNow();
        watch.shutdownNow();
    }

    // ---- connections this node makes

    @Override
    public Socket createSocket(String service) throws IOException {
        if (tls == null) {
            return super.createSocket(service);
        }
        return new PeerSocket(tls.context(), HANDSHAKE_MILLIS);
    }

    // ---- connections others make

    @Override
    public ServerSocket createServerSocket(String service) throws IOException {
        return new Guarded();
    }

    @Override
    public ServerSocket createServerSocket(String service, int port) throws IOException {
        return bound(new InetSocketAddress(port), BACKLOG);
    }

    @Override
    public ServerSocket createServerSocket(String service, int port, int backlog) throws IOException {
        return bound(new InetSocketAddress(port), backlog);
    }

    @Override
    public ServerSocket createServerSocket(String service, int port, int backlog, InetAddress address)
            throws IOException {
        return bound(new InetSocketAddress(address, port), backlog);
    }

    private ServerSocket bound(InetSocketAddress address, int backlog) throws IOException {
        ServerSocket socket = new Guarded();
        try {
            socket.setReuseAddress(true);
            socket.bind(address, backlog);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Hands out only connections whose handshake is done. */
    private final class Guarded extends ServerSocket {
        private final BlockingQueue<Socket> ready = new ArrayBlockingQueue<>(MOST_HANDSHAKES);
        private @Nullable Thread acceptor;

        Guarded() throws IOException {}

        @Override
        public Socket accept() throws IOException {
            if (acceptor == null) {
                acceptor = threads("accept").newThread(this::acceptAll);
                acceptor.start();
            }
            try {
                while (!isClosed()) {
                    Socket done = ready.poll(200, TimeUnit.MILLISECONDS);
                    if (done != null) {
                        return done;
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new SocketException("closed");
        }

        @Override
        public void close() throws IOException {
            super.close();
            for (Socket waiting = ready.poll(); waiting != null; waiting = ready.poll()) {
                closeQuietly(waiting);
            }
        }

        private void acceptAll() {
            while (!isClosed()) {
                PeerSocket raw = new PeerSocket(tls == null ? null : tls.context(), HANDSHAKE_MILLIS);
                try {
                    implAccept(raw);
                    admit(raw);
                } catch (IOException e) {
                    closeQuietly(raw);
                    pauseAfter(e);
                }
            }
        }

        /** Out of file descriptors, for one, an endless loop would take a whole core. */
        private void pauseAfter(IOException e) {
            if (!isClosed()) {
                metrics.rejected("accepting", "half-open", String.valueOf(e.getMessage()));
                try {
                    TimeUnit.MILLISECONDS.sleep(50);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private void admit(PeerSocket raw) {
            InetAddress from = raw.from();
            AtomicInteger count = pending.computeIfAbsent(from, address -> new AtomicInteger());
            if (count.incrementAndGet() > MOST_PER_ADDRESS || !started(raw)) {
                left(from);
                metrics.rejected(from.getHostAddress(), "too-many", "handshakes at the same time");
                closeQuietly(raw);
            }
        }

        private boolean started(PeerSocket raw) {
            try {
                handshakes.execute(() -> {
                    try {
                        handshake(raw);
                    } finally {
                        left(raw.from());
                    }
                });
                return true;
            } catch (RejectedExecutionException | OutOfMemoryError e) {
                return false; // as many as there may be, or no more threads to be had
            }
        }

        private void left(InetAddress from) {
            pending.computeIfPresent(from, (address, count) -> count.decrementAndGet() <= 0 ? null : count);
        }

        private void handshake(PeerSocket raw) {
            String from = raw.from().getHostAddress();
            AtomicBoolean late = new AtomicBoolean();
            ScheduledFuture<?> end = watch.schedule(
                    () -> {
                        late.set(true);
                        closeQuietly(raw);
                    },
                    HANDSHAKE_MILLIS,
                    TimeUnit.MILLISECONDS);
            try {
                raw.welcome();
                end.cancel(false);
                if (late.get() || !ready.offer(raw)) {
                    closeQuietly(raw);
                    metrics.rejected(from, "too-many", "accepted connections waiting");
                }
            } catch (PeerSocket.NotAPeer e) {
                end.cancel(false);
                metrics.rejected(from, "not-a-peer", "no greeting");
                closeQuietly(raw);
            } catch (IOException | RuntimeException e) {
                end.cancel(false);
                String why = late.get() ? "not done in " + HANDSHAKE_MILLIS + " ms" : String.valueOf(e.getMessage());
                metrics.rejected(from, tls == null || late.get() ? "half-open" : "handshake", why);
                closeQuietly(raw);
            }
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            return; // it is gone either way
        }
    }
}
