package io.grouter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.net.URI;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exit codes, and what people are told to do. */
class ErrorsTest {
    private final Desk desk = new Desk();

    @ParameterizedTest
    @CsvSource({
        "404, unknown-route, 1, ./grouter routes",
        "404, unknown-site, 1, ./grouter sites",
        "404, not-in-effect, 1, ./grouter overrides",
        "409, refused, 1, --force",
        "409, too-many, 1, --force does not help",
        "410, cursor-gone, 1, begin again",
        "400, bad-query, 2, ''",
        "401, unauthorized, 4, GROUTER_TOKEN in the environment takes a token",
        "403, forbidden, 4, the role read",
        "429, too-many-requests, 5, Wait",
        "500, internal, 5, log",
        "503, busy, 5, try again",
        "503, stopping, 5, another node",
    })
    void everyProblemHasItsCodeAndAdvice(int status, String type, int code, String advice) {
        desk.node.problem("GET /v1/sites", status, type, "so it is\u001b[2J");
        assertThat(desk.run("sites")).isEqualTo(code);
        assertThat(desk.err.toString()).contains("so it is\\x1b[2J", advice).doesNotContain("\u001b");
        assertThat(desk.out.toString()).isEmpty();
    }

    @Test
    void aTokenThatIsNotKnownAndARoleThatIsTooLittleAreSaid() {
        desk.environment.put("GROUTER_TOKEN", "secret");
        desk.node.problem("GET /v1/sites", 401, "unauthorized", "who are you");
        desk.node.problem("DELETE /v1/drain", 403, "forbidden", "not you");
        assertThat(desk.run("sites")).isEqualTo(4);
        assertThat(desk.err.toString()).contains("does not know the token").doesNotContain("secret");
        assertThat(desk.run("undrain")).isEqualTo(4);
        assertThat(desk.err.toString()).contains("This takes the role operate");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>nginx</html>", "[]", "", "{}", "{\"sites\":"})
    void somethingThatIsNoGrouterIsSaid(String body) {
        desk.node.on("GET /v1/sites", 404, body);
        assertThat(desk.run("sites")).isEqualTo(5);
        assertThat(desk.err.toString()).contains("as no Grouter does", "--admin");
    }

    @Test
    void whyThereIsNoAnswerIsSaid() {
        Target target = new Target(URI.create("http://10.1.0.30:8081"), "", "", "", "", Duration.ofSeconds(10));
        assertThat(Failures.unreachable(target, new ConnectException()).message())
                .contains("connection refused");
        assertThat(Failures.unreachable(target, new TimeoutException()).message())
                .contains("within 10s");
        assertThat(Failures.unreachable(target, new SSLHandshakeException("unable to find"))
                        .advice())
                .contains("--ca");
        assertThat(Failures.unreachable(target, new IllegalStateException(new UnresolvedAddressException()))
                        .message())
                .contains("no such host");
        assertThat(Failures.unreachable(target, new java.io.IOException("header parser received no bytes"))
                        .advice())
                .contains("https");
        assertThat(Failures.unreachable(target, new ConnectException()).exitCode())
                .isEqualTo(3);
    }

    @Test
    void theNodeIsNamedByOptionElseEnvironmentElseDefault() {
        desk.node.on("GET /v1/sites", 200, "{\"sites\": []}");
        assertThat(desk.run("sites")).isZero();
        assertThat(desk.target().base()).isEqualTo(URI.create("http://127.0.0.1:8081"));
        desk.environment.put("GROUTER_ADMIN", "HTTPS://node.example.com:8443/");
        desk.environment.put("GROUTER_TOKEN", " secret ");
        assertThat(desk.run("sites", "--ca", "ca.pem", "--timeout", "2m")).isZero();
        assertThat(desk.target())
                .isEqualTo(new Target(
                        URI.create("https://node.example.com:8443"),
                        "secret",
                        "ca.pem",
                        "",
                        "",
                        Duration.ofMinutes(2)));
        assertThat(desk.target().toString()).doesNotContain("secret");
        assertThat(desk.run("sites", "--admin", "127.0.0.1:9")).isZero();
        assertThat(desk.target().base()).isEqualTo(URI.create("http://127.0.0.1:9"));
    }

    @ParameterizedTest
    @CsvSource({
        "--admin, ftp://x",
        "--admin, http://",
        "--admin, http://user@host:80",
        "--admin, http://host?x",
        "--admin, http://host:65536",
        "--admin, 'http://a b'",
        "--timeout, 10",
        "--timeout, 0s",
        "--cert, only.pem",
        "--output, xml",
        "--no-such, x",
    })
    void wrongUsageIsTwo(String option, String value) {
        assertThat(desk.run("sites", option, value)).isEqualTo(2);
        assertThat(desk.node.asked).isEmpty();
        assertThat(desk.err.toString()).contains(option.substring(2));
    }

    @Test
    void aTokenIsNotSentInClearToAnotherMachine() {
        desk.environment.put("GROUTER_TOKEN", "secret");
        assertThat(desk.run("sites", "--admin", "http://10.1.0.30:8081")).isEqualTo(2);
        assertThat(desk.err.toString()).contains("https://").doesNotContain("secret");
        desk.environment.put("GROUTER_TOKEN", "a\nb");
        assertThat(desk.run("sites")).isEqualTo(2);
    }

    @Test
    void explainTakesOneOfUrlAndName() {
        assertThat(desk.run("explain")).isEqualTo(2);
        assertThat(desk.run("explain", "x", "--dns", "y")).isEqualTo(2);
        assertThat(desk.run("explain", "--dns", "y", "--method", "POST")).isEqualTo(2);
        assertThat(desk.run("explain", "x", "--type", "A")).isEqualTo(2);
        assertThat(desk.node.asked).isEmpty();
    }

    @Test
    void explainAsksForWhatWasGiven() {
        desk.run(
                "explain",
                "x/y?z=1",
                "--client",
                "::1",
                "--method",
                "POST",
                "--session",
                "s",
                "--credentials",
                "--relayed");
        desk.run("explain", "--dns", "y", "--type", "aaaa");
        assertThat(desk.node.asked)
                .containsExactly(
                        "GET /v1/explain?url=x%2Fy%3Fz%3D1&client=%3A%3A1&method=POST&session=s&credentials=true&relayed=true",
                        "GET /v1/explain?name=y&type=AAAA");
    }

    @Test
    void topTakesATerminal() {
        assertThat(desk.run("top")).isEqualTo(2);
        assertThat(desk.err.toString()).contains("./grouter sites", "./grouter watch");
    }

    @Test
    void helpTellsTheExitCodes() {
        assertThat(desk.run("routes", "--help")).isZero();
        assertThat(desk.out.toString()).contains("Exit codes:", "no answer from the node", "GROUTER_TOKEN");
    }
}
