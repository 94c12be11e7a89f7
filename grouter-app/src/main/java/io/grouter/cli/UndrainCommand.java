package io.grouter.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code grouter undrain}. */
@Command(name = "undrain", description = "Take the drain of a route, or without ROUTE that of the site, back at once.")
final class UndrainCommand implements Callable<Integer> {
    @Mixin
    private final AdminOptions admin;

    @Mixin
    private final TakeBackOptions order;

    @Parameters(arity = "0..1", paramLabel = "ROUTE", description = "host or host/path; without it the whole site.")
    private @Nullable String route;

    UndrainCommand(Surroundings surroundings) {
        this.admin = new AdminOptions(surroundings);
        this.order = new TakeBackOptions(surroundings);
    }

    @Override
    public Integer call() {
        return admin.run(session -> order.takeBack(session, "/v1/drain", route));
    }
}
