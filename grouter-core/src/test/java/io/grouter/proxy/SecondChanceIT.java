package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grouter.fib.Fib;
import io.grouter.gorouter.GoRouterConfig;
import io.grouter.route.SiteId;
import io.grouter.steering.Decision;
import io.grouter.steering.OwnSite;
import io.grouter.steering.RequestFacts;
import io.grouter.steering.Rule;
import io.grouter.testing.Configs;
import io.grouter.testing.QuietPipelines;
import io.grouter.testing.RawHttp;
import io.grouter.testing.RecordingBackend;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests whose app the local GoRouters turn out not to have, with real sockets and a second site. */
@Timeout(60)
class SecondChanceIT extends RelayWorld {
    private static final String UNKNOWN =
            "HTTP/1.1 404 Not Found\nX-Cf-RouterError: unknown_route\nContent-Length: 4\n\nnone";
    private static final String FROM_THERE = "HTTP/1.1 200 OK\nX-Vcap-Request-Id: 1\nContent-Length: 5\n\nthere";

    /** What the rules say first, and where a request goes after that. */
    private volatile Decision first = new Decision.Forward(Rule.UNSURE, null);

    private volatile @Nullable Decision then = new Decision.Relay(Rule.SECOND_CHANCE, DC2);
    private volatile boolean local;
    private volatile String fromHere = UNKNOWN;

    private final class Rules implements Decider {
        @Override
        public Decision decide(Fib fib, OwnSite now, RequestFacts facts) {
            return first;
        }

        @Override
        public @Nullable Decision secondChance(Fib fib, RequestFacts facts, @Nullable SiteId but) {
            return facts.arrival() == RequestFacts.Arrival.CLIENT && !DC2.equals(but) ? then : null;
        }

        @Override
        public boolean isLocal(Fib fib, RequestFacts facts) {
            return local;
        }

        @Override
        public int keptBodyBytes() {
            return 65_536;
        }

        @Override
        public int keptBytes() {
            return 100_000;
        }
    }

    private final RecordingBackend here = backend(() -> fromHere);
    private final RecordingBackend there = backend(() -> FROM_THERE);

    private interface Text {
        String get();
    }

    private static RecordingBackend backend(Text answer) {
        try {
            return new RecordingBackend(request -> answer.get().replace("\n", "\r\n"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @BeforeEach
    void watchPipelines() {
        closing(new QuietPipelines());
        closing(here);
        closing(there);
    }

    @AfterEach
    void nothingIsKept() {
        await().atMost(Duration.ofSeconds(5)).until(() -> metric("grouter_proxy_kept_body_bytes") == 0);
    }

    private RawHttp client() throws IOException {
        return client(Configs.goRouters(here.port()));
    }

    private RawHttp client(GoRouterConfig goRouters) throws IOException {
        announced = second(there.port()).announcedRelays();
        ProxyServer server = start(settings, relay(dc1), DC1, new Rules(), metrics, goRouters);
        awaitWarm();
        return connect(port(server));
    }

    private static String post(String body) {
        return "POST /p HTTP/1.1\nHost: a.apps.test\nContent-Length: " + body.length() + "\n\n" + body;
    }

    private static String chunked(String body, String trailers) {
        return "POST /p HTTP/1.1\nHost: a.apps.test\nTransfer-Encoding: chunked\n\n"
                + Integer.toHexString(body.length()) + "\n" + body + "\n0\n" + trailers + "\n";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "404 Not Found\nX-Cf-RouterError: unknown_route",
                "404 Not Found\nX-Cf-RouterError: no_endpoints",
                "400 Bad Request\nX-Cf-RouterError: unknown_route",
                "503 Service Unavailable\nX-Cf-RouterError: no_endpoints",
                "503 Service Unavailable\nX-Cf-RouterError: endpoint_failure (x509: certificate is valid for a, not b)",
                "502 Bad Gateway\nX-Cf-RouterError: endpoint_failure (dial tcp 10.0.0.1:80: connect: refused)",
                "526 Invalid SSL Certificate\nX-Cf-RouterError: endpoint_failure (tls: bad certificate)",
            })
    void whatNoGoRouterHereHasGoesToAnotherSite(String answer) throws Exception {
        fromHere = "HTTP/1.1 " + answer + "\nContent-Length: 4\n\nnone";
        RawHttp client = client();
        for (String request : new String[] {
            "GET /g HTTP/1.1\nHost: a.apps.test\n\n", post("x".repeat(20_000)), chunked("y".repeat(3_000), "")
        }) {
            assertThat(client.send(request).readAnswer())
                    .startsWith("HTTP/1.1 200 OK")
                    .endsWith("there");
            String local = here.next().request().body();
            assertThat(there.next().request().body()).isEqualTo(local);
        }
        assertThat(metric("grouter_proxy_requests", "decision", "relay", "reason", "second-chance"))
                .isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "404 Not Found\nX-Cf-RouterError: unknown_route\nX-Vcap-Request-Id: 7",
                "404 Not Found\nX-Cf-RouterError: unknown_route\nSet-Cookie: a=b",
                "404 Not Found",
                "200 OK\nX-Cf-RouterError: unknown_route",
                "502 Bad Gateway\nX-Cf-RouterError: endpoint_failure (EOF)",
                "502 Bad Gateway\nX-Cf-RouterError: endpoint_failure (context deadline exceeded)",
                "503 Service Unavailable\nX-Cf-RouterError: Connection Limit Reached",
                "400 Bad Request\nX-Cf-RouterError: empty_host",
            })
    void everyOtherAnswerStands(String answer) throws Exception {
        fromHere = "HTTP/1.1 " + answer + "\nContent-Length: 4\n\nmine";
        String got = client().send(post("body")).readAnswer();
        assertThat(got).startsWith("HTTP/1.1 " + answer.substring(0, 3)).endsWith("mine");
        assertThat(metric(
                        "grouter_proxy_requests", "decision", "relay", "decision", "relay", "reason", "second-chance"))
                .isZero();
    }

    @Test
    void aBodyThatIsTooLongHasNoSecondChance() throws Exception {
        assertThat(client().send(post("z".repeat(65_537))).readAnswer()).startsWith("HTTP/1.1 404");
        assertThat(metric("grouter_proxy_kept_bodies_lost")).isEqualTo(1);
    }

    @Test
    void trailersHaveNoSecondChance() throws Exception {
        assertThat(client().send(chunked("b", "X-T: 1\n")).readAnswer()).startsWith("HTTP/1.1 404");
    }

    @Test
    void theAnswerOfAnEmptyPoolWithoutABodyIsPassedOverToo() throws Exception {
        fromHere = "HTTP/1.1 503 Service Unavailable\nX-Cf-RouterError: no_endpoints\nContent-Length: 0\n\n";
        assertThat(client().send("GET / HTTP/1.1\nHost: a.apps.test\n\n").readAnswer())
                .endsWith("there");
        fromHere = "HTTP/1.1 404 Not Found\nX-Cf-RouterError: unknown_route\nConnection: close\n\nto the end";
    }

    @Test
    void theSecondChanceMayBeARedirect() throws Exception {
        then = new Decision.Redirect(Rule.SECOND_CHANCE, DC2, "a.dc2.apps.test");
        String got =
                client().send("GET /x?y=%2F HTTP/1.1\nHost: a.apps.test\n\n").readAnswer();
        assertThat(got)
                .startsWith("HTTP/1.1 307")
                .contains("Location: http://a.dc2.apps.test/x?y=%2F\r\n", "X-Grouter-Reason: second-chance\r\n");
    }

    @Test
    void withoutAnotherSiteTheErrorStands() throws Exception {
        then = null;
        String got = client().send(post("body")).readAnswer();
        assertThat(got).startsWith("HTTP/1.1 404").contains("unknown_route").endsWith("none");
    }

    @Test
    void whenNoGoRouterTakesAConnectionAnotherSiteIsAsked() throws Exception {
        RawHttp client = client(Configs.goRouters(closedPort(), closedPort()));
        assertThat(client.send(post("k".repeat(200_000))).readAnswer()).endsWith("there");
        assertThat(there.next().request().body()).hasSize(200_000);
    }

    @Test
    void anotherSitesErrorIsNotTriedAThirdTime() throws Exception {
        RecordingBackend empty = closing(backend(() -> UNKNOWN));
        announced = second(empty.port()).announcedRelays();
        ProxyServer server = start(settings, relay(dc1), DC1, new Rules(), metrics, Configs.goRouters(here.port()));
        awaitWarm();
        assertThat(connect(port(server)).send(post("b")).readAnswer()).startsWith("HTTP/1.1 404");
        assertThat(here.next().request().body()).isEqualTo("b");
        assertThat(empty.next().request().body()).isEqualTo("b");
    }

    @Test
    void whatWasSentAwayThoughItIsHereComesBackWhenTheOtherSiteCannotBeReached() throws Exception {
        first = new Decision.Relay(Rule.SPILL, DC3);
        local = true;
        fromHere = "HTTP/1.1 200 OK\nContent-Length: 4\n\nhere";
        assertThat(client().send(post("w".repeat(100_000))).readAnswer()).endsWith("here");
        assertThat(here.next().request().body()).hasSize(100_000);
    }

    @Test
    void whenOneSiteCannotBeReachedAnotherOneIsAsked() throws Exception {
        first = new Decision.Relay(Rule.LEARNED, DC3);
        assertThat(client().send(post("v")).readAnswer()).endsWith("there");
    }

    @Test
    void whenNoSiteCanBeReachedThatIsSaid() throws Exception {
        first = new Decision.Relay(Rule.LEARNED, DC3);
        then = null;
        assertThat(client().send(post("v")).readAnswer())
                .startsWith("HTTP/1.1 503")
                .contains("X-Grouter-Reason: relay-unreachable");
    }

    @Test
    void refusalsOfTheRulesAreAnswered() throws Exception {
        first = new Decision.Refuse(Rule.KNOWN_EMPTY, 503, "Nothing runs.");
        assertThat(client().send("GET / HTTP/1.1\nHost: a.apps.test\n\n").readAnswer())
                .startsWith("HTTP/1.1 503")
                .contains("Retry-After: 1\r\n", "Cache-Control: no-store\r\n", "X-Grouter-Reason: known-empty\r\n");
        first = new Decision.Refuse(Rule.PINNED, 421, "Not here.");
        assertThat(connect(port(start(
                                settings,
                                relay(dc1),
                                DC1,
                                new Rules(),
                                new PrometheusRegistry(),
                                Configs.goRouters(here.port()))))
                        .send(post("abc"))
                        .readAnswer())
                .startsWith("HTTP/1.1 421 Misdirected Request");
    }
}
