package io.grouter.sim;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The links over which sites gossip: whatever goes from one site's node to another's passes through here, and can be cut
 * without touching requests. A cut link swallows nothing and closes nothing; it just takes no more, as a network that is
 * down does. Sites are told apart by the second number of their addresses, {@code 127.SITE.0.NODE}.
 */
final class GossipLinks implements AutoCloseable {
    private final Set<String> cuts = ConcurrentHashMap.newKeySet();
    private final Set<Closeable> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** Takes connections at one address and carries them to another. */
    void carry(InetSocketAddress at, InetSocketAddress to) throws IOException {
        ServerSocket server = new ServerSocket();
        open.add(server);
        server.setReuseAddress(true);
        server.bind(at);
        Threads.start("links", () -> {
            while (!closed) {
                try {
                    Socket from = server.accept();
                    Threads.start("links", () -> join(from, to));
                } catch (IOException e) {
                    return; // closed
                }
            }
        });
    }

    /** Cuts the link between two sites, in both directions. */
    void cut(int one, int other) {
        cuts.add(way(one, other));
        cuts.add(way(other, one));
    }

    /** Mends all links. */
    void mend() {
        cuts.clear();
    }

    private static String way(int from, int to) {
        return from + ">" + to;
    }

    private static int site(InetAddress address) {
        return address.getAddress()[1];
    }

    private void join(Socket from, InetSocketAddress address) {
        Socket to = new Socket();
        open.add(from);
        open.add(to);
        try {
            int fromSite = site(from.getInetAddress());
            int toSite = site(address.getAddress());
            awaitMended(way(fromSite, toSite));
            from.setTcpNoDelay(true);
            to.setTcpNoDelay(true);
            to.connect(address, 2_000);
            Threads.start("links", () -> copy(from, to, way(fromSite, toSite)));
            copy(to, from, way(toSite, fromSite));
        } catch (IOException | InterruptedException e) {
            end(from);
            end(to);
        }
    }

    private void copy(Socket from, Socket to, String way) {
        byte[] buffer = new byte[64 << 10];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                awaitMended(way);
                out.write(buffer, 0, n);
            }
            awaitMended(way);
        } catch (IOException | InterruptedException e) {
            Thread.currentThread().setName("links-ended");
        }
        end(from);
        end(to);
    }

    private void awaitMended(String way) throws InterruptedException {
        while (cuts.contains(way) && !closed) {
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
}
