package io.grouter.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class SecurityHeadersTest {
    private static AdminConfig config(String host, AdminTlsConfig tls) {
        return new AdminConfig(
                InetSocketAddress.createUnresolved(host, 8081),
                true,
                tls,
                List.of(),
                List.of(),
                false,
                new AdminAuditConfig(""),
                AdminLimits.DEFAULTS);
    }

    private static Headers of(AdminConfig config) {
        Headers headers = new Headers();
        new SecurityHeaders(config).addTo(headers);
        return headers;
    }

    @Test
    void dataLoadsNothingAndAPageWhatItSays() {
        SecurityHeaders security = new SecurityHeaders(config("127.0.0.1", AdminTlsConfig.NONE));
        Headers headers = new Headers();
        security.addTo(headers);
        assertThat(headers.getFirst("Content-Security-Policy")).isEqualTo("default-src 'none'; frame-ancestors 'none'");
        headers.set("Content-Security-Policy", "script-src 'self'");
        security.addTo(headers);
        assertThat(headers.get("Content-Security-Policy")).containsExactly("script-src 'self'");
    }

    @Test
    void whatAnAnswerSaysOfItsCachingStays() {
        Headers headers = new Headers();
        SecurityHeaders security = new SecurityHeaders(config("127.0.0.1", AdminTlsConfig.NONE));
        security.addTo(headers);
        assertThat(headers.getFirst("Cache-Control")).isEqualTo("no-store");
        headers.set("Cache-Control", "max-age=3600");
        security.addTo(headers);
        assertThat(headers.getFirst("Cache-Control")).isEqualTo("max-age=3600");
    }

    @Test
    void onlyWithTlsBeyondLoopbackBrowsersAreToldToInsistOnIt() {
        AdminTlsConfig tls = new AdminTlsConfig("a.crt", "a.key", "", List.of());
        String name = "Strict-Transport-Security";
        assertThat(of(config("10.0.0.1", tls)).getFirst(name)).isEqualTo("max-age=31536000");
        assertThat(of(config("127.0.0.1", tls))).doesNotContainKey(name);
        assertThat(of(config("10.0.0.1", AdminTlsConfig.NONE))).doesNotContainKey(name);
    }
}
