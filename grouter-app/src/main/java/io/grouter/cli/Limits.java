package io.grouter.cli;

import org.jspecify.annotations.Nullable;

/** Checks of {@code --limit}. */
final class Limits {
    private Limits() {}

    /** Returns the limit, or the default where none was given. */
    static long atLeastOne(@Nullable Long limit, long otherwise) throws CommandFailure {
        if (limit != null && limit < 1) {
            throw new CommandFailure(ExitCodes.USAGE, "--limit: " + limit + " (expected: at least 1)", "");
        }
        return limit == null ? otherwise : limit;
    }
}
