package io.grouter.gossip;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A wide area between sites on one machine: connections to a node of another site go through here, are delayed, stall as
 * TCP does when a segment is lost, and can be cut, in one direction or in both. Sites are told apart by their addresses,
 * {@code 127.SITE.0.NODE}.
 */
final class Wan implements AutoCloseable {
    private static final int SEGMENT = 1448;
    private static final int MOST_UNDER_WAY = 4 << 20;

    private final Random random;
    private final Set<String> cuts = ConcurrentHashMap.newKeySet();
    private final Map<String, AtomicLong> bytes = new ConcurrentHashMap<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private volatile long delayNanos;
    private volatile double loss;
    private volatile boolean closed;

    Wan(Random random) {
        this.random = random;
    }

    /** Sets the delay of each direction and the share of segments that are lost, from now on. */
    void conditions(long delayMillis, double lossShare) {
        delayNanos = delayMillis * 1_000_000;
        loss = lossShare;
    }

    /** Lets nothing through from one site to another, until {@link #heal}. */
    void cut(int from, int to) {
        cuts.add(from + ">" + to);
    }

    void heal() {
        cuts.clear();
    }

    /** Returns the bytes that went from one site to another, as TCP carries them. */
    long bytes(int from, int to) {
        AtomicLong count = bytes.get(from + ">" + to);
        return count == null ? 0 : count.get();
    }

    /** Takes connections at one address and carries them to another, both of the same site. */
    void carry(InetSocketAddress at, InetSocketAddress target, int site) throws IOException {
        ServerSocket server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(at.getHostString(), at.getPort()));
        keep(server);
        start(() -> {
            while (!closed) {
                try {
                    Socket from = server.accept();
                    start(() -> join(from, target, site));
                } catch (IOException e) {
                    return; // closed
                }
            }
        });
    }

    private void join(Socket from, InetSocketAddress target, int toSite) {
        int fromSite = site(from.getInetAddress());
        Socket to = new Socket();
        keep(from);
        keep(to);
        try {
            from.setTcpNoDelay(true);
            to.setTcpNoDelay(true);
            to.connect(new InetSocketAddress(target.getHostString(), target.getPort()), 2_000);
            new Pipe(from, to, fromSite + ">" + toSite).begin();
            new Pipe(to, from, toSite + ">" + fromSite).begin();
        } catch (IOException e) {
            close(from);
            close(to);
        }
    }

    private static int site(InetAddress address) {
        return address.getAddress()[1];
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "wan");
        thread.setDaemon(true);
        thread.start();
    }

    private synchronized void keep(AutoCloseable each) {
        open.removeIf(one -> one instanceof Socket socket && socket.isClosed());
        open.add(each);
    }

    private static void close(AutoCloseable each) {
        try {
            each.close();
        } catch (Exception e) {
            return; // it is gone either way
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        open.forEach(Wan::close);
    }

    private record Piece(byte[] content, long dueNanos) {}

    /** One direction of a connection. */
    private final class Pipe {
        private final Socket from;
        private final Socket to;
        private final String way;
        private final AtomicLong count;
        private final Deque<Piece> pieces = new ArrayDeque<>();
        private int underWay;
        private boolean ended;

        Pipe(Socket from, Socket to, String way) {
            this.from = from;
            this.to = to;
            this.way = way;
            this.count = bytes.computeIfAbsent(way, key -> new AtomicLong());
        }

        void begin() {
            start(this::read);
            start(this::write);
        }

        private void read() {
            byte[] buffer = new byte[64 << 10];
            long due = 0;
            try {
                InputStream in = from.getInputStream();
                for (int got = in.read(buffer); got > 0; got = in.read(buffer)) {
                    awaitWay();
                    count.addAndGet(got);
                    byte[] content = java.util.Arrays.copyOf(buffer, got);
                    due = Math.max(due, System.nanoTime() + delayNanos + stall(got));
                    put(new Piece(content, due));
                }
            } catch (IOException | InterruptedException e) {
                close(to);
            }
            end();
        }

        /** A lost segment arrives a round trip later, and all that follow wait for it. */
        private long stall(int length) {
            double lost = loss;
            for (int at = 0; lost > 0 && at < length; at += SEGMENT) {
                synchronized (random) {
                    if (random.nextDouble() < lost) {
                        return 2 * delayNanos;
                    }
                }
            }
            return 0;
        }

        private void awaitWay() throws InterruptedException {
            while (cuts.contains(way) && !closed) {
                Thread.sleep(20);
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

        private synchronized Piece take() throws InterruptedException {
            while (pieces.isEmpty() && !ended && !closed) {
                wait(1_000);
            }
            Piece piece = pieces.isEmpty() ? new Piece(new byte[0], 0) : pieces.removeFirst();
            underWay -= piece.content().length;
            notifyAll();
            return piece;
        }

        private synchronized void end() {
            ended = true;
            notifyAll();
        }

        private void write() {
            try {
                OutputStream out = to.getOutputStream();
                while (!closed) {
                    Piece piece = take();
                    if (piece.content().length == 0) {
                        break;
                    }
                    awaitWay();
                    long early = piece.dueNanos() - System.nanoTime();
                    if (early > 0) {
                        Thread.sleep(early / 1_000_000, (int) (early % 1_000_000));
                    }
                    out.write(piece.content());
                }
            } catch (IOException | InterruptedException e) {
                close(from);
            }
            close(to);
            close(from);
        }
    }
}
