package io.grouter.sim;

import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/** Small things done to sockets in several places. */
final class Sockets {
    private Sockets() {}

    static void closeQuietly(@Nullable Closeable socket) {
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                return; // it is gone either way
            }
        }
    }

    /** Returns whether a port of 127.0.0.1 can be listened on. */
    static boolean isFree(int port) throws IOException {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
            return true;
        } catch (BindException e) {
            return false;
        }
    }

    /** Waits until a port of 127.0.0.1 takes connections; returns false when it does not in time. */
    static boolean awaitListening(int port, long millis) {
        return Simulation.await(millis, () -> listens(port));
    }

    /** Returns whether a port of 127.0.0.1 takes connections. */
    static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 200);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
