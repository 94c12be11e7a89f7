package io.grouter.cli;

import io.grouter.cli.Session.Answer;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code grouter sites}. */
@Command(
        name = "sites",
        description = {
            "List all sites as this node sees them: health, free room, routes, and how old that knowledge is.",
            "The node's own site has a star. TABLE: whether the routes held are those the site has, or how many changes are missing.",
            "FWD, REDIR, RELAY, FAIL: requests per second at this node, forwarded, redirected, relayed there, and failed."
        })
final class SitesCommand implements Callable<Integer> {
    @Mixin
    private final AdminOptions admin;

    SitesCommand(Surroundings surroundings) {
        this.admin = new AdminOptions(surroundings);
    }

    @Override
    public Integer call() {
        return admin.run(session -> {
            Answer answer = session.get("/v1/sites");
            if (session.json()) {
                session.print(answer);
            } else {
                session.print(
                        SitesTable.COLUMNS, SitesTable.rows(answer.fields().objects("sites")), "no sites");
            }
            return ExitCodes.OK;
        });
    }
}
