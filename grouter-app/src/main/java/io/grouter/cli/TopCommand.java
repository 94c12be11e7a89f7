package io.grouter.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code grouter top}. */
@Command(
        name = "top",
        description = {
            "Show sites, traffic, GoRouters, feed, orders and the latest changes live, over the whole terminal.",
            "Asks the node every second; q quits."
        })
final class TopCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private final AdminOptions admin;

    TopCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.admin = new AdminOptions(surroundings);
    }

    @Override
    public Integer call() {
        return admin.run(session -> {
            Terminal terminal = surroundings.terminal();
            if (!terminal.isInput() || !terminal.isOutput() || session.json()) {
                throw new CommandFailure(
                        ExitCodes.USAGE,
                        "top takes a whole terminal",
                        "./grouter sites shows the sites once, ./grouter watch prints what happens.");
            }
            TopData first = TopData.from(session);
            try (Terminal.Keys keys = terminal.keys();
                    LiveScreen screen = new LiveScreen(session, terminal, keys, first)) {
                screen.show();
            } catch (IOException e) {
                throw new CommandFailure(
                        ExitCodes.USAGE,
                        "no keys can be read: " + Failures.reason(e),
                        "./grouter sites shows the sites once.");
            }
            return ExitCodes.OK;
        });
    }
}
