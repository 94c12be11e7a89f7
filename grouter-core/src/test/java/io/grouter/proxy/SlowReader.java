package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grouter.testing.RawHttp;
import io.grouter.testing.TestBackend;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** An app that reads nothing of a large body until the client that sends it is held back, and then all of it. */
final class SlowReader implements TestBackend.Script {
    private static final long MOST_ON_THE_WAY = 32L << 20;

    private final int size;
    private final Duration patience;
    private final CountDownLatch read = new CountDownLatch(1);
    private final AtomicLong taken = new AtomicLong();

    /**
     * Makes one for a body of so many bytes.
     *
     * @param patience within this time the client must be held back
     */
    SlowReader(int size, Duration patience) {
        this.size = size;
        this.patience = patience;
    }

    @Override
    public void run(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        ProxyWorld.readHead(in);
        try {
            assertThat(read.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        byte[] buffer = new byte[65_536];
        while (taken.get() < size) {
            taken.addAndGet(in.read(buffer));
        }
        ProxyWorld.write(socket, "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "");
        in.read();
    }

    /** Sends the body, waits until no more of it goes, lets it be read, and checks that nothing is lost. */
    void holdsBack(RawHttp client, String host) throws Exception {
        client.send("POST / HTTP/1.1\nHost: " + host + "\nContent-Length: " + size + "\n\n");
        AtomicLong sent = new AtomicLong();
        AtomicBoolean failed = new AtomicBoolean();
        Thread sender = new Thread(() -> {
            byte[] piece = new byte[65_536];
            try {
                for (int i = 0; i < size / piece.length; i++) {
                    client.send(piece);
                    sent.addAndGet(piece.length);
                }
            } catch (IOException e) {
                failed.set(true);
            }
        });
        sender.start();
        untilStuck(sent, patience);
        assertThat(sent.get()).isLessThan(MOST_ON_THE_WAY);
        read.countDown();
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK");
        sender.join();
        assertThat(failed).isFalse();
        assertThat(taken.get()).isEqualTo(size);
    }

    /** Waits until a count that has begun to grow does not grow any more. */
    static void untilStuck(AtomicLong count, Duration patience) {
        await().atMost(patience).until(() -> {
            long before = count.get();
            Thread.sleep(300);
            return before > 0 && count.get() == before;
        });
    }
}
