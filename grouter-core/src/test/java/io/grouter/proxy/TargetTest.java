package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetTest {
    private final List<Refusal> problems = new ArrayList<>();

    private static HttpRequest request(HttpVersion version, String uri, String... hosts) {
        HttpRequest request = new DefaultHttpRequest(version, HttpMethod.GET, uri);
        for (String host : hosts) {
            request.headers().add("Host", host);
        }
        return request;
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
        "/, '[::1]:80', '[::1]:80', '[::1]', /, /",
        "/, '', '', '', /, /",
    })
    void isReadAsWritten(String uri, String header, String authority, String host, String pathAndQuery, String path) {
        Target target = Target.of(request(HttpVersion.HTTP_1_1, uri, header), problems::add);
        assertThat(problems).isEmpty();
        assertThat(target).isEqualTo(new Target(authority, host, pathAndQuery, path));
    }

    @ParameterizedTest
    @CsvSource({
        "x, shop.test, BAD_TARGET",
        "ftp://shop.test/, shop.test, BAD_TARGET",
        "/a#b, shop.test, BAD_TARGET",
        "http://u@other.test/, shop.test, BAD_HOST",
        "/, 'a b', BAD_HOST",
        "/, 'a/b', BAD_HOST",
        "/, 'a@b', BAD_HOST",
        "/, 'a:port', BAD_HOST",
        "/, 'a:1234567', BAD_HOST",
        "/, '[::1', BAD_HOST",
        "/, '[::1]x', BAD_HOST",
    })
    void isRefusedWhenItIsNone(String uri, String header, Refusal expected) {
        assertThat(Target.of(request(HttpVersion.HTTP_1_1, uri, header), problems::add))
                .isNull();
        assertThat(problems).containsExactly(expected);
    }

    @Test
    void needsExactlyOneHost() {
        assertThat(Target.of(request(HttpVersion.HTTP_1_1, "/"), problems::add)).isNull();
        assertThat(Target.of(request(HttpVersion.HTTP_1_1, "/", "a.test", "a.test"), problems::add))
                .isNull();
        assertThat(problems).containsExactly(Refusal.BAD_HOST, Refusal.BAD_HOST);
        assertThat(Target.of(request(HttpVersion.HTTP_1_0, "/"), problems::add)).isNotNull();
    }
}
