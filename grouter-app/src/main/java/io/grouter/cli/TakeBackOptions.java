package io.grouter.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What taking an order back takes. */
final class TakeBackOptions {
    private final Surroundings surroundings;

    @Option(names = "--who", paramLabel = "NAME", description = "Who takes it back (default: your user name).")
    private @Nullable String who;

    @Option(
            names = {"-n", "--dry-run"},
            description = "Only show what that would do.")
    private boolean dryRun;

    TakeBackOptions(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Takes the order for a route, or for null the site's, back, or shows what that would do. Returns the exit code. */
    int takeBack(Session session, String path, @Nullable String route) throws CommandFailure, InterruptedException {
        Query query = new Query(path).with("route", route).with("who", Orders.who(who, surroundings));
        Session.Answer answer = session.order("DELETE", query.with("dryRun", dryRun ? true : null), null);
        if (session.json()) {
            session.print(answer);
        } else if (dryRun) {
            session.out().line("to take back:");
            DryRunText.print(session, answer.fields());
        } else {
            session.out()
                    .line("taken back: " + OverrideText.sentence(answer.fields().object("removed")));
        }
        return ExitCodes.OK;
    }
}
