package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grouter.testing.RawHttp;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that send one request after the other without waiting for the answers. */
@Timeout(60)
class PipeliningIT extends ProxyWorld {
    private static final String REDIRECTED = "GET /" + "x".repeat(3000) + " HTTP/1.1\r\nHost: there.apps.test\r\n\r\n";

    private static long directMemory() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }

    /** Redirects are answered at once, so only what the client takes can slow them down. */
    @Test
    void oneThatReadsNothingIsNotReadForEver() throws Exception {
        RawHttp client = connect(start(closedPort()));
        long before = directMemory();
        AtomicLong sent = new AtomicLong();
        byte[] batch = REDIRECTED.repeat(10).getBytes(StandardCharsets.US_ASCII);
        Thread sender = new Thread(() -> {
            try {
                while (sent.get() < 70 << 20) {
                    client.send(batch);
                    sent.addAndGet(batch.length);
                }
            } catch (IOException e) {
                assertThat(e).isNotNull(); // the test is over
            }
        });
        sender.setDaemon(true);
        sender.start();
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            long last = sent.get();
            Thread.sleep(1000);
            return last > 0 && sent.get() == last;
        });
        assertThat(sent.get()).as("the client has to wait").isLessThan(32 << 20);
        assertThat(directMemory() - before).isLessThan(16 << 20);
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 307");
    }

    /** What was sent before the end is answered, however slowly the answers are read. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void allAreAnsweredAfterTheClientsEnd(boolean withNio) throws Exception {
        nio = withNio;
        RawHttp client = connect(start(closedPort()));
        int count = 6_000;
        Thread sender = new Thread(() -> {
            try {
                client.send(REDIRECTED.repeat(count));
                client.socket().shutdownOutput();
            } catch (IOException e) {
                received.add(e.toString());
            }
        });
        sender.setDaemon(true);
        sender.start();
        Thread.sleep(3_000);
        assertThat(client.readAll().split("HTTP/1.1 307", -1)).hasSize(count + 1);
        assertThat(received).isEmpty();
    }
}
