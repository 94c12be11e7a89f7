package io.grouter.sim.whatif;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The example of the documentation, from its files to the text of its answer. */
class ExampleTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(Path scenario, WhatIf.Output output) {
        Path folder = Examples.docs().resolve("what-if");
        return WhatIf.run(
                List.of(folder.resolve("routes.json"), folder.resolve("sites.json")),
                scenario,
                output,
                new PrintWriter(out),
                new PrintWriter(err));
    }

    private static Path example() {
        return Examples.docs().resolve("what-if").resolve("lose-a-site.yaml");
    }

    @Test
    void theAnswerIsTheOneInTheFile() throws IOException {
        assertThat(run(example(), WhatIf.Output.TEXT)).isZero();
        assertThat(out).hasToString(Files.readString(Examples.docs().resolve("what-if/lose-a-site.txt")));
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void jsonHoldsEverything() {
        assertThat(run(example(), WhatIf.Output.JSON)).isZero();
        JsonNode answer = JsonMapper.builder().build().readTree(out.toString());
        assertThat(answer.path("moments").size()).isEqualTo(4);
        JsonNode lost = answer.path("moments").path(2);
        assertThat(lost.path("do").asString()).isEqualTo("lose site dc2");
        assertThat(lost.path("routesWithoutSite").size()).isEqualTo(3);
        assertThat(lost.path("sites").path(2).path("over").asBoolean()).isTrue();
        assertThat(lost.path("failed").path("no site left").asDouble()).isEqualTo(300);
    }

    @Test
    void csvHasTheSameNumberOfFieldsInEveryLine() {
        assertThat(run(example(), WhatIf.Output.CSV)).isZero();
        assertThat(out.toString().lines())
                .hasSizeGreaterThan(15)
                .allSatisfy(line -> assertThat(line.split(",", -1)).hasSize(15))
                .contains("2,18:00,lose site dc2,route-without-site,billing.apps.example.com,,,,,,,,,,");
    }

    @Test
    void aWrongFileIsExitCodeTwo(@TempDir Path folder) throws IOException {
        Path wrong = folder.resolve("wrong.yaml");
        Files.writeString(wrong, "name: x\nsteps: [{at: \"18:00\", do: lose site dc9}]\n");
        assertThat(run(wrong, WhatIf.Output.TEXT)).isEqualTo(2);
        assertThat(err.toString()).contains("wrong.yaml:2:27: steps[0].do: no site \"dc9\" (there are dc1, dc2, dc3)");
        assertThat(run(folder.resolve("none.yaml"), WhatIf.Output.TEXT)).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
    }
}
