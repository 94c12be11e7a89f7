package io.grouter.sim.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grouter.app.ConfigException;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Scenario files: what they may hold, what is said about wrong ones, and that all of it is documented. */
class ScenarioLoaderTest {
    private static final String GOOD = """
            name: a name
            duration: 10s
            steps:
              - {at: 1s, run: cut dc1 dc2}
            expect:
              - {that: converged, within: 5s}
            """;

    private static List<String> problems(String text) {
        return catchThrowableOfType(ConfigException.class, () -> ScenarioLoader.parse("a.yaml", text, false))
                .problems();
    }

    static List<Path> examples() throws IOException {
        return Docs.scenarios();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleCanBeRead(Path file) throws ConfigException, IOException {
        Scenario scenario = ScenarioLoader.load(file, false);
        assertThat(scenario.expect()).isNotEmpty();
        assertThat(scenario.duration()).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(30));
        assertThat(Docs.simulator()).contains("(scenarios/" + file.getFileName() + ")");
    }

    @Test
    void whatIsLeftOutHasDefaults() throws ConfigException {
        Scenario scenario = ScenarioLoader.parse("a.yaml", GOOD, false);
        assertThat(scenario.sites()).isEqualTo(3);
        assertThat(scenario.processes()).isFalse();
        assertThat(scenario.load().ask()).containsExactlyInAnyOrder(RequestClass.values());
        assertThat(scenario.expect().get(0).until()).isGreaterThan(Scenario.LONGEST);
    }

    @Test
    void theReferenceIsAScenario() throws ConfigException {
        assertThat(ScenarioLoader.parse("reference", ScenarioLoader.reference(), false)
                        .name())
                .isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(classes = {Scenario.class, LoadPlan.class, Step.class, Expectation.class})
    void everyKeyIsDocumented(Class<?> section) throws IOException {
        String docs = Docs.simulator();
        String prefix = section.equals(LoadPlan.class) ? "load." : section.equals(Step.class) ? "steps." : "";
        for (RecordComponent key : section.getRecordComponents()) {
            String name = key.getName().equals("that") ? "expect.that" : prefix + key.getName();
            assertThat(docs).as(name).contains("\n| `" + name + "` |");
        }
    }

    @Test
    void everyWordIsDocumented() throws IOException {
        String docs = Docs.simulator();
        for (RequestClass each : RequestClass.values()) {
            assertThat(docs).contains("\n| `" + each.word() + "` |");
        }
        for (Expectation.That each : Expectation.That.values()) {
            assertThat(docs).contains("\n| `" + each.word() + "` |");
        }
        for (Visit.Way each : Visit.Way.values()) {
            assertThat(docs).contains(each == Visit.Way.FAILED ? "" : "`" + each.word() + "`");
        }
        for (CommandParser.Form each : CommandParser.FORMS) {
            assertThat(docs).contains("`" + each.text() + "`");
        }
    }

    @Test
    void everyProblemIsReportedWithItsPlace() {
        assertThat(problems("""
                nam: a name
                duration: 10s
                sites: 30
                steps:
                  - {at: 1s, rum: cut dc1 dc2}
                expect:
                  - {that: convergd, within: 5s}
                """))
                .anySatisfy(each -> assertThat(each).startsWith("a.yaml:1:1: nam: unknown key (did you mean name?)"))
                .anySatisfy(each -> assertThat(each).isEqualTo("a.yaml:3:8: sites: is 30 (expected: 1 to 9)"))
                .anySatisfy(each ->
                        assertThat(each).isEqualTo("a.yaml:5:14: steps[0].rum: unknown key (did you mean run?)"))
                .anySatisfy(
                        each -> assertThat(each)
                                .startsWith(
                                        "a.yaml:7:12: expect[0].that: \"convergd\" is not allowed here (expected: no-failures,"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cut dc1 dc2 | cut dc1 dc9 | a.yaml:4:19: steps[0].run: no site \"dc9\" (there are dc1 to dc3)",
                "cut dc1 dc2 | freeze node dc1 1 | a.yaml:4:19: steps[0].run: a node of this process cannot be frozen",
                "at: 1s | at: 10s | a.yaml:4:10: steps[0].at: is after the end",
                "within: 5s | within: 11s | a.yaml:6:5: expect[0].from: ends after the end",
                "within: 5s | from: 1s | a.yaml:6:5: expect[0].within: is needed for converged",
                "within: 5s | 'within: 5s, of: [local]' | a.yaml:6:39: expect[0].of: has no meaning for converged",
                "that: converged | that: no-failures | a.yaml:6:33: expect[0].within: has no meaning for no-failures",
                "within: 5s | 'within: 5s, until: 0s' | a.yaml:6:42: expect[0].until: has no meaning",
            })
    void whatDoesNotFitIsReported(String part, String instead, String problem) {
        assertThat(problems(GOOD.replace(part, instead)))
                .anySatisfy(each -> assertThat(each).startsWith(problem));
    }

    @Test
    void nodesAsProcessesCanBeFrozen() throws ConfigException {
        String text = GOOD.replace("cut dc1 dc2", "freeze node dc1 1");
        assertThat(ScenarioLoader.parse("a.yaml", text, true).processes()).isTrue();
    }

    @Test
    void aScenarioThatExpectsNothingIsRefused() {
        assertThat(problems("name: a\nduration: 10s\nexpect: []\n"))
                .containsExactly("a.yaml:3:9: expect: has 0 items (expected: 1 to 200, so that the run can fail)");
    }

    @Test
    void aClassThatNobodyAsksForIsReported() {
        assertThat(problems("""
                name: a
                duration: 10s
                load: {ask: [local]}
                expect:
                  - {that: no-failures, of: [both]}
                """))
                .containsExactly("a.yaml:5:29: expect[0].of: nobody asks for both (expected: one of load.ask)");
    }
}
