package io.grouter.route;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IpLiteralsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "0.0.0.0",
                "255.255.255.255",
                "::",
                "::1",
                "2001:db8::1",
                "1:2:3:4:5:6:7:8",
                "::ffff:10.0.0.1",
                "1::"
            })
    void addresses(String text) {
        assertThat(IpLiterals.isIpLiteral(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "1.2.3",
                "1.2.3.4.5",
                "256.1.1.1",
                "1.2.3.-4",
                "a.b.c.d",
                ":",
                ":::",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "12345::",
                "[::1]",
                "::1%eth0",
                "1:",
                ":1"
            })
    void otherThings(String text) {
        assertThat(IpLiterals.isIpLiteral(text)).isFalse();
    }
}
