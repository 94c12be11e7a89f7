package io.grouter.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code grouter unforce}. */
@Command(name = "unforce", description = "Take a forced route back at once.")
final class UnforceCommand implements Callable<Integer> {
    @Mixin
    private final AdminOptions admin;

    @Mixin
    private final TakeBackOptions order;

    @Parameters(paramLabel = "ROUTE", description = "host or host/path.")
    private String route = "";

    UnforceCommand(Surroundings surroundings) {
        this.admin = new AdminOptions(surroundings);
        this.order = new TakeBackOptions(surroundings);
    }

    @Override
    public Integer call() {
        return admin.run(session -> order.takeBack(session, "/v1/force", route));
    }
}
