package io.grouter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class CommandsTest {
    @Command(name = "grouter")
    private static final class Root {}

    private static Set<String> names() {
        CommandLine all = new CommandLine(new Root());
        Commands.addTo(all, new Desk());
        return all.getSubcommands().keySet();
    }

    @Test
    void everyCommandIsDocumentedAndStartedFast() throws IOException {
        String docs = Files.readString(Path.of("..", "docs", "cli.md"));
        String launcher = Files.readString(Path.of("..", "grouter"));
        assertThat(names()).isNotEmpty().allSatisfy(name -> {
            assertThat(docs).contains("`" + name);
            assertThat(launcher).containsPattern("[ |]" + name + "[ )]");
        });
    }

    @Test
    void aCommandCanBeHadAlone() {
        assertThat(Commands.alone("sites").orElseThrow().getUsageMessage()).contains("Usage: grouter sites ");
        assertThat(Commands.alone("override").orElseThrow().getSubcommands())
                .containsOnlyKeys("list", "force", "unforce");
        assertThat(Commands.alone("run")).isEmpty();
        assertThat(Commands.alone("completion")).isEmpty();
    }
}
