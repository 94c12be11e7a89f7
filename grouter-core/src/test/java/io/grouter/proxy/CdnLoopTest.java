package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.http.Head;
import io.grouter.http.HeadLimits;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CdnLoopTest {
    static Head request(String text) {
        Head head = new Head(Head.Kind.REQUEST, new HeadLimits(1000, 1000, 20));
        String whole = (text + "\n").replace("\n", "\r\n");
        assertThat(head.read(Unpooled.copiedBuffer(whole, StandardCharsets.ISO_8859_1)))
                .isEqualTo(Head.Outcome.COMPLETE);
        return head;
    }

    private static Head loop(String... values) {
        StringBuilder text = new StringBuilder("GET / HTTP/1.1\nHost: x\n");
        for (String value : values) {
            text.append("CDN-Loop: ").append(value).append("\nX-Other: 1\n");
        }
        return request(text.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "grouter-dc1",
                "GROUTER-DC1",
                " x , grouter-dc1",
                "x,grouter-dc1;a=b",
                "grouter-dc1 ; a=\"b\"",
                "[::1]:80, a:1, grouter-dc1",
                ",,grouter-dc1,,",
                "x; a=\"1, 2\\\"\", grouter-dc1",
                "x; a=\"never ends, grouter-dc1",
            })
    void names(String value) {
        assertThat(CdnLoop.names(loop(value), "grouter-dc1")).isTrue();
        assertThat(CdnLoop.namesGrouter(loop(value))).isTrue();
        assertThat(CdnLoop.names(loop("a", value), "grouter-dc1")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "grouter-dc11|true",
                "grouter-dc|true",
                "xgrouter-dc1|false",
                "grouter|false",
                "grouter-|false",
                "grouter-dc1:80|false",
                "grouter-dc1/x|false",
                "grouter-dc1 x|false",
                "x; a=grouter-dc1|false",
                "x; a=\"b, grouter-dc1, c\"|false",
                "\"grouter-dc1\"|false",
                "''|false",
            })
    void doesNotName(String value, boolean another) {
        assertThat(CdnLoop.names(loop(value), "grouter-dc1")).isFalse();
        assertThat(CdnLoop.namesGrouter(loop(value))).isEqualTo(another);
    }

    @Test
    void nothingIsThereWithoutTheHeader() {
        assertThat(CdnLoop.namesGrouter(loop())).isFalse();
        assertThat(CdnLoop.nameOf("dc1")).isEqualTo("grouter-dc1");
    }
}
