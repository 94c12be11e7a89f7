package io.grouter.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenTest {
    @Test
    void everyTokenIsAnotherAndBelongsToItsHashAlone() {
        Token one = Token.generate();
        Token other = Token.generate();
        assertThat(one.text()).isNotEqualTo(other.text()).hasSize(47);
        assertThat(Token.isHash(one.hash())).isTrue();
        assertThat(one.hashesTo(one.hash())).isTrue();
        assertThat(one.hashesTo(other.hash())).isFalse();
        assertThat(one.hash()).isEqualTo(new Token(one.text()).hash()).doesNotContain(one.text());
        assertThat(one).hasToString("grt_***");
    }

    @Test
    void theHashIsThatOfTheText() {
        assertThat(new Token("grt_" + "A".repeat(43)).hash())
                .isEqualTo("sha256:d2e6edc17fb142fccf3dffda8b6003e4f9ab31ea159222673e1204c508f5a9ac");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "password",
                "grt_short",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "grt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",
                "grt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "grt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA A",
            })
    void whatSomebodyMadeUpIsNoToken(String text) {
        assertThat(Token.isToken(text)).isFalse();
        assertThatThrownBy(() -> new Token(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("grouter token");
    }
}
