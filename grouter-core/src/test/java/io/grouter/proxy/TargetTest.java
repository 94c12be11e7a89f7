package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.http.Head;
import io.grouter.http.HeadLimits;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetTest {
    private static Target target(String uri, String version, String... hosts) {
        StringBuilder text = new StringBuilder("GET " + uri + " " + version + "\r\n");
        for (String host : hosts) {
            text.append("Host: ").append(host).append("\r\n");
        }
        Head head = new Head(Head.Kind.REQUEST, new HeadLimits(4096, 8192, 64));
        assertThat(head.read(Unpooled.copiedBuffer(text + "\r\n", StandardCharsets.ISO_8859_1)))
                .isEqualTo(Head.Outcome.COMPLETE);
        return Target.of(head);
    }

    @ParameterizedTest
    @CsvSource({
        "/a/b?c=d, shop.test, shop.test, shop.test, /a/b?c=d, /a/b",
        "/, shop.test:8080, shop.test:8080, shop.test, /, /",
        "//x//y, shop.test, shop.test, shop.test, //x//y, //x//y",
        "/%2F%zz, Shop.Test, Shop.Test, Shop.Test, /%2F%zz, /%2F%zz",
        "*, shop.test, shop.test, shop.test, *, *",
        "http://other.test:1/x?y, shop.test, other.test:1, other.test, /x?y, /x",
        "HTTP://other.test?y, shop.test, other.test, other.test, /?y, /",
        "http://a, shop.test, a, a, /, /",
        "https://a, shop.test, a, a, /, /",
        "/, '[::1]:80', '[::1]:80', '[::1]', /, /",
        "/, '', '', '', /, /",
    })
    void isReadAsWritten(String uri, String header, String authority, String host, String pathAndQuery, String path) {
        assertThat(target(uri, "HTTP/1.1", header)).isEqualTo(new Target(authority, host, pathAndQuery, path, null));
    }

    @ParameterizedTest
    @CsvSource({
        "x, shop.test, BAD_TARGET",
        "ftp://shop.test/, shop.test, BAD_TARGET",
        "/a#b, shop.test, BAD_TARGET",
        "http://u@other.test/, shop.test, BAD_HOST",
        "http://, shop.test, BAD_HOST",
        "http:///x, shop.test, BAD_HOST",
        "http://?x, shop.test, BAD_HOST",
        "http://:80/, shop.test, BAD_HOST",
        "http:/x, shop.test, BAD_TARGET",
        "/, 'a b', BAD_HOST",
        "/, 'a/b', BAD_HOST",
        "/, 'a@b', BAD_HOST",
        "/, 'a:port', BAD_HOST",
        "/, 'a:1234567', BAD_HOST",
        "/, '[::1', BAD_HOST",
        "/, '[::1]x', BAD_HOST",
    })
    void isRefusedWhenItIsNone(String uri, String header, Refusal expected) {
        assertThat(target(uri, "HTTP/1.1", header).problem()).isEqualTo(expected);
    }

    @Test
    void oldClientsNeedNoHost() {
        assertThat(target("/", "HTTP/1.0").problem()).isNull();
    }

    @Test
    void isMatchedWithBytesAboveAsciiEscaped() {
        Target target = target("/caf\u00c3\u00a9?x=\u00ff", "HTTP/1.1", "shop.test");
        assertThat(target.path()).isEqualTo("/caf%C3%A9");
        assertThat(target.pathAndQuery()).isEqualTo("/caf\u00c3\u00a9?x=\u00ff");
    }
}
