package io.grouter.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OperationsTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "/v1/routes, /v1/routes, ''",
                "/v1/routes, /v1/routes/, -",
                "/v1/routes/{route*}, /v1/routes/a.test/v1/x, a.test/v1/x",
                "/v1/routes/{route*}, /v1/routes/, -",
                "/v1/sites/{site}, /v1/sites/dc1, dc1",
                "/v1/sites/{site}, /v1/sites/dc1/forget, -",
                "/v1/sites/{site}/forget, /v1/sites/dc1/forget, dc1",
                "/v1/sites/{site}/forget, /v1/sites//forget, -",
                "/v1/sites/{site}/forget, /v1/sites/a/b/forget, -",
            })
    void aPathFitsOrNot(String pattern, String path, String argument) {
        Operation operation = Operation.get(pattern, List.of(), call -> AdminApi.Answer.json(200, ""));
        assertThat(operation.argument(path)).isEqualTo(argument);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /health, NONE",
        "HEAD, /ready, NONE",
        "GET, /metrics, READ",
        "GET, /v1/routes/a.test/forget, READ",
        "GET, /v1/sites/dc2, READ",
        "GET, /v1/drain, READ",
        "POST, /v1/drain, OPERATE",
        "DELETE, /v1/force, OPERATE",
        "PUT, /v1/loglevels, OPERATE",
        "POST, /v1/sites/dc2/forget, OPERATE",
        "POST, /v1/reload, OPERATE",
        "GET, /v1/threads, OPERATE",
        "GET, /v1/nothing, READ",
        "POST, /v1/nothing, OPERATE",
        "OPTIONS, /v1/drain, READ",
    })
    void eachOperationTakesARole(String method, String path, Role role) {
        try (ApiWorld world = new ApiWorld(1)) {
            assertThat(world.api.requiredRole(method, path)).isEqualTo(role);
        }
    }

    @Test
    void whateverIsWrittenTakesTheRoleForIt() {
        try (ApiWorld world = new ApiWorld(1)) {
            assertThat(world.api.operations().all())
                    .allMatch(each -> each.method().equals("GET") || each.role() == Role.OPERATE);
        }
    }
}
