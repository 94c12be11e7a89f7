package io.grouter.sim.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class SimulateCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String arguments) {
        return new CommandLine(new SimulateCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments.split(" "));
    }

    @Test
    void oneSeedIsToldStepByStep() {
        assertThat(run("--seed 7 --sites 3 --nodes 1")).isZero();
        assertThat(out.toString())
                .contains("Faults of seed 7:")
                .contains("all faults are over")
                .contains("all tables are equal")
                .contains("All held after");
    }

    @Test
    void whatBrokeCanBeRunAgainByThePrintedCommand() {
        assertThat(run("--first 1 --seeds 5 --sites 3 --nodes 1 --mutate PREFERS_OTHERS"))
                .isEqualTo(1);
        Matcher broken = Pattern.compile("BROKEN with seed [0-9]+: (.*)").matcher(out.toString());
        Matcher again = Pattern.compile("again with: \\./grouter simulate (.*)").matcher(out.toString());
        assertThat(broken.find() && again.find()).isTrue();
        String what = broken.group(1);
        String command = again.group(1);
        out.getBuffer().setLength(0);
        assertThat(run(command)).isEqualTo(1);
        assertThat(out.toString()).contains("BROKEN: " + what);
    }

    @Test
    void manySeedsAreSummedUp() {
        assertThat(run("--first 1 --seeds 4 --sites 2 --nodes 1 --threads 2")).isZero();
        assertThat(out.toString())
                .contains("4 worlds of 2 sites x 1 nodes from seed 1")
                .contains("All held.");
    }

    @Test
    void sizesAreMeasuredAndDrawn(@TempDir Path folder) throws IOException {
        Path first = folder.resolve("first.svg");
        assertThat(run("--scale 2x50,3x50 --svg " + first)).isZero();
        assertThat(out.toString().lines().toList())
                .hasSize(3)
                .element(1)
                .asString()
                .matches("2,50(,[0-9.]+){11}");
        Path csv = Files.writeString(folder.resolve("study.csv"), out.toString());
        Path second = folder.resolve("second.svg");
        assertThat(run("--csv " + csv + " --svg " + second)).isZero();
        assertThat(Files.readString(first)).startsWith("<svg").contains("50 routes a site");
        assertThat(Files.readString(second)).contains("<polyline");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--sites 1",
                "--nodes 0",
                "--apps 0",
                "--steps 1,2",
                "--scale 3",
                "--scale 3x5",
                "--scale 300x1000",
                "--csv no-such-file --svg x.svg"
            })
    void wrongUsageIsNamed(String arguments) {
        assertThat(run(arguments)).isEqualTo(2);
        assertThat(err.toString()).contains(arguments.split(" ")[0]);
    }
}
