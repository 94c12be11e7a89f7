package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.testing.Configs;
import io.grouter.testing.RawHttp;
import io.grouter.testing.TestBackend;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long each side is waited for: as long as it goes on, and no longer. */
@Timeout(60)
class PatienceIT extends ProxyWorld {
    private static void pause(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private int startWithTimeouts(Duration body, Duration response, TestBackend goRouter) throws IOException {
        settings.bodyTimeout = body;
        settings.responseTimeout = response;
        return startWith(Configs.goRouters(goRouter.port())).addresses().get(0).getPort();
    }

    @Test
    void anAnswerMayTakeLongAsLongAsItGoesOn() throws Exception {
        TestBackend goRouter = backend(socket -> {
            readHead(socket.getInputStream());
            write(socket, "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n", "");
            for (int i = 0; i < 25; i++) {
                write(socket, "1\n", "x\r\n");
                pause(100);
            }
            write(socket, "0\n\n", "");
        });
        RawHttp client = connect(startWithTimeouts(Duration.ofSeconds(1), Duration.ofSeconds(1), goRouter));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\nConnection: close\n\n");
        assertThat(client.readAll()).endsWith("\r\n0\r\n\r\n");
    }

    @Test
    void anAnswerThatDoesNotGoOnIsBrokenOff() throws Exception {
        TestBackend goRouter = backend(socket -> {
            readHead(socket.getInputStream());
            write(socket, "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n", "1\r\nx\r\n");
            pause(20_000);
        });
        RawHttp client = connect(startWithTimeouts(Duration.ofSeconds(1), Duration.ofSeconds(1), goRouter));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
        assertThat(client.readAll()).endsWith("1\r\nx\r\n");
    }

    /** Both sides speak at a time; after the answer has begun only its time counts. */
    @Test
    void aRequestThatPausesWhileItsAnswerGoesOnIsNotCutOff() throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            readHead(in);
            in.readNBytes(6);
            write(socket, "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n", "");
            for (int i = 0; i < 25; i++) {
                write(socket, "1\n", "x\r\n");
                pause(100);
            }
            in.readNBytes(11);
            write(socket, "0\n\n", "");
        });
        RawHttp client = connect(startWithTimeouts(Duration.ofMillis(500), Duration.ofSeconds(1), goRouter));
        client.send("POST / HTTP/1.1\nHost: here.apps.test\nTransfer-Encoding: chunked\n\n1\na\n");
        assertThat(client.readHead()).startsWith("HTTP/1.1 200");
        assertThat(client.read(6 * 10)).hasSize(60);
        client.send("1\nb\n");
        assertThat(client.read(6 * 15)).hasSize(90);
        client.send("0\n\n");
        assertThat(client.read(5)).isEqualTo("0\r\n\r\n");
    }

    /** That is the GoRouter's slowness, not the client's. */
    @Test
    void aGoRouterMayPauseWhileItTakesABody() throws Exception {
        int size = 12_000_000;
        TestBackend goRouter = backend(socket -> {
            socket.setReceiveBufferSize(65_536);
            InputStream in = socket.getInputStream();
            String head = readHead(in);
            pause(2_000);
            skipBody(in, head);
            write(socket, "HTTP/1.1 200 OK\nContent-Length: 2\n\n", "ok");
        });
        RawHttp client = connect(startWithTimeouts(Duration.ofMillis(500), Duration.ofSeconds(10), goRouter));
        send(client, size);
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 200").endsWith("ok");
    }

    private void send(RawHttp client, int size) {
        Thread sender = new Thread(() -> {
            try {
                client.send("POST / HTTP/1.1\nHost: here.apps.test\nContent-Length: " + size + "\n\n");
                client.send(new byte[size]);
            } catch (IOException e) {
                received.add(e.toString());
            }
        });
        sender.setDaemon(true);
        sender.start();
    }

    @Test
    void aGoRouterThatTakesNoMoreOfABodyIsAGatewayTimeout() throws Exception {
        TestBackend goRouter = backend(socket -> {
            socket.setReceiveBufferSize(65_536);
            readHead(socket.getInputStream());
            pause(20_000);
        });
        RawHttp client = connect(startWithTimeouts(Duration.ofSeconds(20), Duration.ofSeconds(1), goRouter));
        send(client, 12_000_000);
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 504").contains("X-Grouter-Reason: gorouter-timeout\r\n");
    }

    @Test
    void afterAnInterimAnswerTheClientHasToGoOn() throws Exception {
        TestBackend goRouter = backend(socket -> {
            readHead(socket.getInputStream());
            write(socket, "HTTP/1.1 100 Continue\n\n", "");
            pause(20_000);
        });
        RawHttp client = connect(startWithTimeouts(Duration.ofMillis(500), Duration.ofSeconds(20), goRouter));
        client.send("POST / HTTP/1.1\nHost: here.apps.test\nContent-Length: 4\nExpect: 100-continue\n\n");
        assertThat(client.readHead()).startsWith("HTTP/1.1 100");
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 408");
    }

    /** What is finished may still be in Netty when the next request is long in coming. */
    @Test
    void aSlowReaderGetsTheEndOfAFinishedAnswer() throws Exception {
        settings.idleTimeout = Duration.ofMillis(700);
        int size = 4_000_000;
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (!readHead(in).isEmpty()) {
                write(socket, "HTTP/1.1 200 OK\nContent-Length: " + size + "\n\n", "x".repeat(size));
            }
        });
        int port = startWithTimeouts(Duration.ofSeconds(10), Duration.ofSeconds(10), goRouter);
        RawHttp client = connect(port);
        client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
        assertThat(client.readHead()).startsWith("HTTP/1.1 200");
        int read = 0;
        while (metric("grouter_gorouter_in_flight") > 0 && read < size - 20_000) {
            read += client.read(20_000).length();
            pause(2);
        }
        pause(1_000);
        assertThat(client.read(size - read)).hasSize(size - read);
    }
}
