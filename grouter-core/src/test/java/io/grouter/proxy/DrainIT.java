package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grouter.testing.Configs;
import io.grouter.testing.RawHttp;
import io.grouter.testing.TestBackend;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The end of a proxy that is told to stop. */
@Timeout(60)
class DrainIT extends ProxyWorld {
    private final CountDownLatch mayAnswer = new CountDownLatch(1);

    private TestBackend slow() throws IOException {
        return backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (String head = readHead(in); !head.isEmpty(); head = readHead(in)) {
                received.add(head);
                try {
                    if (head.startsWith("GET /slow") && !mayAnswer.await(20, TimeUnit.SECONDS)) {
                        return;
                    }
                } catch (InterruptedException e) {
                    return;
                }
                write(socket, "HTTP/1.1 200 OK\nContent-Length: 2\n\n", "ok");
            }
        });
    }

    private static CompletableFuture<Integer> drain(ProxyServer proxy) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return proxy.drain();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static RawHttp get(RawHttp client, String path) throws IOException {
        return client.send("GET " + path + " HTTP/1.1\nHost: here.apps.test\n\n");
    }

    @Test
    void connectionsAreTakenForAWhileAndEachIsToldThatItEnds() throws Exception {
        settings.drain = new ProxyConfig.DrainConfig(Duration.ofSeconds(2), Duration.ofSeconds(10));
        ProxyServer proxy = startWith(Configs.goRouters(slow().port()));
        int port = proxy.addresses().get(0).getPort();
        RawHttp kept = connect(port);
        assertThat(get(kept, "/").readAnswer()).doesNotContain("Connection: close");
        RawHttp silent = connect(port);
        assertThat(get(silent, "/").readAnswer()).startsWith("HTTP/1.1 200");
        CompletableFuture<Integer> drained = drain(proxy);
        await().atMost(Duration.ofSeconds(5)).until(() -> {
            try (RawHttp client = new RawHttp(port)) {
                return get(client, "/").readAnswer().contains("Connection: close");
            }
        });
        assertThat(get(kept, "/").readAnswer()).startsWith("HTTP/1.1 200").contains("Connection: close");
        assertThat(kept.atEnd()).isTrue();
        assertThat(silent.atEnd())
                .as("one that asks for nothing is closed in the end")
                .isTrue();
        assertThat(drained.get(10, TimeUnit.SECONDS)).isZero();
        assertThat(refusesConnections(port)).isTrue();
    }

    private static boolean refusesConnections(int port) throws IOException {
        try (RawHttp client = new RawHttp(port)) {
            return client.atEnd();
        } catch (ConnectException e) {
            return true;
        }
    }

    @Test
    void whatIsUnderWayIsWaitedFor() throws Exception {
        ProxyServer proxy = startWith(Configs.goRouters(slow().port()));
        RawHttp client = connect(proxy.addresses().get(0).getPort());
        get(client, "/slow");
        nextReceived();
        CompletableFuture<Integer> drained = drain(proxy);
        await().atMost(Duration.ofSeconds(5)).until(() -> proxy.addresses().isEmpty());
        assertThat(drained).isNotDone();
        mayAnswer.countDown();
        assertThat(client.readAnswer())
                .startsWith("HTTP/1.1 200")
                .contains("Connection: close")
                .endsWith("ok");
        assertThat(drained.get(10, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void whatTakesTooLongIsCutOff() throws Exception {
        settings.drain = new ProxyConfig.DrainConfig(Duration.ZERO, Duration.ofMillis(300));
        ProxyServer proxy = startWith(Configs.goRouters(slow().port()));
        RawHttp client = connect(proxy.addresses().get(0).getPort());
        get(client, "/slow");
        nextReceived();
        assertThat(drain(proxy).get(10, TimeUnit.SECONDS)).isEqualTo(1);
        proxy.close();
        assertThat(client.atEnd()).isTrue();
        mayAnswer.countDown();
    }
}
