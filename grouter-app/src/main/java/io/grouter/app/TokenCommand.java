package io.grouter.app;

import io.grouter.admin.AdminTokenConfig;
import io.grouter.admin.Token;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code grouter token}: a new token for the admin API, with the line for the configuration. */
@Command(
        name = "token",
        description = {
            "Make a new token for the admin API, and print it with the lines for the nodes' configurations.",
            "The configuration holds a hash only: the token itself is shown this once.",
            "To take a token away, take its line away (POST /v1/reload makes nodes read it)."
        },
        mixinStandardHelpOptions = true)
final class TokenCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--name",
            required = true,
            paramLabel = "NAME",
            description = "Who will use it, for logs: a person or a program.")
    private @Nullable String name;

    @Option(
            names = "--role",
            required = true,
            paramLabel = "ROLE",
            description = "read = see everything, operate = change it, too.")
    private @Nullable String role;

    @Override
    public Integer call() {
        if (spec == null || name == null || role == null) {
            throw new IllegalStateException("not called by picocli");
        }
        Token token = Token.generate();
        AdminTokenConfig line;
        try {
            line = new AdminTokenConfig(name, role, token.hash());
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println("# for " + line.name() + " alone, and shown this once:");
        out.println("# " + token.text());
        out.println();
        out.println("# on each node that " + line.name() + " may ask:");
        out.println("admin:");
        out.println("  tokens:");
        out.println("    - {name: " + line.name() + ", role: " + line.role() + ", hash: \"" + line.hash() + "\"}");
        out.flush();
        return CommandLine.ExitCode.OK;
    }
}
