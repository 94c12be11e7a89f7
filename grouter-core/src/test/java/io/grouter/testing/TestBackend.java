package io.grouter.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A server on which a test decides every byte of every answer. One thread per connection. */
public final class TestBackend implements AutoCloseable {
    /** So that a busy machine, slow to accept, looks like no dead GoRouter. */
    private static final int BACKLOG = 1000;

    private final ServerSocket server;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();

    /** What to do on a connection; it is closed when this returns. */
    public interface Script {
        /** Runs on the connection's own thread. */
        void run(Socket socket) throws IOException;
    }

    /** Listens on a free port of the loopback address. */
    public TestBackend(Script script) throws IOException {
        this(new ServerSocket(), script);
    }

    /** Listens with a socket that is not bound yet, on a free port of the loopback address. */
    public TestBackend(ServerSocket unbound, Script script) throws IOException {
        this.server = unbound;
        server.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), BACKLOG);
        Thread acceptor = new Thread(
                () -> {
                    while (!server.isClosed()) {
                        try {
                            Socket socket = server.accept();
                            sockets.add(socket);
                            connections.incrementAndGet();
                            Thread thread = new Thread(() -> run(script, socket), "test-backend");
                            thread.setDaemon(true);
                            thread.start();
                        } catch (IOException e) {
                            return;
                        }
                    }
                },
                "test-backend-accept");
        acceptor.setDaemon(true);
        acceptor.start();
    }

    private static void run(Script script, Socket socket) {
        try (socket) {
            script.run(socket);
        } catch (IOException e) {
            return; // the other side left
        }
    }

    /** Returns its port. */
    public int port() {
        return server.getLocalPort();
    }

    /** Returns the number of connections taken so far. */
    public int connections() {
        return connections.get();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
