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

    private static Headers of(AdminConfig config, String contentType) {
        Headers headers = new Headers();
        new SecurityHeaders(config).addTo(headers, contentType);
        return headers;
    }

    @Test
    void pagesMayUseTheirOwnFilesAndDataNothing() {
        AdminConfig config = config("127.0.0.1", AdminTlsConfig.NONE);
        assertThat(of(config, "text/html; charset=utf-8").getFirst("Content-Security-Policy"))
                .contains("default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'")
                .doesNotContain("unsafe");
        assertThat(of(config, "application/json").getFirst("Content-Security-Policy"))
                .isEqualTo("default-src 'none'; frame-ancestors 'none'");
    }

    @Test
    void whatAnAnswerSaysOfItsCachingStays() {
        Headers headers = new Headers();
        SecurityHeaders security = new SecurityHeaders(config("127.0.0.1", AdminTlsConfig.NONE));
        security.addTo(headers, "text/css");
        assertThat(headers.getFirst("Cache-Control")).isEqualTo("no-store");
        headers.set("Cache-Control", "max-age=3600");
        security.addTo(headers, "text/css");
        assertThat(headers.getFirst("Cache-Control")).isEqualTo("max-age=3600");
    }

    @Test
    void onlyWithTlsBeyondLoopbackBrowsersAreToldToInsistOnIt() {
        AdminTlsConfig tls = new AdminTlsConfig("a.crt", "a.key", "", List.of());
        String name = "Strict-Transport-Security";
        assertThat(of(config("10.0.0.1", tls), "text/html").getFirst(name)).isEqualTo("max-age=31536000");
        assertThat(of(config("127.0.0.1", tls), "text/html")).doesNotContainKey(name);
        assertThat(of(config("10.0.0.1", AdminTlsConfig.NONE), "text/html")).doesNotContainKey(name);
    }
}
