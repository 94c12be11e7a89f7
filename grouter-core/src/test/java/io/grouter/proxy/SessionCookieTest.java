package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.route.SessionHint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionCookieTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "__VCAP_ID__=abc-1",
                "JSESSIONID=x; __VCAP_ID__=abc-1",
                "__VCAP_ID__=abc-1; b=c",
                "a=b;__VCAP_ID__=abc-1 ;c=d",
                "__VCAP_ID__=\"abc-1\"",
                "X__VCAP_ID__=no; __VCAP_ID__X=no; __VCAP_ID__=abc-1",
            })
    void findsTheInstance(String cookies) {
        assertThat(SessionCookie.hint(cookies)).isEqualTo(SessionHint.of("abc-1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a=b", "__VCAP_ID__", "__VCAP_ID__=", "__VCAP_ID__=; a=b", "X__VCAP_ID__=a", "a=__VCAP_ID__"
            })
    void findsNoneWhereThereIsNone(String cookies) {
        assertThat(SessionCookie.hint(cookies)).isZero();
    }

    @Test
    void findsNoneWithoutCookies() {
        assertThat(SessionCookie.hint(null)).isZero();
    }
}
