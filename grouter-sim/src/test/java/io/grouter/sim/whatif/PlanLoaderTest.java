package io.grouter.sim.whatif;

import static io.grouter.sim.whatif.Examples.page;
import static io.grouter.sim.whatif.Examples.sites;
import static io.grouter.sim.whatif.Examples.tables;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grouter.app.ConfigException;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What-if files: what they may hold, what is said about wrong ones, and that all of it is documented. */
class PlanLoaderTest {
    private static final String GOOD = """
            name: a name
            traffic: {requestsPerSecond: 0.5, routes: [{host: a.test, requestsPerSecond: 2}]}
            sites: [{site: dc1, weight: 2, capacity: 5_000}]
            steps:
              - {at: "18:00", do: lose site dc2}
              - {at: "18:05:30", do: drain route a.test dc1}
            """;

    private static Tables known() throws ConfigException {
        return tables(page("a.test dc1"), sites("", ""));
    }

    private static List<String> problems(String text) {
        return catchThrowableOfType(ConfigException.class, () -> PlanLoader.parse("p.yaml", text, known()))
                .problems();
    }

    @Test
    void whatIsLeftOutHasDefaults() throws ConfigException {
        Plan plan = PlanLoader.parse("p.yaml", GOOD, known());
        assertThat(plan.traffic().redirectablePercent()).isEqualTo(50);
        assertThat(plan.sites().get(0).limit()).isEqualTo(5000);
        assertThat(plan.steering().secondChance()).isTrue();
        assertThat(plan.steps().get(0).what().kind()).isEqualTo(Order.Kind.LOSE_SITE);
    }

    @Test
    void theReferenceIsAPlan() throws ConfigException {
        assertThat(PlanLoader.parse("reference", PlanLoader.reference(), known())
                        .name())
                .isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "weight: 2 | wait: 2 | p.yaml:3:21: sites[0].wait: unknown key (",
                "lose site dc2 | lose site dc9 | p.yaml:5:23: steps[0].do: no site \"dc9\" (there are dc1, dc2)",
                "lose site dc2 | explode dc2 | p.yaml:5:23: steps[0].do: \"explode dc2\" (expected: lose site SITE, lose gor",
                "lose site dc2 | lose site DC | p.yaml:5:23: steps[0].do: site name: \"DC\" (expected:",
                "lose site dc2 | lose gorouters dc2 | p.yaml:5:23: steps[0].do: \"lose gorouters dc2\" (expected:",
                "route a.test dc1 | route b.test dc1 | p.yaml:6:26: steps[1].do: no route \"b.test\" (expected: one of the",
                "route a.test dc1 | route a.test dc2 | p.yaml:6:26: steps[1].do: site dc2 has no route \"a.test\" (it is in dc1)",
                "18:05:30 | 17:00 | p.yaml:6:10: steps[1].at: is before the step above",
                "18:05:30 | 25:00 | p.yaml:6:10: steps[1].at: \"25:00\" (expected: a time of day such as 18:00",
                "0.5 | -1 | p.yaml:2:30: traffic.requestsPerSecond: \"-1\" (expected: a number such as 250 or 0.5",
                "host: a.test | host: a_.*.test | p.yaml:2:51: traffic.routes[0].host: \"a_.*.test\" (expected:",
                "site: dc1, w | site: dc7, w | p.yaml:3:16: sites[0].site: no site \"dc7\" (there are dc1, dc2)",
                "weight: 2 | weight: -2 | p.yaml:3:29: sites[0].weight: -2 (expected: 0 to 1000000)",
                "5_000 | many | p.yaml:3:42: sites[0].capacity: \"many\" (expected: a number",
            })
    void whatIsWrongIsSaidWithItsPlace(String right, String wrong, String begin) {
        assertThat(GOOD).contains(right);
        assertThat(problems(GOOD.replace(right, wrong)))
                .singleElement()
                .asString()
                .startsWith(begin);
    }

    @Test
    void everyKeyAndFormIsDocumented() throws IOException {
        String docs = Examples.simulator();
        docs = docs.substring(docs.indexOf("## What-if"));
        for (RecordComponent key : Plan.class.getRecordComponents()) {
            assertThat(docs).contains("`" + key.getName());
        }
        for (Class<?> section : List.of(Traffic.class, RouteTraffic.class, SitePlan.class)) {
            for (RecordComponent key : section.getRecordComponents()) {
                assertThat(docs).as(section + " " + key.getName()).contains("." + key.getName() + "` |");
            }
        }
        for (String form : Order.FORMS) {
            assertThat(docs).contains("| `" + form + "` |");
        }
    }
}
