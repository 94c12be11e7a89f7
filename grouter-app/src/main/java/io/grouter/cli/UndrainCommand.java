package io.grouter.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code grouter undrain}. */
@Command(name = "undrain", description = "Take the drain of a route, or without ROUTE that of the site, back at once.")
final class UndrainCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private final AdminOptions admin;

    @Parameters(arity = "0..1", paramLabel = "ROUTE", description = "host or host/path; without it the whole site.")
    private @Nullable String route;

    @Option(names = "--who", paramLabel = "NAME", description = "Who takes it back (default: your user name).")
    private @Nullable String who;

    @Option(
            names = {"-n", "--dry-run"},
            description = "Only show what that would do.")
    private boolean dryRun;

    UndrainCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.admin = new AdminOptions(surroundings);
    }

    @Override
    public Integer call() {
        return admin.run(session -> Orders.takeBack(
                session,
                new Query("/v1/drain").with("route", route).with("who", Orders.who(who, surroundings)),
                dryRun));
    }
}
