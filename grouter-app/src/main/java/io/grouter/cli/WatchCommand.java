package io.grouter.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code grouter watch}. */
@Command(
        name = "watch",
        description = {
            "Print what happens, as it happens, one line each, until Ctrl-C. A stream that breaks off is opened again where it",
            "ended. With --output json each line is an object with event, id and data."
        })
final class WatchCommand implements Callable<Integer> {
    @Mixin
    private final AdminOptions admin;

    @Option(
            names = "--types",
            paramLabel = "TYPES",
            description = "Of journal, site and stats, with commas between (default: journal,site).")
    private String types = "journal,site";

    WatchCommand(Surroundings surroundings) {
        this.admin = new AdminOptions(surroundings);
    }

    @Override
    public Integer call() {
        return admin.run(session -> {
            EventText text = new EventText(session);
            Query query = new Query("/v1/events").with("types", types);
            new EventFollower(session, query.toString()).follow(new EventFollower.Listener() {
                @Override
                public void opened() {
                    session.remark("watching " + session.target() + "; Ctrl-C ends it");
                }

                @Override
                public void event(String type, String id, String data) {
                    text.print(type, id, data);
                }
            });
            return ExitCodes.OK;
        });
    }
}
