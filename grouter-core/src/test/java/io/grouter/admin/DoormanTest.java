package io.grouter.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class DoormanTest {
    private static final Token READER = Token.generate();
    private static final Token OPERATOR = Token.generate();

    private final PrometheusRegistry metrics = new PrometheusRegistry();

    private static AdminConfig config(String host, boolean insecure, AdminTlsConfig tls, AdminTokenConfig... tokens) {
        return new AdminConfig(
                InetSocketAddress.createUnresolved(host, 8081),
                insecure,
                tls,
                List.of(tokens),
                List.of(),
                false,
                new AdminAuditConfig(""),
                AdminLimits.DEFAULTS);
    }

    private static AdminConfig tokens() {
        return config(
                "127.0.0.1",
                false,
                AdminTlsConfig.NONE,
                new AdminTokenConfig("ann", "operate", OPERATOR.hash()),
                new AdminTokenConfig("grafana", "read", READER.hash()));
    }

    private Doorman doorman(AdminConfig config) {
        return new Doorman(config, () -> 0, metrics);
    }

    private static Visit with(String authorization) {
        return Visits.of("GET", "/v1/sites", "Host", "localhost", "Authorization", authorization);
    }

    private static int status(Verdict verdict) {
        AdminApi.Answer refusal = verdict.refusal();
        return refusal == null ? 200 : refusal.status();
    }

    @Test
    void withoutCredentialsInTheConfigurationEverybodyIsLetIn() {
        Visit visit = Visits.of("POST", "/v1/drain", "Host", "localhost");
        Verdict verdict = doorman(AdminConfig.at(InetSocketAddress.createUnresolved("127.0.0.1", 0)))
                .admit(visit, Role.OPERATE);
        assertThat(verdict).isEqualTo(Verdict.admitted(Caller.LOOPBACK));
    }

    @Test
    void withTokensNobodyComesWithoutOne() {
        Doorman doorman = doorman(tokens());
        Verdict verdict = doorman.admit(Visits.of("GET", "/v1/sites", "Host", "localhost"), Role.READ);
        assertThat(status(verdict)).isEqualTo(401);
        assertThat(verdict.headers()).containsEntry("WWW-Authenticate", "Bearer realm=\"grouter\"");
        assertThat(doorman.admit(Visits.of("GET", "/ready", "Host", "elsewhere"), Role.NONE))
                .isEqualTo(Verdict.admitted(Caller.UNKNOWN));
    }

    @Test
    void aTokenHasItsRole() {
        Doorman doorman = doorman(tokens());
        Verdict reader = doorman.admit(with("Bearer " + READER.text()), Role.READ);
        assertThat(reader).isEqualTo(Verdict.admitted(new Caller("grafana", Caller.By.TOKEN, Role.READ)));
        Verdict refused = doorman.admit(with("Bearer " + READER.text()), Role.OPERATE);
        assertThat(status(refused)).isEqualTo(403);
        assertThat(String.valueOf(refused.refusal())).contains("needs the role operate", "grafana has read");
        assertThat(refused.caller().name()).as("for the audit log").isEqualTo("grafana");
        assertThat(status(doorman.admit(with("bearer  " + OPERATOR.text()), Role.OPERATE)))
                .isEqualTo(200);
    }

    @Test
    void wrongTokensAreCountedAndRightOnesStillTaken() {
        Doorman doorman = doorman(tokens());
        List<String> wrong = List.of(
                "Bearer " + Token.generate().text(),
                "Bearer secret",
                "Bearer",
                "Basic YW5uOnNlY3JldA==",
                "",
                READER.text(),
                "Bearer " + READER.text() + "A",
                "Bearer " + READER.hash());
        for (String each : wrong) {
            Verdict verdict = doorman.admit(with(each), Role.READ);
            assertThat(status(verdict)).as(each).isEqualTo(401);
            assertThat(verdict.headers().get("WWW-Authenticate")).contains("invalid_token");
        }
        for (int i = wrong.size(); i < FailedLogins.ALLOWED; i++) {
            doorman.admit(with("Bearer x"), Role.READ);
        }
        Verdict verdict = doorman.admit(with("Bearer x"), Role.READ);
        assertThat(status(verdict)).isEqualTo(429);
        assertThat(verdict.headers()).containsEntry("Retry-After", "61");
        assertThat(status(doorman.admit(with("Bearer " + READER.text()), Role.READ)))
                .as("others may share the address")
                .isEqualTo(200);
    }

    @Test
    void aCertificateHasTheHighestRoleOfItsNames() {
        AdminTlsConfig tls = new AdminTlsConfig(
                "a.crt",
                "a.key",
                "ca.crt",
                List.of(new AdminClientConfig("ops", "operate"), new AdminClientConfig("ann@example.com", "read")));
        Doorman doorman = doorman(config("10.0.0.1", false, tls));
        Verdict both = doorman.admit(Visits.secure(List.of("ann@example.com", "ops"), "GET", "/"), Role.READ);
        assertThat(both).isEqualTo(Verdict.admitted(new Caller("ops", Caller.By.CERTIFICATE, Role.OPERATE)));
        Verdict one = doorman.admit(Visits.secure(List.of("ann@example.com"), "GET", "/"), Role.OPERATE);
        assertThat(status(one)).isEqualTo(403);
        Verdict none = doorman.admit(Visits.secure(List.of("bob"), "GET", "/"), Role.READ);
        assertThat(status(none)).isEqualTo(401);
        assertThat(String.valueOf(none.refusal())).contains("admin.tls.clients");
        Verdict plain = doorman.admit(Visits.secure(List.of(), "GET", "/"), Role.READ);
        assertThat(String.valueOf(plain.refusal()))
                .contains("a client certificate")
                .doesNotContain("Bearer");
    }

    @Test
    void whoMayComeCanChange() {
        Doorman doorman = doorman(tokens());
        Visit visit = with("Bearer " + READER.text());
        assertThat(status(doorman.admit(visit, Role.READ))).isEqualTo(200);
        doorman.use(config(
                "127.0.0.1", false, AdminTlsConfig.NONE, new AdminTokenConfig("ann", "operate", OPERATOR.hash())));
        assertThat(status(doorman.admit(visit, Role.READ))).isEqualTo(401);
    }

    @Test
    void anybodyIsCalledSoWhereItIsInsecure() {
        Doorman doorman = doorman(config("0.0.0.0", true, AdminTlsConfig.NONE));
        Visit here = Visits.of("GET", "/v1/sites", "Host", "localhost");
        Visit elsewhere = new Visit(
                "GET", "/v1/sites", null, here.headers(), new InetSocketAddress("192.0.2.1", 1), false, List.of());
        assertThat(doorman.admit(here, Role.OPERATE).caller()).isEqualTo(Caller.LOOPBACK);
        assertThat(doorman.admit(elsewhere, Role.OPERATE).caller()).isEqualTo(Caller.ANYBODY);
    }
}
