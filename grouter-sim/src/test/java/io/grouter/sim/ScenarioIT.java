package io.grouter.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Scenarios as users run them: examples of the documentation hold, and what does not hold shows. */
@Timeout(120)
class ScenarioIT {
    private static final String BASE_PORT = "23000";

    @TempDir
    private Path folder;

    private final StringWriter said = new StringWriter();

    private int run(Path scenario, Path report) {
        CommandLine command = new CommandLine(new SimCommand())
                .setOut(new PrintWriter(said, true))
                .setErr(new PrintWriter(said, true));
        int code = command.execute(
                "--scenario", scenario.toString(), "--base-port", BASE_PORT, "--report", report.toString());
        System.out.println(said);
        return code;
    }

    private Path report() {
        return folder.resolve("report.html");
    }

    @ParameterizedTest
    @ValueSource(strings = {"drain", "register-storm"})
    void examplesHold(String name) throws IOException {
        Path file = Path.of("").toAbsolutePath().resolveSibling("docs/scenarios/" + name + ".yaml");
        assertThat(run(file, report())).as(said.toString()).isZero();
        assertThat(Files.readString(report())).contains("\u2713 held").endsWith("</html>\n");
    }

    @Test
    void whatDoesNotHoldMakesTheRunFail() throws IOException {
        Path file = Files.writeString(folder.resolve("wrong.yaml"), """
                name: Expected in vain
                duration: 3s
                sites: 2
                nodes: 1
                goRouters: 1
                load: {ask: [local, both], pause: 50ms}
                steps:
                  - {at: 500ms, run: stop gorouter dc1 1}
                expect:
                  - {that: no-failures, of: [local], sites: [dc2]}
                  - {that: no-failures, of: [local], sites: [dc1]}
                  - {that: answered-by, of: [both], sites: [dc1], by: [dc1]}
                  - {that: converged, within: 400ms}
                  - {that: answer, host: nobody.apps.localhost, status: 200, within: 1s}
                """);
        assertThat(run(file, report())).isEqualTo(1);
        assertThat(said.toString())
                .contains("ok   no-failures of local at dc2")
                .contains("FAIL no-failures of local at dc1")
                .contains("x local app at dc1: 50")
                .contains("FAIL answered-by of both at dc1 by dc1")
                .contains("ok   converged")
                .contains("FAIL answer 200 for nobody.apps.localhost within 1 s")
                .contains("3 of 6 expectations did not hold.");
        assertThat(Files.readString(report())).contains("\u2717 not held");
    }

    @Test
    void aWrongFileStartsNothing() throws IOException {
        Path file = Files.writeString(folder.resolve("wrong.yaml"), "name: x\nduration: 3s\nexpct: []\n");
        assertThat(run(file, report())).isEqualTo(2);
        assertThat(said.toString()).contains("wrong.yaml:3:1: expct: unknown key (did you mean expect?)");
        assertThat(report()).doesNotExist();
    }
}
