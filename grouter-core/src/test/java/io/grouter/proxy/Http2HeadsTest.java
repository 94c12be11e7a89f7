package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.http.Head;
import io.grouter.http.HeadLimits;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Heads of HTTP/2 whose values nobody has checked before. */
class Http2HeadsTest {
    private static final HeadLimits LIMITS = new HeadLimits(4096, 8192, 64);

    private static Http2Headers request() {
        return new DefaultHttp2Headers(false)
                .method("GET")
                .scheme("https")
                .authority("a.test")
                .path("/x");
    }

    private static Head.Outcome read(Http2Headers headers) {
        Head head = new Head(Head.Kind.REQUEST, LIMITS);
        return Http2Heads.readRequest(headers, false, head, UnpooledByteBufAllocator.DEFAULT);
    }

    @Test
    void aPlainRequestIsRead() {
        assertThat(read(request().add("x-a", "b"))).isEqualTo(Head.Outcome.COMPLETE);
        assertThat(read(request().add("host", "A.test"))).isEqualTo(Head.Outcome.COMPLETE);
        assertThat(read(request().path("*"))).isEqualTo(Head.Outcome.COMPLETE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"b\r\nx-evil: 1", "b\nx-evil: 1", "b\rc", "\r\n", "b\r\n\r\nGET / HTTP/1.1\r\n\r\n", "\0"})
    void nothingGetsOutOfItsPlace(String evil) {
        assertThat(read(request().add("x-a", evil))).isEqualTo(Head.Outcome.MALFORMED);
        assertThat(read(request().add("x-a", new AsciiString(evil)))).isEqualTo(Head.Outcome.MALFORMED);
        assertThat(read(request().add(evil, "b"))).isEqualTo(Head.Outcome.MALFORMED);
        assertThat(read(request().add("cookie", evil))).isEqualTo(Head.Outcome.MALFORMED);
        assertThat(read(request().method("GET / HTTP/1.1\r\n" + evil))).isEqualTo(Head.Outcome.MALFORMED);
        assertThat(read(request().path("/ HTTP/1.1\r\nx-a:" + evil))).isEqualTo(Head.Outcome.MALFORMED);
        assertThat(read(request().authority("a.test" + evil))).isEqualTo(Head.Outcome.MALFORMED);
    }

    @Test
    void whatIsNoByteIsNothing() {
        assertThat(read(request().add("x-a", "\u010d"))).isEqualTo(Head.Outcome.MALFORMED);
        assertThat(read(request().path("/\u010d"))).isEqualTo(Head.Outcome.MALFORMED);
    }

    @Test
    void anAnswersAndTrailersLinesStayInTheirPlacesToo() {
        Head answer = new Head(Head.Kind.ANSWER, LIMITS);
        Http2Headers headers = new DefaultHttp2Headers(false).status("200").add("x-a", "b\r\nx-evil: 1");
        assertThat(Http2Heads.readAnswer(headers, false, answer, UnpooledByteBufAllocator.DEFAULT))
                .isEqualTo(Head.Outcome.MALFORMED);
        Head trailers = new Head(Head.Kind.TRAILERS, LIMITS);
        Http2Headers last = new DefaultHttp2Headers(false).add("x-a", "b\r\nx-evil: 1");
        assertThat(Http2Heads.readTrailers(last, trailers, UnpooledByteBufAllocator.DEFAULT))
                .isEqualTo(Head.Outcome.MALFORMED);
    }

    @Test
    void thereIsOneHost() {
        assertThat(read(request().add("host", "b.test"))).isEqualTo(Head.Outcome.MALFORMED);
        Http2Headers two = new DefaultHttp2Headers(false)
                .method("GET")
                .path("/")
                .add("host", "a.test")
                .add("host", "a.test");
        assertThat(read(two)).isEqualTo(Head.Outcome.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "**", "http://b.test/", "?x"})
    void aTargetBeginsWithASlash(String path) {
        assertThat(read(request().path(path))).isEqualTo(Head.Outcome.MALFORMED);
    }
}
