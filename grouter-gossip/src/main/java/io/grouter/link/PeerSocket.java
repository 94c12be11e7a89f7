package io.grouter.link;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jgroups.blocks.cs.Connection;
import org.jspecify.annotations.Nullable;

/**
 * A socket between nodes. One that this node makes is connected only when its TLS handshake is done; one that was accepted
 * is {@linkplain #welcome welcomed}: its handshake done, and the words with which a peer begins read, to be read again by
 * JGroups. Both in bounded time: JGroups would wait for a peer that hangs, in threads that all others need.
 */
final class PeerSocket extends Socket {
    /** Longest address in the words with which a peer begins. */
    private static final int MAX_ADDRESS = 256;

    private static final int NUMBERS = 4;

    private final @Nullable SSLContext context;
    private final int handshakeMillis;
    private @Nullable SSLSocket secured;
    private @Nullable InputStream replay;

    /**
     * Makes one that is not connected.
     *
     * @param context the certificates, or null to speak in clear
     */
    PeerSocket(@Nullable SSLContext context, int handshakeMillis) {
        this.context = context;
        this.handshakeMillis = handshakeMillis;
    }

    /** Signals words that no peer begins with. */
    static final class NotAPeer extends IOException {
        private static final long serialVersionUID = 1;
    }

    @Override
    public void connect(SocketAddress endpoint, int timeout) throws IOException {
        super.connect(endpoint, timeout);
        try {
            secure((InetSocketAddress) endpoint, true);
        } catch (IOException | RuntimeException e) {
            super.close();
            throw e;
        }
    }

    private void secure(InetSocketAddress other, boolean client) throws IOException {
        if (context != null) {
            super.setSoLinger(true, 0); // closing must not wait behind a write that is stuck
            if (client) {
                super.setSoTimeout(handshakeMillis); // one that was accepted is watched by those who accept
            }
            SSLSocket over = (SSLSocket)
                    context.getSocketFactory().createSocket(new Plain(), other.getHostString(), other.getPort(), true);
            over.setUseClientMode(client);
            over.setNeedClientAuth(true);
            over.setEnabledProtocols(new String[] {PeerSockets.TLS});
            over.startHandshake();
            super.setSoTimeout(0);
            secured = over;
        }
    }

    /**
     * Takes an accepted connection through its handshake and waits for the words of a peer: the greeting of JGroups, its
     * version, and an address with its length. Waits for ever: whoever calls this closes the socket after a while.
     */
    void welcome() throws IOException {
        secure(new InetSocketAddress(from(), getPort()), false);
        InputStream in = getInputStream();
        byte[] greeting = Connection.cookie;
        ByteArrayOutputStream words = new ByteArrayOutputStream();
        for (byte expected : greeting) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("closed before its greeting");
            }
            if ((byte) next != expected) {
                throw new NotAPeer();
            }
            words.write(next);
        }
        byte[] numbers = exactly(in, NUMBERS);
        int length = ((numbers[2] & 0xFF) << 8) | (numbers[3] & 0xFF);
        if (length > MAX_ADDRESS) {
            throw new NotAPeer();
        }
        words.write(numbers);
        words.write(exactly(in, length));
        replay = new SequenceInputStream(new ByteArrayInputStream(words.toByteArray()), in);
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new IOException("closed within its greeting");
        }
        return bytes;
    }

    /** Returns where an accepted connection comes from. */
    InetAddress from() {
        InetAddress address = getInetAddress();
        return address == null ? InetAddress.getLoopbackAddress() : address;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        InputStream again = replay;
        if (again != null) {
            return again;
        }
        SSLSocket over = secured;
        if (context != null && over == null) {
            throw new SocketException("not connected");
        }
        return over == null ? super.getInputStream() : over.getInputStream();
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        SSLSocket over = secured;
        if (context != null && over == null) {
            throw new SocketException("not connected");
        }
        return over == null ? super.getOutputStream() : over.getOutputStream();
    }

    private InputStream plainInput() throws IOException {
        return super.getInputStream();
    }

    private OutputStream plainOutput() throws IOException {
        return super.getOutputStream();
    }

    /** The connection below, as the TLS layer sees it. */
    private final class Plain extends Socket {
        private final PeerSocket outer = PeerSocket.this;

        @Override
        public InputStream getInputStream() throws IOException {
            return plainInput();
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            return plainOutput();
        }

        @Override
        public boolean isConnected() {
            return outer.isConnected();
        }

        @Override
        public boolean isBound() {
            return outer.isBound();
        }

        @Override
        public boolean isClosed() {
            return outer.isClosed();
        }

        @Override
        public @Nullable InetAddress getInetAddress() {
            return outer.getInetAddress();
        }

        @Override
        public int getPort() {
            return outer.getPort();
        }

        @Override
        public InetAddress getLocalAddress() {
            return outer.getLocalAddress();
        }

        @Override
        public int getLocalPort() {
            return outer.getLocalPort();
        }

        @Override
        public @Nullable SocketAddress getRemoteSocketAddress() {
            return outer.getRemoteSocketAddress();
        }

        @Override
        public @Nullable SocketAddress getLocalSocketAddress() {
            return outer.getLocalSocketAddress();
        }

        @Override
        public synchronized void setSoTimeout(int timeout) throws SocketException {
            outer.setSoTimeout(timeout);
        }

        @Override
        public synchronized int getSoTimeout() throws SocketException {
            return outer.getSoTimeout();
        }

        @Override
        public synchronized void close() throws IOException {
            outer.close();
        }
    }
}
