package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.testing.RawHttp;
import io.grouter.testing.TestBackend;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that end their sending and wait for the answer. */
@Timeout(60)
class HalfCloseIT extends ProxyWorld {
    private TestBackend slow() throws IOException {
        return backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            String head = readHead(in);
            received.add(head);
            skipBody(in, head);
            try {
                Thread.sleep(200);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            write(socket, "HTTP/1.1 200 OK\nContent-Length: 2\n\n", "ok");
        });
    }

    @ParameterizedTest
    @CsvSource({"false, 0", "true, 0", "false, 5", "true, 5", "false, 300000", "true, 300000"})
    void theWholeRequestIsAnswered(boolean withNio, int length) throws Exception {
        nio = withNio;
        RawHttp client = connect(start(slow().port()));
        String body = "x".repeat(length);
        client.send("POST / HTTP/1.1\nHost: here.apps.test\nContent-Length: " + length + "\n\n" + body);
        client.socket().shutdownOutput();
        assertThat(client.readAll()).startsWith("HTTP/1.1 200").endsWith("ok");
        assertThat(nextReceived()).startsWith("POST /");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void halfARequestEndsEverywhere(boolean withNio) throws Exception {
        nio = withNio;
        TestBackend goRouter = backend(socket -> {
            InputStream in = socket.getInputStream();
            readHead(in);
            received.add(new String(in.readAllBytes(), java.nio.charset.StandardCharsets.ISO_8859_1));
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("POST / HTTP/1.1\nHost: here.apps.test\nContent-Length: 10\n\nhalf");
        client.socket().shutdownOutput();
        assertThat(client.atEnd()).isTrue();
        String half = received.poll(5, TimeUnit.SECONDS);
        assertThat(half == null ? "" : half).isIn("", "half");
    }

    /** The client has all it sent answered, and nobody cuts off what the proxy still holds of it. */
    @Test
    void aFinishedAnswerIsReadToItsEnd() throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (String head = readHead(in); !head.isEmpty(); head = readHead(in)) {
                int size = Integer.parseInt(head.split(" ")[1].substring(1));
                write(socket, "HTTP/1.1 200 OK\nContent-Length: " + size + "\n\n", "x".repeat(size));
            }
        });
        int port = start(Duration.ofSeconds(10), goRouter.port());
        int finished = 0;
        for (int size = 2_300_000; size < 4_600_000; size += 40_000) {
            try (RawHttp client = SmallWindow.connect(port)) {
                client.send("GET /" + size + " HTTP/1.1\nHost: here.apps.test\n\n");
                for (int i = 0; i < 10 && (i < 5 || metric("grouter_gorouter_in_flight") != 0); i++) {
                    Thread.sleep(10);
                }
                if (metric("grouter_gorouter_in_flight") == 0) {
                    finished++;
                    client.socket().shutdownOutput();
                    Thread.sleep(20);
                    client.readHead();
                    assertThat(client.drain()).isEqualTo(size);
                }
            }
            Thread.sleep(10);
        }
        assertThat(finished).isPositive();
    }

    /** A client whose system takes little at a time. */
    private static final class SmallWindow {
        static RawHttp connect(int port) throws IOException {
            java.net.Socket socket = new java.net.Socket();
            socket.setReceiveBufferSize(4096);
            socket.connect(new java.net.InetSocketAddress("127.0.0.1", port));
            return new RawHttp(socket);
        }
    }
}
