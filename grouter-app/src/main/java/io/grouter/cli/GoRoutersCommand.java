package io.grouter.cli;

import io.grouter.cli.Session.Answer;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code grouter gorouters}. */
@Command(name = "gorouters", description = "List this site's GoRouters as this node sees them.")
final class GoRoutersCommand implements Callable<Integer> {
    @Mixin
    private final AdminOptions admin;

    GoRoutersCommand(Surroundings surroundings) {
        this.admin = new AdminOptions(surroundings);
    }

    @Override
    public Integer call() {
        return admin.run(session -> {
            Answer answer = session.get("/v1/gorouters");
            if (session.json()) {
                session.print(answer);
            } else {
                session.print(
                        GoRoutersTable.COLUMNS,
                        GoRoutersTable.rows(answer.fields().objects("gorouters")),
                        "no GoRouters");
            }
            return ExitCodes.OK;
        });
    }
}
