package io.grouter.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code grouter drain}. */
@Command(
        name = "drain",
        description = {
            "Send a route's requests, or without ROUTE all of this site's, to other sites for a while.",
            "Shows first what that would do, and asks."
        })
final class DrainCommand implements Callable<Integer> {
    @Mixin
    private final AdminOptions admin;

    @Mixin
    private final OrderOptions order;

    @Parameters(arity = "0..1", paramLabel = "ROUTE", description = "host or host/path; without it the whole site.")
    private @Nullable String route;

    DrainCommand(Surroundings surroundings) {
        this.admin = new AdminOptions(surroundings);
        this.order = new OrderOptions(surroundings);
    }

    @Override
    public Integer call() {
        return admin.run(
                session -> order.give(session, "/v1/drain", route == null ? Map.of() : Map.of("route", route)));
    }
}
