package io.grouter.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SiteIdTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "9", "dc1", "eu-west--1", "abcdefghijklmnopqrstuvwxyz012345"})
    void takesWhatCanBeADnsLabel(String name) {
        assertThat(new SiteId(name).name()).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "-dc",
                "dc-",
                "Dc1",
                "dc_1",
                "dc.1",
                "dc 1",
                "dc1\n",
                "dé",
                "`",
                "{",
                "/",
                ":",
                "abcdefghijklmnopqrstuvwxyz0123456"
            })
    void refusesEverythingElseAndSaysWhatIsAllowed(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SiteId(name))
                .withMessage("site name: \"" + name + "\" (expected: 1 to 32 of a-z, 0-9 and inner hyphens)");
    }
}
