package io.grouter.sim;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;

/**
 * The links over which sites gossip: whatever goes from one site's node to another's passes through here, and can be
 * delayed, throttled, corrupted and cut, one way or both, without touching requests. A cut link swallows nothing and
 * closes nothing; it just takes no more, as a network that is down does. Sites are told apart by the second number of
 * their addresses, {@code 127.SITE.0.NODE}. Safe for all threads.
 */
final class Links implements AutoCloseable {
    private static final int MOST_CONNECTIONS = 2_000;
    private static final int MOST_UNDER_WAY = 4 << 20;
    private static final int CONNECT_MILLIS = 2_000;

    private final Map<Way, Condition> conditions = new ConcurrentHashMap<>();
    private final Map<Way, Meter> meters = new ConcurrentHashMap<>();
    private final Set<Closeable> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** One direction of the link between two sites. */
    private record Way(int from, int to) {
        Way back() {
            return new Way(to, from);
        }
    }

    /**
     * How a direction is.
     *
     * @param bytesPerSecond most bytes per second, all connections together; 0 = as many as come
     * @param corruptPercent share of the pieces in which a byte is wrong
     */
    private record Condition(boolean cut, Duration delay, long bytesPerSecond, int corruptPercent) {
        static final Condition FINE = new Condition(false, Duration.ZERO, 0, 0);
    }

    /** Tells when a piece has gone through a direction of limited bandwidth, which all connections share. */
    private static final class Meter {
        private long freeNanos = System.nanoTime();

        synchronized long passed(int bytes, long bytesPerSecond) {
            long now = System.nanoTime();
            if (bytesPerSecond == 0) {
                return now;
            }
            freeNanos = Math.max(freeNanos, now) + bytes * 1_000_000_000L / bytesPerSecond;
            return freeNanos;
        }
    }

    /** Takes connections at one address and carries them to another, both of the same site. */
    void carry(InetSocketAddress at, InetSocketAddress to) throws IOException {
        ServerSocket server = new ServerSocket();
        open.add(server);
        server.setReuseAddress(true);
        server.bind(at);
        Threads.start("links", () -> accept(server, to));
    }

    private void accept(ServerSocket server, InetSocketAddress to) {
        while (!closed) {
            try {
                Socket from = server.accept();
                if (open.size() < MOST_CONNECTIONS) {
                    Threads.start("links", () -> join(from, to));
                } else {
                    from.close();
                }
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    /** Cuts the link between two sites, in both directions. */
    void cut(int one, int other) {
        cutOneWay(one, other);
        cutOneWay(other, one);
    }

    /** Lets nothing through from one site to another; the other direction works on. */
    void cutOneWay(int from, int to) {
        change(new Way(from, to), old -> new Condition(true, old.delay(), old.bytesPerSecond(), old.corruptPercent()));
    }

    /**
     * Makes a direction slow.
     *
     * @param bytesPerSecond most bytes per second; 0 = as many as come
     */
    void slow(int from, int to, Duration delay, long bytesPerSecond) {
        change(new Way(from, to), old -> new Condition(old.cut(), delay, bytesPerSecond, old.corruptPercent()));
    }

    /** Has a share of what goes from one site to another arrive with a byte that is wrong. */
    void corrupt(int from, int to, int percent) {
        change(new Way(from, to), old -> new Condition(old.cut(), old.delay(), old.bytesPerSecond(), percent));
    }

    /** Mends the link between two sites, in both directions. */
    void mend(int one, int other) {
        conditions.remove(new Way(one, other));
        conditions.remove(new Way(other, one));
    }

    /** Mends all links. */
    void mend() {
        conditions.clear();
    }

    private void change(Way way, UnaryOperator<Condition> to) {
        conditions.compute(way, (key, old) -> to.apply(old == null ? Condition.FINE : old));
    }

    private Condition of(Way way) {
        return conditions.getOrDefault(way, Condition.FINE);
    }

    private static int site(InetAddress address) {
        return address.getAddress()[1];
    }

    /** A new connection needs both directions, as TCP's handshake does. */
    private void join(Socket from, InetSocketAddress address) {
        Socket to = new Socket();
        open.add(from);
        open.add(to);
        try {
            Way way = new Way(site(from.getInetAddress()), site(address.getAddress()));
            awaitMended(way);
            awaitMended(way.back());
            from.setTcpNoDelay(true);
            to.setTcpNoDelay(true);
            to.connect(address, CONNECT_MILLIS);
            new Pipe(from, to, way).begin();
            new Pipe(to, from, way.back()).begin();
        } catch (IOException | InterruptedException e) {
            end(from);
            end(to);
        }
    }

    private void awaitMended(Way way) throws InterruptedException {
        while (of(way).cut() && !closed) {
            Thread.sleep(20);
        }
    }

    private void end(Socket socket) {
        Sockets.closeQuietly(socket);
        open.remove(socket);
    }

    @Override
    public void close() {
        closed = true;
        open.forEach(Sockets::closeQuietly);
    }

    private record Piece(byte[] content, long dueNanos) {}

    /** One direction of a connection: one thread reads, one writes when it is time. */
    private final class Pipe {
        private final Socket from;
        private final Socket to;
        private final Way way;
        private final Meter meter;
        private final Deque<Piece> pieces = new ArrayDeque<>();
        private int underWay;
        private boolean ended;

        Pipe(Socket from, Socket to, Way way) {
            this.from = from;
            this.to = to;
            this.way = way;
            this.meter = meters.computeIfAbsent(way, key -> new Meter());
        }

        void begin() {
            Threads.start("links-read", this::read);
            Threads.start("links-write", this::write);
        }

        private void read() {
            byte[] buffer = new byte[16 << 10];
            long due = System.nanoTime();
            try {
                InputStream in = from.getInputStream();
                for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
                    Condition now = of(way);
                    byte[] content = Arrays.copyOf(buffer, got);
                    ThreadLocalRandom random = ThreadLocalRandom.current();
                    if (random.nextInt(100) < now.corruptPercent()) {
                        content[random.nextInt(got)] ^= (byte) (1 << random.nextInt(8));
                    }
                    long next = meter.passed(got, now.bytesPerSecond())
                            + now.delay().toNanos();
                    due = next - due > 0 ? next : due;
                    put(new Piece(content, due));
                }
            } catch (IOException | InterruptedException e) {
                Thread.currentThread().setName("links-ended");
            }
            synchronized (this) {
                ended = true;
                notifyAll();
            }
        }

        private synchronized void put(Piece piece) throws InterruptedException {
            while (underWay > MOST_UNDER_WAY && !closed) {
                wait(100);
            }
            underWay += piece.content().length;
            pieces.addLast(piece);
            notifyAll();
        }

        /** Returns the next piece, or an empty one at the end. */
        private synchronized Piece take() throws InterruptedException {
            while (pieces.isEmpty() && !ended && !closed) {
                wait(1_000);
            }
            if (pieces.isEmpty()) {
                return new Piece(new byte[0], System.nanoTime());
            }
            Piece piece = pieces.removeFirst();
            underWay -= piece.content().length;
            notifyAll();
            return piece;
        }

        private void write() {
            try {
                OutputStream out = to.getOutputStream();
                for (Piece piece = take(); piece.content().length > 0; piece = take()) {
                    long early = piece.dueNanos() - System.nanoTime();
                    if (early > 0) {
                        Thread.sleep(early / 1_000_000, (int) (early % 1_000_000));
                    }
                    awaitMended(way);
                    out.write(piece.content());
                }
                awaitMended(way); // the end of a connection is something that travels, too
            } catch (IOException | InterruptedException e) {
                Thread.currentThread().setName("links-ended");
            }
            end(from);
            end(to);
        }
    }
}
