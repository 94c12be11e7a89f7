package io.grouter.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginsTest {
    private static final AdminConfig CONFIG = new AdminConfig(
            InetSocketAddress.createUnresolved("127.0.0.1", 8081),
            false,
            AdminTlsConfig.NONE,
            List.of(),
            List.of("Admin.example.com"),
            false,
            new AdminAuditConfig(""),
            AdminLimits.DEFAULTS);

    private final Origins origins = new Origins(CONFIG);

    private String reason(Visit visit) {
        Origins.Problem problem = origins.problem(visit);
        return problem == null ? "" : problem.status() + " " + problem.reason();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST:8081",
                "127.0.0.1:8081",
                "[::1]:8081",
                "10.0.0.1",
                "[2001:db8::1]",
                "admin.example.com:18151",
            })
    void ownNamesAndAddressesAreTaken(String host) {
        assertThat(reason(Visits.of("GET", "/v1/sites", "Host", host))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "localhost.evil.example:8081",
                "127.0.0.1.evil.example",
                "1.example.com",
                "",
                "[",
                "[::1",
                "evil.example[::1]",
                "127.0.0.1@evil.example",
            })
    void namesMadeToLeadHereAreNot(String host) {
        assertThat(reason(Visits.of("GET", "/v1/sites", "Host", host))).isEqualTo("421 host");
        assertThat(reason(Visits.of("POST", "/v1/drain", "Host", host))).isEqualTo("421 host");
        assertThat(reason(Visits.secure(List.of(), "GET", "/v1/sites", "Host", host)))
                .as("the browser has compared it with the certificate")
                .isEmpty();
    }

    @Test
    void twoHostsAreNone() {
        Visit two = Visits.of("GET", "/", "Host", "localhost", "Host", "localhost");
        assertThat(reason(two)).isEqualTo("421 host");
        Origins.Problem problem = origins.problem(Visits.of("GET", "/", "Host", "evil.example"));
        assertThat(problem).isNotNull();
        assertThat(String.valueOf(problem)).contains("evil.example", "admin.hosts");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "-                              | -           |",
                "http://localhost:8081          | -           |",
                "http://LOCALHOST:8081          | same-origin |",
                "https://localhost:8081         | same-origin |",
                "-                              | none        |",
                "-                              | same-origin |",
                "-                              | cross-site  | 403 origin",
                "-                              | same-site   | 403 origin",
                "http://localhost:8081          | cross-site  | 403 origin",
                "http://localhost:8082          | -           | 403 origin",
                "http://localhost               | -           | 403 origin",
                "http://evil.example            | -           | 403 origin",
                "http://localhost:8081.evil.com | -           | 403 origin",
                "null                           | -           | 403 origin",
                "ftp://localhost:8081           | -           | 403 origin",
            })
    void changesAreTakenFromOwnPagesOnly(String origin, String fetchSite, String expected) {
        Visit visit = Visits.of("POST", "/v1/drain", "Host", "localhost:8081");
        if (origin != null) {
            visit.headers().add("Origin", origin);
        }
        if (fetchSite != null) {
            visit.headers().add("Sec-Fetch-Site", fetchSite);
        }
        assertThat(reason(visit)).isEqualTo(expected == null ? "" : expected);
    }

    @Test
    void withoutAPortItIsTheOneOfTheScheme() {
        String name = "admin.example.com";
        assertThat(reason(Visits.of("POST", "/", "Host", name, "Origin", "http://" + name)))
                .isEmpty();
        assertThat(reason(Visits.of("POST", "/", "Host", name + ":80", "Origin", "http://" + name)))
                .isEmpty();
        assertThat(reason(Visits.of("POST", "/", "Host", name, "Origin", "https://" + name)))
                .as("TLS ends in front of it")
                .isEmpty();
        assertThat(reason(Visits.secure(List.of(), "POST", "/", "Host", name, "Origin", "https://" + name)))
                .isEmpty();
        assertThat(reason(Visits.secure(List.of(), "POST", "/", "Host", name, "Origin", "http://" + name)))
                .isEqualTo("403 origin");
    }

    @ParameterizedTest
    @CsvSource({
        "application/x-www-form-urlencoded, 415 content-type",
        "'Text/Plain; charset=utf-8', 415 content-type",
        "'multipart/form-data; boundary=x', 415 content-type",
        "application/json, ''",
    })
    void pagesDoNotSendForms(String type, String expected) {
        Visit page =
                Visits.of("POST", "/", "Host", "localhost:1", "Origin", "http://localhost:1", "Content-Type", type);
        assertThat(reason(page)).isEqualTo(expected);
        assertThat(reason(Visits.of("POST", "/", "Host", "localhost:1", "Content-Type", type)))
                .as("curl -d")
                .isEmpty();
    }
}
