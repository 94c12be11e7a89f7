package io.grouter.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What links do to what goes over them, on real sockets. */
@Timeout(20)
class LinksIT {
    private static final int PORT = 23_999;
    private static final int SILENCE_MILLIS = 300;

    private final Links links = new Links();
    private ServerSocket server;
    private Socket near;
    private Socket far;

    /** A connection from site 1 to site 2. */
    @BeforeEach
    void connect() throws IOException {
        server = new ServerSocket();
        server.bind(new InetSocketAddress("127.2.0.1", PORT));
        links.carry(new InetSocketAddress("127.2.1.1", PORT), new InetSocketAddress("127.2.0.1", PORT));
        near = new Socket();
        near.bind(new InetSocketAddress("127.1.0.1", 0));
        near.connect(new InetSocketAddress("127.2.1.1", PORT), 1_000);
        far = server.accept();
        near.setSoTimeout(SILENCE_MILLIS);
        far.setSoTimeout(SILENCE_MILLIS);
    }

    @AfterEach
    void close() throws IOException {
        near.close();
        far.close();
        server.close();
        links.close();
    }

    private static void send(Socket from, int... bytes) throws IOException {
        for (int each : bytes) {
            from.getOutputStream().write(each);
        }
    }

    private static void assertNothingComes(Socket to) {
        assertThatThrownBy(() -> to.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void aCutHoldsBackOneDirectionAndLosesNothing() throws IOException {
        links.cutOneWay(1, 2);
        send(near, 7);
        send(far, 8);
        assertThat(near.getInputStream().read()).isEqualTo(8);
        assertNothingComes(far);
        links.mend(1, 2);
        assertThat(far.getInputStream().read()).isEqualTo(7);
    }

    @Test
    void theEndOfAConnectionIsHeldBackToo() throws IOException {
        links.cut(1, 2);
        near.close();
        assertNothingComes(far);
        links.mend();
        assertThat(far.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void aSlowLinkDelaysAndThrottles() throws IOException {
        far.setSoTimeout(5_000);
        links.slow(1, 2, Duration.ofMillis(200), 10_000);
        long begin = System.nanoTime();
        near.getOutputStream().write(new byte[5_000]);
        assertThat(far.getInputStream().readNBytes(5_000)).hasSize(5_000);
        assertThat(System.nanoTime() - begin)
                .isGreaterThanOrEqualTo(Duration.ofMillis(700).toNanos());
    }

    @Test
    void aCorruptLinkChangesABit() throws IOException {
        links.corrupt(1, 2, 100);
        near.getOutputStream().write(new byte[100]);
        byte[] came = far.getInputStream().readNBytes(100);
        assertThat(came).isNotEqualTo(new byte[100]);
        links.mend();
        send(near, 5);
        assertThat(far.getInputStream().read()).isEqualTo(5);
    }
}
