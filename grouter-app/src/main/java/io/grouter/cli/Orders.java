package io.grouter.cli;

import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Parts of giving orders and taking them back. */
final class Orders {
    private Orders() {}

    /** Returns who orders: the name given, else the user. */
    static String who(@Nullable String given, Surroundings surroundings) throws CommandFailure {
        String who = given == null ? surroundings.user() : given;
        if (who.isBlank()) {
            throw new CommandFailure(ExitCodes.USAGE, "nobody knows who you are", "--who says it.");
        }
        return who;
    }

    /** Asks on the terminal. */
    static boolean confirmed(Session session) throws CommandFailure {
        session.out().flush();
        session.surroundings().err().print("Do it? [y/N] ");
        session.surroundings().err().flush();
        try {
            String answer = session.surroundings().terminal().readLine();
            String word = answer == null ? "" : answer.strip().toLowerCase(Locale.ROOT);
            return word.equals("y") || word.equals("yes");
        } catch (IOException e) {
            throw new CommandFailure(ExitCodes.NO, "no answer could be read: nothing was done", "");
        }
    }

    /** Takes an order back, or shows what that would do. Returns the exit code. */
    static int takeBack(Session session, Query query, boolean dryRun) throws CommandFailure, InterruptedException {
        Session.Answer answer = session.order("DELETE", dryRun ? query.with("dryRun", true) : query, null);
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
