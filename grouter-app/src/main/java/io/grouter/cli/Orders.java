package io.grouter.cli;

import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Who gives an order, and whether it is meant. */
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
}
