package io.grouter.gossip;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.jgroups.blocks.cs.Connection;
import org.jgroups.util.DefaultSocketFactory;

/**
 * Sockets for JGroups that look at the first bytes of every incoming connection, so that whatever is no peer is turned
 * away, counted and logged once, before JGroups reads anything of it.
 */
final class GossipSockets extends DefaultSocketFactory {
    private final GossipMetrics metrics;

    GossipSockets(GossipMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public ServerSocket createServerSocket(String service) throws IOException {
        return new Guarded();
    }

    @Override
    public ServerSocket createServerSocket(String service, int port) throws IOException {
        return bound(new InetSocketAddress(port), 50);
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

    private final class Guarded extends ServerSocket {
        Guarded() throws IOException {}

        @Override
        public Socket accept() throws IOException {
            Incoming socket = new Incoming();
            implAccept(socket);
            return socket;
        }
    }

    /** A socket whose input must begin with the greeting of JGroups. */
    private final class Incoming extends Socket {
        @Override
        public InputStream getInputStream() throws IOException {
            return new Greeted(
                    super.getInputStream(), String.valueOf(getInetAddress().getHostAddress()));
        }
    }

    private final class Greeted extends FilterInputStream {
        private final String peer;
        private int seen;

        Greeted(InputStream in, String peer) {
            super(in);
            this.peer = peer;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            byte[] greeting = Connection.cookie;
            if (seen >= greeting.length) {
                return in.read(buffer, offset, length);
            }
            int count;
            try {
                count = in.read(buffer, offset, length);
            } catch (IOException e) {
                metrics.connectionRejected(peer, "half-open");
                throw e;
            }
            if (count < 0) {
                metrics.connectionRejected(peer, "half-open");
            }
            for (int i = 0; i < count && seen < greeting.length; i++, seen++) {
                if (buffer[offset + i] != greeting[seen]) {
                    metrics.connectionRejected(peer, "not-a-peer");
                    throw new IOException("no greeting from " + peer);
                }
            }
            return count;
        }
    }
}
