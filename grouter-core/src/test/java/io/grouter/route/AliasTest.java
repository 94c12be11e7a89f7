package io.grouter.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AliasTest {
    private final Alias alias = new Alias("apps.test", "dc2.apps.test");

    @Test
    void goesThereAndBack() {
        assertThat(alias.toAlias("shop.apps.test")).isEqualTo("shop.dc2.apps.test");
        assertThat(alias.toAlias("a.b.apps.test")).isEqualTo("a.b.dc2.apps.test");
        assertThat(alias.toAlias("SHOP.Apps.Test")).isEqualTo("shop.dc2.apps.test");
        assertThat(alias.toAlias("apps.test")).isEqualTo("dc2.apps.test");
        assertThat(alias.toGlobal("shop.dc2.apps.test")).isEqualTo("shop.apps.test");
        assertThat(alias.toGlobal("shop.apps.test")).isNull();
    }

    @Test
    void anAliasIsNotGivenAnotherAlias() {
        assertThat(alias.toAlias("shop.dc2.apps.test")).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "shop.apps.testx",
                "xapps.test",
                "evil.com",
                "",
                ".apps.test",
                "a..apps.test",
                "-a.apps.test",
                "a-.apps.test",
                "a b.apps.test",
                "a/b.apps.test",
                "a@b.apps.test",
                "a:1.apps.test",
                "*.apps.test",
                "a%0d.apps.test",
                "\u00e4.apps.test"
            })
    void namesThatAreNoneGetNoAlias(String host) {
        assertThat(alias.toAlias(host)).isNull();
    }

    @Test
    void tooLongNamesGetNoAlias() {
        String longest = "a.".repeat(121) + "apps.test";
        assertThat(longest.length()).isLessThanOrEqualTo(HostNames.MAX_LENGTH);
        assertThat(alias.toAlias(longest)).isNull();
        assertThat(alias.toAlias("a".repeat(64) + ".apps.test")).isNull();
    }

    @Test
    void refusesWhatIsNoPairOfDomains() {
        assertThatThrownBy(() -> new Alias("apps.test", "apps.test")).hasMessageContaining("expected");
        assertThatThrownBy(() -> new Alias("", "dc2.apps.test")).hasMessageContaining("appDomain");
        assertThatThrownBy(() -> new Alias("apps.test", "dc2.apps.test.")).hasMessageContaining("aliasDomain");
    }
}
