package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grouter.gorouter.GoRouter;
import io.grouter.gorouter.GoRouterConfig;
import io.grouter.gorouter.GoRouterTlsConfig;
import io.grouter.gorouter.HealthProber;
import io.grouter.testing.GoRouterProcess;
import io.grouter.testing.RawHttp;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** GoRouters that die, freeze and drain as processes, while requests come without a pause. */
@Timeout(90)
class GoRouterFaultsIT extends ProxyWorld {
    private static final int CLIENTS = 8;

    private final Map<String, AtomicInteger> answers = new ConcurrentHashMap<>();
    private volatile boolean loading = true;
    private final List<Thread> clients = new ArrayList<>();
    private int port;

    private static GoRouterConfig.Member member(GoRouterProcess process) {
        return new GoRouterConfig.Member(
                InetSocketAddress.createUnresolved("127.0.0.1", process.port()),
                InetSocketAddress.createUnresolved("127.0.0.1", process.statusPort()));
    }

    private void startBefore(GoRouterProcess... processes) throws IOException {
        List<GoRouterConfig.Member> members = new ArrayList<>();
        for (GoRouterProcess each : processes) {
            members.add(member(each));
        }
        GoRouterConfig config = new GoRouterConfig(
                members,
                Duration.ofMillis(200),
                Duration.ofMillis(500),
                Duration.ofMillis(500),
                Duration.ofSeconds(1),
                Duration.ZERO,
                1,
                1000,
                false,
                GoRouterTlsConfig.OFF);
        port = startWith(config).addresses().get(0).getPort();
        HealthProber prober = closing(new HealthProber(pool(), config));
        prober.start();
    }

    /** Each client asks again and again over one connection, and over a new one when that ended. */
    private void load() {
        for (int i = 0; i < CLIENTS; i++) {
            Thread client = new Thread(this::ask, "client-" + i);
            client.setDaemon(true);
            client.start();
            clients.add(client);
        }
    }

    private void ask() {
        while (loading) {
            try (RawHttp connection = new RawHttp(port)) {
                while (loading) {
                    connection.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
                    String answer = connection.readAnswer();
                    count(answer.isEmpty() ? "closed" : answer.substring(9, 12));
                    if (answer.isEmpty()) {
                        break;
                    }
                }
            } catch (IOException e) {
                count("broken: " + e.getMessage());
            }
        }
    }

    private void count(String what) {
        answers.computeIfAbsent(what, key -> new AtomicInteger()).incrementAndGet();
    }

    private int count200() {
        AtomicInteger fine = answers.get("200");
        return fine == null ? 0 : fine.get();
    }

    private void awaitMore(int requests) {
        int before = count200();
        await().atMost(Duration.ofSeconds(20)).until(() -> count200() >= before + requests);
    }

    private void endLoad() throws InterruptedException {
        loading = false;
        for (Thread client : clients) {
            client.join(15_000);
        }
    }

    private GoRouter.Health health(int index) {
        return pool().members().get(index).health();
    }

    private void awaitHealth(int index, GoRouter.Health health) {
        await().atMost(Duration.ofSeconds(10)).until(() -> health(index) == health);
    }

    @Test
    void noRequestFailsWhenGoRoutersDrainAndComeBack() throws Exception {
        GoRouterProcess first = closing(GoRouterProcess.start());
        GoRouterProcess second = closing(GoRouterProcess.start());
        startBefore(first, second);
        load();
        awaitMore(500);
        first.drain();
        awaitHealth(0, GoRouter.Health.DRAINING);
        await().atMost(Duration.ofSeconds(10))
                .until(() -> pool().members().get(0).inFlight() == 0);
        first.close();
        awaitMore(500);
        closing(GoRouterProcess.start(first.port(), first.statusPort()));
        awaitHealth(0, GoRouter.Health.HEALTHY);
        awaitMore(500);
        endLoad();
        assertThat(answers.keySet()).containsExactly("200");
    }

    /** Over connections that were used before, what may be repeated is repeated. */
    @Test
    void noRequestFailsWhenAGoRouterIsKilled() throws Exception {
        GoRouterProcess first = closing(GoRouterProcess.start());
        GoRouterProcess second = closing(GoRouterProcess.start());
        startBefore(first, second);
        load();
        awaitMore(1000);
        first.close();
        awaitMore(1000);
        awaitHealth(0, GoRouter.Health.DOWN);
        closing(GoRouterProcess.start(first.port(), first.statusPort()));
        awaitHealth(0, GoRouter.Health.HEALTHY);
        awaitMore(500);
        endLoad();
        assertThat(answers.keySet()).containsExactly("200");
        assertThat(metric("grouter_proxy_retries")).isPositive();
    }

    /** What was sent to it cannot be taken back; what comes after it was noticed goes elsewhere. */
    @Test
    void aFrozenGoRouterCostsOnlyWhatItHasAlready() throws Exception {
        settings.responseTimeout = Duration.ofSeconds(2);
        GoRouterProcess first = closing(GoRouterProcess.start());
        GoRouterProcess second = closing(GoRouterProcess.start());
        startBefore(first, second);
        load();
        awaitMore(500);
        first.signal("STOP");
        awaitHealth(0, GoRouter.Health.DOWN);
        await().atMost(Duration.ofSeconds(10))
                .until(() -> pool().members().get(0).inFlight() == 0);
        AtomicInteger timedOut = answers.getOrDefault("504", new AtomicInteger());
        assertThat(timedOut.get()).isBetween(1, CLIENTS);
        answers.remove("504");
        awaitMore(1000);
        first.signal("CONT");
        awaitHealth(0, GoRouter.Health.HEALTHY);
        awaitMore(500);
        endLoad();
        assertThat(answers.keySet()).containsExactly("200");
    }

    @Test
    void whenAllAreDownEachAnswerSaysSoAndAllIsWellAfterwards() throws Exception {
        GoRouterProcess only = closing(GoRouterProcess.start());
        startBefore(only);
        only.close();
        awaitHealth(0, GoRouter.Health.DOWN);
        RawHttp client = connect(port);
        client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 503").contains("X-Grouter-Reason: no-gorouter\r\n");
        closing(GoRouterProcess.start(only.port(), only.statusPort()));
        awaitHealth(0, GoRouter.Health.HEALTHY);
        client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 200");
    }
}
