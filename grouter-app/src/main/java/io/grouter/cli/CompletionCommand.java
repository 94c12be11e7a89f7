package io.grouter.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code grouter completion}. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = {
            "Print a script that lets a shell complete commands and options.",
            "For this shell: source <(./grouter completion bash)"
        })
final class CompletionCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}")
    private @Nullable Shell shell;

    CompletionCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Shells the script is for; zsh reads bash's by way of bashcompinit, which the script loads itself. */
    enum Shell {
        bash,
        zsh
    }

    @Override
    public Integer call() {
        if (spec == null || shell == null) {
            throw new IllegalStateException("not called by picocli");
        }
        Output out = new Output(surroundings.out());
        try {
            out.print(AutoComplete.bash("grouter", spec.root().commandLine()));
            out.flush();
        } catch (Output.Closed e) {
            return ExitCodes.OK;
        }
        return ExitCodes.OK;
    }
}
