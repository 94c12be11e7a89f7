package io.grouter.cli;

/** What a command's exit code means; the lists in {@code --help} and docs/cli.md say the same. */
final class ExitCodes {
    static final int OK = 0;
    static final int NO = 1;
    static final int USAGE = 2;
    static final int UNREACHABLE = 3;
    static final int NOT_ALLOWED = 4;
    static final int NODE_FAILED = 5;

    private ExitCodes() {}
}
