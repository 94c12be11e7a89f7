package io.grouter.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What all orders have in common, and the way one is given: what it would do, the question, the order. */
final class OrderOptions {
    private final Surroundings surroundings;

    @Option(names = "--why", required = true, paramLabel = "TEXT", description = "The reason; everybody sees it.")
    private String why = "";

    @Option(names = "--who", paramLabel = "NAME", description = "Who orders it (default: your user name).")
    private @Nullable String who;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            description = "How long, such as 30m, 2h or 1d (default: 1h, a site 8h).")
    private @Nullable String time;

    @Option(names = "--force", description = "Whatever speaks against it.")
    private boolean force;

    @Option(
            names = {"-n", "--dry-run"},
            description = "Only show what it would do.")
    private boolean dryRun;

    @Option(
            names = {"-y", "--yes"},
            description = "Do it without asking.")
    private boolean yes;

    OrderOptions(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Gives an order about what the target says. Returns the exit code. */
    int give(Session session, String path, Map<String, String> target) throws CommandFailure, InterruptedException {
        Map<String, Object> body = new LinkedHashMap<>(target);
        body.put("who", Orders.who(who, surroundings));
        body.put("why", why);
        if (time != null) {
            body.put("for", time);
        }
        if (force) {
            body.put("force", true);
        }
        if (!yes && !dryRun && (session.json() || !surroundings.terminal().isInput())) {
            throw new CommandFailure(
                    ExitCodes.USAGE,
                    "nobody to ask whether to do it: nothing was done",
                    "--dry-run shows what it would do, --yes does it.");
        }
        if (!yes || dryRun) {
            Session.Answer answer = session.order("POST", new Query(path).with("dryRun", true), body);
            if (session.json()) {
                session.print(answer);
            } else {
                DryRunText.print(session, answer.fields());
            }
            boolean refused = answer.fields().has("refused") && !force;
            if (dryRun || refused) {
                return refused ? ExitCodes.NO : ExitCodes.OK;
            }
            if (!Orders.confirmed(session)) {
                throw new CommandFailure(ExitCodes.NO, "nothing was done", "");
            }
        }
        Session.Answer answer = session.order("POST", path, body);
        if (session.json()) {
            session.print(answer);
        } else {
            session.out()
                    .line("in effect: " + OverrideText.sentence(answer.fields().object("override")));
        }
        return ExitCodes.OK;
    }
}
