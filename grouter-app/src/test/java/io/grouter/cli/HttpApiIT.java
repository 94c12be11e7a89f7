package io.grouter.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grouter.testing.KeyFiles;
import io.grouter.testing.TlsContexts;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The way to a node over real sockets. */
@Timeout(60)
class HttpApiIT {
    @TempDir
    Path folder;

    private static Target target(String base, String token, Duration timeout) {
        return new Target(URI.create(base), token, "", "", "", timeout);
    }

    private static CommandFailure failure(Target target, String path) {
        return catchThrowableOfType(CommandFailure.class, () -> new HttpApi(target).ask("GET", path, null));
    }

    @Test
    void methodBodyAndTokenArrive() throws Exception {
        try (StubServer server = StubServer.plain()) {
            HttpApi api = new HttpApi(target("http://127.0.0.1:" + server.port(), "secret", Duration.ofSeconds(20)));
            assertThat(api.ask("GET", "/v1/sites", null)).isEqualTo(new Reply(200, Golden.answer("sites")));
            assertThat(api.ask("POST", "/v1/drain?dryRun=true", "{\"why\":\"ü\"}")
                            .status())
                    .isEqualTo(404);
            assertThat(server.asked)
                    .containsExactly(
                            "GET /v1/sites Bearer secret - ",
                            "POST /v1/drain?dryRun=true Bearer secret - {\"why\":\"ü\"}");
        }
    }

    @Test
    void eventsAreReadLineByLineAndResumed() throws Exception {
        try (StubServer server = StubServer.plain()) {
            server.answers.put("/v1/events", "id: p-1\nevent: journal\ndata: {}\n\n");
            HttpApi api = new HttpApi(target("http://127.0.0.1:" + server.port(), "", Duration.ofSeconds(20)));
            try (EventLines lines = api.events("/v1/events?types=journal", "p-0")) {
                assertThat(lines.next()).isEqualTo("id: p-1");
                assertThat(lines.next()).isEqualTo("event: journal");
                assertThat(lines.next()).isEqualTo("data: {}");
                assertThat(lines.next()).isEmpty();
                assertThat(lines.next()).isNull();
            }
            assertThat(server.asked).containsExactly("GET /v1/events?types=journal - p-0 ");
            server.answers.remove("/v1/events");
            CommandFailure none = catchThrowableOfType(
                    CommandFailure.class, () -> api.events("/v1/events", "").close());
            assertThat(none.exitCode()).isEqualTo(ExitCodes.NODE_FAILED);
        }
    }

    @Test
    void nobodyThereAndNoAnswerAreTold() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        CommandFailure refused = failure(target("http://127.0.0.1:" + free, "", Duration.ofSeconds(20)), "/v1/sites");
        assertThat(refused.message()).contains("connection refused");
        assertThat(refused.exitCode()).isEqualTo(ExitCodes.UNREACHABLE);
        try (StubServer server = StubServer.plain()) {
            Target slow = target("http://127.0.0.1:" + server.port(), "", Duration.ofMillis(300));
            assertThat(failure(slow, "/v1/silent").message()).contains("did not answer within 0.3s");
        }
    }

    @Test
    void anOwnCaAndACertificateAreUsedAndMissingOnesAreTold() throws Exception {
        KeyFiles server = KeyFiles.make(folder, "server", "EC", "ip:127.0.0.1");
        KeyFiles client = KeyFiles.make(folder, "client", "EC", "dns:client");
        try (StubServer stub = StubServer.tls(TlsContexts.of(client.certificate(), server))) {
            URI base = URI.create("https://127.0.0.1:" + stub.port());
            Duration timeout = Duration.ofSeconds(20);
            Target good = new Target(base, "", server.certificate(), client.certificate(), client.key(), timeout);
            assertThat(new HttpApi(good).ask("GET", "/v1/sites", null).status()).isEqualTo(200);
            CommandFailure strange = failure(new Target(base, "", "", "", "", timeout), "/v1/sites");
            assertThat(strange.exitCode()).isEqualTo(ExitCodes.UNREACHABLE);
            assertThat(strange.advice()).contains("--ca");
            Target elsewhere = new Target(
                    URI.create("https://localhost:" + stub.port()),
                    "",
                    server.certificate(),
                    client.certificate(),
                    client.key(),
                    timeout);
            assertThat(failure(elsewhere, "/v1/sites").message()).contains("no TLS");
            Target missing = new Target(base, "", folder.resolve("none.pem").toString(), "", "", timeout);
            CommandFailure file = failure(missing, "/v1/sites");
            assertThat(file.exitCode()).isEqualTo(ExitCodes.USAGE);
            assertThat(file.message()).contains("none.pem");
            CommandFailure plain = failure(target("http://127.0.0.1:" + stub.port(), "", timeout), "/v1/sites");
            assertThat(plain.exitCode()).isEqualTo(ExitCodes.UNREACHABLE);
        }
    }
}
