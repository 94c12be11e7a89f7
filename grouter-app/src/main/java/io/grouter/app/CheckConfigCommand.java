package io.grouter.app;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code grouter check-config}: reads a configuration as {@code run} would, and says what is wrong with it. */
@Command(
        name = "check-config",
        description =
                "Check a configuration file completely, without starting anything. Exit code 2 if it has problems.",
        mixinStandardHelpOptions = true)
final class CheckConfigCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--reference", description = "Print every key with its default instead.")
    private boolean reference;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "The configuration file.")
    private @Nullable Path file;

    @Override
    public Integer call() {
        if (spec == null) {
            throw new IllegalStateException("not called by picocli");
        }
        PrintWriter out = spec.commandLine().getOut();
        if (reference) {
            out.print(ConfigLoader.referenceText());
            out.flush();
            return CommandLine.ExitCode.OK;
        }
        if (file == null) {
            throw new CommandLine.ParameterException(spec.commandLine(), "Missing required parameter: FILE");
        }
        try {
            Config config = ConfigLoader.load(file);
            out.println(file + ": ok, site " + config.site().name());
            return CommandLine.ExitCode.OK;
        } catch (ConfigException e) {
            return report(spec.commandLine().getErr(), e);
        }
    }

    /** Prints all problems and returns the exit code for them. */
    static int report(PrintWriter err, ConfigException e) {
        e.problems().forEach(err::println);
        err.println("grouter: " + e.problems().size() + (e.problems().size() == 1 ? " problem" : " problems")
                + " in the configuration; nothing was started");
        return CommandLine.ExitCode.USAGE;
    }
}
