package io.grouter.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grouter.testing.KeyFiles;
import io.grouter.testing.RawHttp;
import io.grouter.testing.TlsContexts;
import io.grouter.tls.PemMaterial;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class AdminSecurityIT {
    private static final InetSocketAddress LOOPBACK = new InetSocketAddress("127.0.0.1", 0);
    private static final InetSocketAddress EVERYWHERE = InetSocketAddress.createUnresolved("0.0.0.0", 0);
    private static final Token READER = Token.generate();
    private static final Token OPERATOR = Token.generate();
    private static final List<AdminTokenConfig> TOKENS = List.of(
            new AdminTokenConfig("grafana", "read", READER.hash()),
            new AdminTokenConfig("ann", "operate", OPERATOR.hash()));
    private static final String ORDER = "{\"route\": \"shop.test\", \"who\": \"x\", \"why\": \"WHY\", \"force\": true}";

    @TempDir
    Path folder;

    private final ApiWorld world = new ApiWorld(100);
    private final AdminSources sources = world.sources;
    private @Nullable AdminServer server;

    private AdminServer start(AdminConfig config) throws IOException {
        AdminServer made = new AdminServer(config, world.api, sources, Duration.ofMillis(500));
        made.start();
        server = made;
        return made;
    }

    private AdminConfig config(List<AdminTokenConfig> tokens) {
        return new AdminConfig(
                LOOPBACK,
                false,
                AdminTlsConfig.NONE,
                tokens,
                List.of(),
                false,
                new AdminAuditConfig(audit().toString()),
                AdminLimits.DEFAULTS);
    }

    private Path audit() {
        return folder.resolve("audit.log");
    }

    @AfterEach
    void stop() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    private static String request(String method, String path, String body, String... lines) {
        StringBuilder text = new StringBuilder(method + " " + path + " HTTP/1.1\nConnection: close\n");
        List<String> all = new ArrayList<>(List.of(lines));
        if (all.stream().noneMatch(line -> line.startsWith("Host:"))) {
            all.add("Host: localhost");
        }
        if (!body.isEmpty()) {
            all.add("Content-Length: " + body.length());
        }
        all.forEach(line -> text.append(line).append('\n'));
        return text + "\n" + body;
    }

    private String ask(String method, String path, String body, String... lines) throws IOException {
        try (RawHttp connection = new RawHttp(port())) {
            return connection.send(request(method, path, body, lines)).readAll();
        }
    }

    private int port() {
        return server == null ? 0 : server.address().getPort();
    }

    private static int status(String answer) {
        return Integer.parseInt(answer.split(" ", 3)[1]);
    }

    private static String bearer(Token token) {
        return "Authorization: Bearer " + token.text();
    }

    private String metrics(String... lines) throws IOException {
        return ask("GET", "/metrics", "", lines);
    }

    @Test
    void onLoopbackNobodyIsAskedForAnything() throws IOException {
        start(config(List.of()));
        assertThat(status(ask("GET", "/v1/sites", ""))).isEqualTo(200);
        assertThat(status(ask("POST", "/v1/drain", ORDER, "Content-Type: application/x-www-form-urlencoded")))
                .as("curl -d")
                .isEqualTo(200);
        assertThat(status(ask("GET", "/v1/sites", "", "Host: 127.0.0.1:8081"))).isEqualTo(200);
    }

    @Test
    void withTokensEveryoneNeedsOne() throws IOException {
        start(config(TOKENS));
        for (String path :
                List.of("/v1/sites", "/v1/routes", "/metrics", "/nothing", "/health/", "/v1/../health", "/assets/")) {
            assertThat(ask("GET", path, "")).as(path).startsWith("HTTP/1.1 401").contains("Www-authenticate: Bearer");
        }
        for (String method : List.of("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "get")) {
            assertThat(status(ask(method, "/v1/drain", ""))).as(method).isEqualTo(401);
        }
        assertThat(status(ask("GET", "/health", ""))).isEqualTo(200);
        assertThat(status(ask("GET", "/ready", "", "Host: balancer.example"))).isEqualTo(503);
        assertThat(ask("GET", "/", "")).as("the page, which asks for a token").startsWith("HTTP/1.1 200");
        assertThat(status(ask("POST", "/", ""))).isEqualTo(401);
        assertThat(status(ask("GET", "/v1/sites", "", bearer(READER)))).isEqualTo(200);
        assertThat(status(ask("GET", "/v1/sites", "", bearer(OPERATOR)))).isEqualTo(200);
        assertThat(status(ask("GET", "/v1/sites", "", bearer(Token.generate()))))
                .isEqualTo(401);
        assertThat(status(ask("POST", "/v1/drain", ORDER, bearer(OPERATOR)))).isEqualTo(200);
        assertThat(status(metrics(bearer(READER)))).isEqualTo(200);
    }

    @Test
    void readersChangeNothing() throws IOException {
        start(config(TOKENS));
        for (String method : List.of("POST", "DELETE", "PUT", "PATCH")) {
            assertThat(ask(method, "/v1/drain", ORDER, bearer(READER)))
                    .startsWith("HTTP/1.1 403")
                    .contains("application/problem+json", "needs the role operate, and grafana has read");
        }
        assertThat(sources.overrides().current().all()).isEmpty();
        assertThat(Files.readAllLines(audit())).hasSize(4).allMatch(line -> line.contains("\"status\":403"));
    }

    @Test
    void metricsCanBeOpen() throws IOException {
        AdminConfig closed = config(TOKENS);
        AdminServer started = start(closed);
        assertThat(status(metrics())).isEqualTo(401);
        AdminConfig open = new AdminConfig(
                closed.listen(),
                false,
                closed.tls(),
                TOKENS.subList(1, 2),
                List.of(),
                true,
                closed.audit(),
                AdminLimits.DEFAULTS);
        assertThat(started.use(open)).isTrue();
        assertThat(metrics())
                .startsWith("HTTP/1.1 200")
                .contains("grouter_admin_refused_total{reason=\"no-credentials\"} 1");
        assertThat(status(ask("GET", "/v1/sites", "", bearer(READER))))
                .as("taken away")
                .isEqualTo(401);
        assertThat(started.use(AdminConfig.at(new InetSocketAddress("127.0.0.1", 1))))
                .as("another address takes a restart")
                .isFalse();
        assertThat(status(ask("GET", "/v1/sites", ""))).isEqualTo(401);
    }

    @Test
    void pagesOfOthersAreRefused() throws IOException {
        start(config(List.of()));
        String here = "Host: localhost:" + port();
        String json = "Content-Type: application/json";
        assertThat(status(ask("POST", "/v1/drain", ORDER, here, json, "Origin: http://evil.example")))
                .isEqualTo(403);
        assertThat(status(ask("DELETE", "/v1/drain", "", here, "Sec-Fetch-Site: cross-site")))
                .isEqualTo(403);
        assertThat(ask("OPTIONS", "/v1/drain", "", here, "Origin: http://evil.example"))
                .doesNotContainIgnoringCase("Access-Control");
        assertThat(ask("GET", "/v1/sites", "", here, "Origin: http://evil.example"))
                .doesNotContainIgnoringCase("Access-Control");
        String own = "Origin: http://localhost:" + port();
        assertThat(status(ask("POST", "/v1/drain", ORDER, here, own, "Content-Type: text/plain")))
                .isEqualTo(415);
        assertThat(status(ask("POST", "/v1/drain", ORDER, here, "Host: evil.example", json)))
                .isEqualTo(421);
        assertThat(ask("GET", "/v1/sites", "", "Host: evil.example:" + port()))
                .startsWith("HTTP/1.1 421")
                .contains("admin.hosts");
        assertThat(sources.overrides().current().all()).isEmpty();
        assertThat(status(ask("POST", "/v1/drain", ORDER, here, own, json))).isEqualTo(200);
    }

    @Test
    void wrongTokensAreSlowedDown() throws IOException {
        start(config(TOKENS));
        for (int i = 0; i < FailedLogins.ALLOWED; i++) {
            assertThat(status(ask("GET", "/v1/sites", "", bearer(Token.generate()))))
                    .isEqualTo(401);
        }
        assertThat(ask("GET", "/v1/sites", "", bearer(Token.generate())))
                .startsWith("HTTP/1.1 429")
                .containsPattern("Retry-after: \\d+\r\n");
        assertThat(metrics(bearer(READER)))
                .contains(
                        "grouter_admin_refused_total{reason=\"token\"} 10.0",
                        "grouter_admin_refused_total{reason=\"rate\"} 1.0",
                        "grouter_admin_wrong_token_sources 1.0");
    }

    @Test
    void everyAnswerTellsBrowsersToBeCareful() throws IOException {
        start(config(TOKENS));
        String operator = bearer(OPERATOR);
        world.failingReload();
        String long16k = "{\"why\": \"" + "x".repeat(17_000) + "\"}";
        List<String> answers = List.of(
                ask("GET", "/health", ""),
                ask("GET", "/v1/sites", "", operator),
                ask("HEAD", "/v1/sites", "", operator),
                metrics(operator),
                ask("GET", "/v1/sites", ""),
                ask("GET", "/v1/sites", "", "Host: evil.example"),
                ask("POST", "/v1/drain", ORDER, bearer(READER)),
                ask("GET", "/nothing", "", operator),
                ask("POST", "/v1/sites", "", operator),
                ask("POST", "/v1/drain", "{", operator),
                ask("POST", "/v1/drain", long16k, operator),
                ask("POST", "/v1/reload", "", operator));
        assertThat(answers.stream().map(AdminSecurityIT::status))
                .containsExactly(200, 200, 200, 200, 401, 421, 403, 404, 405, 400, 413, 500);
        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer)
                        .contains(
                                "Content-security-policy: default-src 'none'; frame-ancestors 'none'",
                                "X-frame-options: DENY",
                                "Referrer-policy: no-referrer",
                                "X-content-type-options: nosniff",
                                "Cross-origin-resource-policy: same-origin",
                                "Cross-origin-opener-policy: same-origin",
                                "Cache-control: no-store"));
    }

    @Test
    void changesAreWrittenDown() throws IOException {
        start(config(TOKENS));
        ask("GET", "/v1/sites", "", bearer(OPERATOR));
        ask("POST", "/v1/drain", ORDER, bearer(OPERATOR));
        ask("POST", "/v1/drain", ORDER.replace("WHY", "again"), bearer(OPERATOR));
        ask("DELETE", "/v1/drain?route=shop.test", "", bearer(OPERATOR));
        ask("POST", "/v1/drain", "{\u0001", bearer(OPERATOR));
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(audit())) {
            lines.add(JsonMapper.builder().build().readTree(line));
        }
        assertThat(lines).hasSize(4).allSatisfy(line -> {
            assertThat(line.path("who").asString()).isEqualTo("ann");
            assertThat(line.path("by").asString()).isEqualTo("token");
            assertThat(line.path("from").asString()).startsWith("127.0.0.1:");
        });
        assertThat(lines.get(0).path("before").isMissingNode()).isTrue();
        assertThat(lines.get(0).path("after").path(0).path("why").asString()).isEqualTo("WHY");
        assertThat(lines.get(1).path("before").path(0).path("why").asString()).isEqualTo("WHY");
        assertThat(lines.get(1).path("after").path(0).path("why").asString()).isEqualTo("again");
        assertThat(lines.get(2).path("path").asString()).isEqualTo("/v1/drain?route=shop.test");
        assertThat(lines.get(2).path("before").path(0).path("why").asString()).isEqualTo("again");
        assertThat(lines.get(2).path("after").isMissingNode()).isTrue();
        assertThat(lines.get(3).path("status").asInt()).isEqualTo(400);
        assertThat(lines.get(3).path("body").asString()).isEqualTo("{\u0001");
        assertThat(lines.get(3).path("detail").asString()).isNotEmpty();
    }

    @Test
    void anAuditLogThatCannotBeOpenedPreventsTheStart() {
        AdminConfig config = new AdminConfig(
                LOOPBACK,
                false,
                AdminTlsConfig.NONE,
                List.of(),
                List.of(),
                false,
                new AdminAuditConfig(folder.resolve("none").resolve("audit.log").toString()),
                AdminLimits.DEFAULTS);
        assertThatThrownBy(() -> start(config))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("admin.audit.file");
    }

    // ---- TLS

    private AdminConfig secure(KeyFiles own, @Nullable KeyFiles client, AdminClientConfig... clients) {
        AdminTlsConfig tls = new AdminTlsConfig(
                own.certificate(), own.key(), client == null ? "" : client.certificate(), List.of(clients));
        return new AdminConfig(
                EVERYWHERE,
                false,
                tls,
                TOKENS,
                List.of(),
                false,
                new AdminAuditConfig(audit().toString()),
                AdminLimits.DEFAULTS);
    }

    private String askOver(SSLSocket socket, String method, String path, String... lines) throws IOException {
        try (RawHttp connection = new RawHttp(socket)) {
            return connection.send(request(method, path, "", lines)).readAll();
        }
    }

    /** Returns {@code ""} when the connection ends or breaks: of a client's certificate TLS 1.3 judges after its handshake. */
    private String answerOrNone(SSLSocket socket, String path) {
        try {
            return askOver(socket, "GET", path, bearer(READER));
        } catch (IOException e) {
            return "";
        }
    }

    @Test
    void beyondLoopbackTokensGoOverTls() throws IOException {
        KeyFiles own = KeyFiles.make(folder, "node", "EC", "ip:127.0.0.1");
        start(secure(own, null));
        SSLSocket socket = TlsContexts.connect(TlsContexts.of(own.certificate(), null), port());
        assertThat(askOver(socket, "GET", "/v1/sites", bearer(READER), "Host: any.example"))
                .startsWith("HTTP/1.1 200")
                .contains("Strict-transport-security: max-age=31536000");
        assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
        try (RawHttp clear = new RawHttp(port())) {
            clear.send(request("GET", "/v1/sites", "", bearer(READER)));
            assertThat(clear.readAll()).doesNotContain("200 OK");
        }
    }

    @Test
    void certificatesOfClientsHaveRoles() throws Exception {
        KeyFiles own = KeyFiles.make(folder, "node", "EC", "ip:127.0.0.1");
        KeyFiles ann = KeyFiles.make(folder, "ann", "EC", "email:ann@example.com");
        KeyFiles bob = KeyFiles.make(folder, "bob", "EC", "email:bob@example.com");
        start(secure(own, ann, new AdminClientConfig("ann@example.com", "read")));
        String path = "/v1/sites";
        SSLSocket annAsks = TlsContexts.connect(TlsContexts.of(own.certificate(), ann), port());
        assertThat(status(askOver(annAsks, "GET", path))).isEqualTo(200);
        SSLSocket annChanges = TlsContexts.connect(TlsContexts.of(own.certificate(), ann), port());
        assertThat(status(askOver(annChanges, "POST", "/v1/guard/release"))).isEqualTo(403);
        SSLSocket token = TlsContexts.connect(TlsContexts.of(own.certificate(), null), port());
        assertThat(status(askOver(token, "GET", path, bearer(READER)))).isEqualTo(200);
        SSLSocket nothing = TlsContexts.connect(TlsContexts.of(own.certificate(), null), port());
        assertThat(status(askOver(nothing, "GET", path))).isEqualTo(401);
        SSLSocket unknown = TlsContexts.connect(TlsContexts.of(own.certificate(), bob), port());
        assertThat(status(askOver(unknown, "GET", path)))
                .as("not asked for, so not shown")
                .isEqualTo(401);
        SSLSocket forged = TlsContexts.connect(showing(own, bob), port());
        assertThat(answerOrNone(forged, path)).as("shown all the same").isEmpty();
        assertThat(Files.readString(audit())).contains("\"who\":\"ann@example.com\",\"by\":\"certificate\"");
    }

    /** Returns a client that shows its certificate whichever CAs the server names. */
    private static SSLContext showing(KeyFiles trusted, KeyFiles client) throws Exception {
        PemMaterial.Material material = new PemMaterial(
                        Path.of(trusted.certificate()), Path.of(client.certificate()), Path.of(client.key()))
                .read();
        X509ExtendedKeyManager keys = Objects.requireNonNull(material.keys());
        String alias = Objects.requireNonNull(keys.getClientAliases("EC", null))[0];
        X509KeyManager always = new X509KeyManager() {
            @Override
            public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
                return new String[] {alias};
            }

            @Override
            public String chooseClientAlias(String[] types, Principal @Nullable [] issuers, Socket socket) {
                return alias;
            }

            @Override
            public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
                return null;
            }

            @Override
            public @Nullable String chooseServerAlias(String type, Principal @Nullable [] issuers, Socket socket) {
                return null;
            }

            @Override
            public X509Certificate @Nullable [] getCertificateChain(String name) {
                return keys.getCertificateChain(name);
            }

            @Override
            public @Nullable PrivateKey getPrivateKey(String name) {
                return keys.getPrivateKey(name);
            }
        };
        SSLContext made = SSLContext.getInstance("TLS");
        made.init(new KeyManager[] {always}, new TrustManager[] {material.trust()}, null);
        return made;
    }

    @Test
    void certificatesAreReadAgainWhenTheyChange() throws IOException {
        KeyFiles first = KeyFiles.make(folder, "first", "EC", "ip:127.0.0.1");
        KeyFiles second = KeyFiles.make(folder, "second", "RSA", "ip:127.0.0.1");
        start(secure(first, null));
        assertThat(shown(first)).isEqualTo("CN=first");
        Files.writeString(
                folder.resolve("both.crt"),
                Files.readString(Path.of(first.certificate())) + Files.readString(Path.of(second.certificate())));
        Files.copy(Path.of(second.key()), Path.of(first.key()), StandardCopyOption.REPLACE_EXISTING);
        assertThat(shownTo(folder.resolve("both.crt")))
                .as("the files do not fit yet")
                .isEqualTo("CN=first");
        Files.copy(Path.of(second.certificate()), Path.of(first.certificate()), StandardCopyOption.REPLACE_EXISTING);
        assertThat(shownTo(folder.resolve("both.crt"))).isEqualTo("CN=second");
    }

    private String shown(KeyFiles trusted) throws IOException {
        return shownTo(Path.of(trusted.certificate()));
    }

    private String shownTo(Path trusted) throws IOException {
        try (SSLSocket socket = TlsContexts.connect(TlsContexts.of(trusted.toString(), null), port())) {
            socket.startHandshake();
            X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return shown.getSubjectX500Principal().getName();
        }
    }

    // ---- slow clients

    private void holdUp(String begin) throws IOException {
        List<RawHttp> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 60; i++) {
                slow.add(new RawHttp(port()).send(begin));
            }
            await().atMost(Duration.ofSeconds(10)).until(() -> answers());
            for (RawHttp each : slow) {
                assertThat(each.atEnd()).isTrue();
            }
        } finally {
            for (RawHttp each : slow) {
                each.close();
            }
        }
    }

    private boolean answers() {
        try {
            boolean tls = server != null && server.address().getHostString().equals("0.0.0.0");
            String answer = tls
                    ? askOver(
                            TlsContexts.connect(
                                    TlsContexts.of(folder.resolve("node.crt").toString(), null), port()),
                            "GET",
                            "/health")
                    : ask("GET", "/health", "");
            return answer.startsWith("HTTP/1.1 200");
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void clientsThatStopInTheMiddleHoldUpNobodyForLong() throws IOException {
        start(config(List.of()));
        holdUp("GET /v1/sites HTTP/1.1\nHost: local");
        assertThat(metrics()).containsPattern("grouter_admin_slow_clients_total [1-9]");
    }

    @Test
    void norWhenTheBodyIsMissing() throws IOException {
        start(config(List.of()));
        holdUp("POST /v1/drain HTTP/1.1\nHost: localhost\nContent-Length: 100\n\n{");
    }

    @Test
    void norInTheMiddleOfATlsHandshake() throws IOException {
        start(secure(KeyFiles.make(folder, "node", "EC", "ip:127.0.0.1"), null));
        holdUp("\u0016\u0003\u0001\u0002\u0000\u0001");
    }
}
