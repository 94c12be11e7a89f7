package io.grouter.sim;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A client's connections, one to each site, kept from request to request. A site's nodes are reached as a load balancer
 * reaches them: one that takes no connection is passed over, and a request that is cut off is made again at the next.
 */
final class KeptConnections implements AutoCloseable {
    private static final int CONNECT_MILLIS = 2_000;
    private static final int ANSWER_MILLIS = 10_000;

    private final SimOptions options;
    private final @Nullable String from;
    private final int preferred;
    private final Map<Integer, Kept> kept = new HashMap<>();
    private int cutOffs;

    private record Kept(Socket socket, InputStream in, InetSocketAddress to) {}

    /** No node of a site takes a connection. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        Refused(int site) {
            super("refused by dc" + site);
        }
    }

    /**
     * Makes none yet.
     *
     * @param options says where the nodes are
     * @param from the address of the client, or null for whichever the system takes
     * @param preferred the node of each site that is asked first
     */
    KeptConnections(SimOptions options, @Nullable String from, int preferred) {
        this.options = options;
        this.from = from;
        this.preferred = preferred;
    }

    /** Returns how many requests were cut off since this was asked last. */
    int cutOffs() {
        int count = cutOffs;
        cutOffs = 0;
        return count;
    }

    /**
     * Sends a request to a site and returns the answer. A node under which it is cut off is passed over when it is made
     * again, as a load balancer does: a process that is being killed may take connections for a moment still. Throws
     * {@link Refused} when no other node of the site takes a connection.
     */
    HttpProbe.Answer get(int site, HttpHead request) throws IOException {
        Set<InetSocketAddress> broken = new HashSet<>();
        while (true) {
            Kept connection = connected(site, broken);
            try {
                return exchange(site, connection, request);
            } catch (SocketTimeoutException e) {
                drop(site);
                throw e;
            } catch (IOException e) {
                drop(site);
                cutOffs++;
                broken.add(connection.to());
            }
        }
    }

    private HttpProbe.Answer exchange(int site, Kept connection, HttpHead request) throws IOException {
        request.write(connection.socket().getOutputStream());
        HttpHead head = HttpHead.read(connection.in());
        if (head == null) {
            throw new IOException("no answer from " + connection.to());
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        head.copyBody(connection.in(), body, true);
        if (head.has("Connection", "close")) {
            drop(site);
        }
        return new HttpProbe.Answer(Integer.parseInt(head.word(1)), head, body.toString(StandardCharsets.UTF_8), 0);
    }

    private Kept connected(int site, Set<InetSocketAddress> broken) throws IOException {
        Kept before = kept.get(site);
        if (before != null && isOpen(before)) {
            return before;
        }
        drop(site);
        List<Integer> nodes = new ArrayList<>(List.of(preferred));
        for (int node = 1; node <= options.nodes(); node++) {
            if (node != preferred) {
                nodes.add(node);
            }
        }
        for (int node : nodes) {
            InetSocketAddress to = new InetSocketAddress("127.0.0.1", options.proxyPort(site, node));
            Kept made = broken.contains(to) ? null : connect(to);
            if (made != null) {
                kept.put(site, made);
                return made;
            }
        }
        throw new Refused(site);
    }

    private @Nullable Kept connect(InetSocketAddress to) throws IOException {
        Socket socket = new Socket();
        try {
            if (from != null) {
                socket.bind(new InetSocketAddress(from, 0));
            }
            socket.connect(to, CONNECT_MILLIS);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(ANSWER_MILLIS);
            return new Kept(socket, new BufferedInputStream(socket.getInputStream()), to);
        } catch (IOException e) {
            socket.close();
            return null;
        }
    }

    /** Returns whether nothing shows that the other side has closed a connection. */
    private static boolean isOpen(Kept connection) {
        try {
            connection.socket().setSoTimeout(1);
            connection.in().read(); // the end, or something nobody has asked for
            return false;
        } catch (SocketTimeoutException e) {
            try {
                connection.socket().setSoTimeout(ANSWER_MILLIS);
                return true;
            } catch (IOException closed) {
                return false;
            }
        } catch (IOException e) {
            return false;
        }
    }

    private void drop(int site) {
        Kept old = kept.remove(site);
        if (old != null) {
            Sockets.closeQuietly(old.socket());
        }
    }

    @Override
    public void close() {
        List.copyOf(kept.keySet()).forEach(this::drop);
    }
}
