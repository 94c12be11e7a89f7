package io.grouter.cli;

/** The end of a command that did not do what it was asked for: what was wrong, what to do next, and the exit code. */
final class CommandFailure extends Exception {
    private static final long serialVersionUID = 1;

    private final String advice;
    private final int exitCode;

    /**
     * Makes the failure.
     *
     * @param advice what to do next, a sentence, or {@code ""} when the message says it
     */
    CommandFailure(int exitCode, String message, String advice) {
        super(message);
        this.exitCode = exitCode;
        this.advice = advice;
    }

    String message() {
        return String.valueOf(getMessage());
    }

    String advice() {
        return advice;
    }

    int exitCode() {
        return exitCode;
    }
}
