package io.grouter.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmbeddedNatsTest {
    @ParameterizedTest
    @CsvSource({
        "router.register, router.register, true",
        "router.register, router.unregister, false",
        "router.*, router.register, true",
        "router.*, router.a.b, false",
        "router.>, router.a.b, true",
        ">, router.register, true",
        "router.>, router, false",
        "router.register, router, false",
        "*.register, router.register, true",
    })
    void subjectsMatchAsInNats(String pattern, String subject, boolean matches) {
        assertThat(EmbeddedNats.matches(pattern, subject)).isEqualTo(matches);
    }
}
