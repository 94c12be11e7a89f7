package io.grouter.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class SimSiteCommandTest {
    private final SimSiteCommand.AppConverter converter = new SimSiteCommand.AppConverter();

    @Test
    void anAppIsARouteAndACount() {
        Deployment app = converter.convert("shop.apps.localhost=3");
        assertThat(app.name()).isEqualTo("shop");
        assertThat(app.uri()).isEqualTo("shop.apps.localhost");
        assertThat(app.instances()).isEqualTo(3);
    }

    @Test
    void routesMayHaveAWildcardOrAPath() {
        assertThat(converter.convert("*.tenants.apps.localhost").name()).isEqualTo("tenants");
        assertThat(converter.convert("hello.apps.localhost/v2").name()).isEqualTo("hello-v2");
        assertThat(converter.convert("hello.apps.localhost/v2").instances()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "=2", "Shop.apps.localhost", "shop.apps.localhost=", "shop.apps.localhost=101", "a b=1"})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> converter.convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("shop.apps.localhost=3");
    }
}
