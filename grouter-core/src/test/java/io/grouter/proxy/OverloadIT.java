package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grouter.gorouter.GoRouterConfig;
import io.grouter.gorouter.GoRouterTlsConfig;
import io.grouter.testing.Configs;
import io.grouter.testing.RawHttp;
import io.grouter.testing.TestBackend;
import java.io.BufferedInputStream;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** More requests than the GoRouters are given at a time: they wait, in bounds, and are told so. */
@Timeout(60)
class OverloadIT extends ProxyWorld {
    private final Semaphore answers = new Semaphore(0);

    private int startWithLimit(int inFlight) throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (String head = readHead(in); !head.isEmpty(); head = readHead(in)) {
                received.add(head);
                try {
                    if (!answers.tryAcquire(20, TimeUnit.SECONDS)) {
                        return;
                    }
                } catch (InterruptedException e) {
                    return;
                }
                write(socket, "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "");
            }
        });
        InetSocketAddress address = InetSocketAddress.createUnresolved("127.0.0.1", goRouter.port());
        GoRouterConfig config = Configs.goRouters(
                List.of(new GoRouterConfig.Member(address, address)), inFlight, GoRouterTlsConfig.OFF);
        return startWith(config).addresses().get(0).getPort();
    }

    private List<RawHttp> ask(int port, int from, int to) throws Exception {
        List<RawHttp> clients = new ArrayList<>();
        for (int i = from; i < to; i++) {
            clients.add(connect(port).send("GET /" + i + " HTTP/1.1\nHost: here.apps.test\n\n"));
            int expected = i + 1;
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> received.size() + metric("grouter_proxy_queue") >= expected);
        }
        return clients;
    }

    @Test
    void whatIsTooMuchWaitsInOrderAndIsServed() throws Exception {
        int port = startWithLimit(1);
        List<RawHttp> clients = ask(port, 0, 6);
        assertThat(received).hasSize(1);
        assertThat(metric("grouter_proxy_queue")).isEqualTo(5);
        answers.release(6);
        for (RawHttp client : clients) {
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 200");
        }
        List<String> order = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            order.add(nextReceived().substring(4, 6));
        }
        assertThat(order).containsExactly("/0", "/1", "/2", "/3", "/4", "/5");
        assertThat(metric("grouter_proxy_queue")).isZero();
    }

    @Test
    void whatDoesNotFitIntoTheQueueIsRefusedAtOnce() throws Exception {
        settings.queue = 2;
        int port = startWithLimit(1);
        List<RawHttp> clients = ask(port, 0, 3);
        RawHttp tooMuch = connect(port).send("GET /x HTTP/1.1\nHost: here.apps.test\n\n");
        assertThat(tooMuch.readAnswer())
                .startsWith("HTTP/1.1 503 Service Unavailable")
                .contains("Retry-After: 1\r\n", "X-Grouter-Reason: overloaded\r\n");
        answers.release(3);
        for (RawHttp client : clients) {
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void whatWaitsTooLongIsRefused() throws Exception {
        settings.queueTimeout = Duration.ofMillis(300);
        int port = startWithLimit(1);
        List<RawHttp> clients = ask(port, 0, 2);
        assertThat(clients.get(1).readAnswer()).startsWith("HTTP/1.1 503").contains("overloaded");
        assertThat(metric("grouter_proxy_queue")).isZero();
        answers.release(1);
        assertThat(clients.get(0).readAnswer()).startsWith("HTTP/1.1 200");
    }

    @Test
    void aClientThatLeavesWaitsNoMore() throws Exception {
        int port = startWithLimit(1);
        List<RawHttp> clients = ask(port, 0, 3);
        // It ends both ways, so that this is not one that only sends nothing more.
        clients.get(1).socket().setSoLinger(true, 0);
        clients.get(1).close();
        await().atMost(Duration.ofSeconds(10)).until(() -> metric("grouter_proxy_queue") == 1);
        answers.release(2);
        assertThat(clients.get(2).readAnswer()).startsWith("HTTP/1.1 200");
        nextReceived();
        assertThat(nextReceived()).startsWith("GET /2");
    }
}
