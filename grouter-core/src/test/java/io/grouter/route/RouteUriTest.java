package io.grouter.route;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteUriTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "App.Example.COM, app.example.com, ''",
                "app.example.com/V1, app.example.com, /v1",
                "app.example.com/v1?x=1, app.example.com, /v1",
                "app.example.com/v1/, app.example.com, /v1",
                "app.example.com//, app.example.com, ''",
                "app.example.com///, app.example.com, /",
                "/app.example.com/v1, app.example.com, /v1",
                "app.example.com/%76, app.example.com, /%76",
                "*.example.com, *.example.com, ''",
                "'', '', ''",
            })
    void isNormalisedAsGoRouterDoes(String uri, String host, String path) {
        assertThat(RouteUri.parse(uri)).isEqualTo(new RouteUri(host, path));
    }
}
