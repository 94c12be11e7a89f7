package io.grouter.link;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A socket that is connected only when its TLS handshake is done, within a bounded time. JGroups would wait for a peer
 * that hangs for ever, in the thread that sends.
 */
final class TlsClientSocket extends Socket {
    private final SSLContext context;
    private final int handshakeMillis;
    private @Nullable SSLSocket secured;

    TlsClientSocket(SSLContext context, int handshakeMillis) {
        this.context = context;
        this.handshakeMillis = handshakeMillis;
    }

    @Override
    public void connect(SocketAddress endpoint, int timeout) throws IOException {
        super.connect(endpoint, timeout);
        try {
            super.setSoLinger(true, 0); // closing must not wait behind a write that is stuck
            super.setSoTimeout(handshakeMillis);
            InetSocketAddress to = (InetSocketAddress) endpoint;
            SSLSocket over = (SSLSocket)
                    context.getSocketFactory().createSocket(new Plain(), to.getHostString(), to.getPort(), true);
            over.setEnabledProtocols(new String[] {PeerSockets.TLS});
            over.startHandshake();
            super.setSoTimeout(0);
            secured = over;
        } catch (IOException | RuntimeException e) {
            super.close();
            throw e;
        }
    }

    private SSLSocket secured() throws SocketException {
        SSLSocket over = secured;
        if (over == null) {
            throw new SocketException("not connected");
        }
        return over;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return secured().getInputStream();
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return secured().getOutputStream();
    }

    private InputStream plainInput() throws IOException {
        return super.getInputStream();
    }

    private OutputStream plainOutput() throws IOException {
        return super.getOutputStream();
    }

    /** The connection below, as the TLS layer sees it. */
    private final class Plain extends Socket {
        private final TlsClientSocket outer = TlsClientSocket.this;

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
