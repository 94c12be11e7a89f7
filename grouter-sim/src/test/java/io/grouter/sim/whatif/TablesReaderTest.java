package io.grouter.sim.whatif;

import static io.grouter.sim.whatif.Examples.page;
import static io.grouter.sim.whatif.Examples.sites;
import static io.grouter.sim.whatif.Examples.tables;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grouter.app.ConfigException;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exported tables: pages, several nodes, and what is said about wrong ones. */
class TablesReaderTest {
    private static List<String> problems(String text) {
        return catchThrowableOfType(ConfigException.class, () -> TablesReader.parse("t.json", text))
                .problems();
    }

    @Test
    void documentsFollowOneAnother() throws ConfigException {
        Tables tables =
                tables(page("b.test dc1").replace("null", "\"b.test\""), page("c.test dc1 dc2"), sites("eu", "us"));
        assertThat(tables.routes()).extracting(each -> each.uri().toString()).containsExactly("b.test", "c.test");
        assertThat(tables.sites().keySet()).extracting(SiteId::name).containsExactly("dc1", "dc2");
        assertThat(tables.notes()).isEmpty();
    }

    @Test
    void ofTwoNodesASiteKnowsItselfBest() throws ConfigException {
        String other = page("a.test dc2 dc3").replace("FRESH", "LOCAL").replace("2,\"fresh", "5,\"fresh");
        for (Tables tables : List.of(tables(page("a.test dc2"), other), tables(other, page("a.test dc2")))) {
            KnownRoute route = Objects.requireNonNull(tables.find(RouteUri.ofKey("a.test")));
            assertThat(route.instances().get(0)).isEqualTo(5);
        }
    }

    @Test
    void whatIsNotWholeIsSaid() throws ConfigException {
        assertThat(tables(page("a.test dc1").replace("\"total\":1", "\"total\":7"), sites(""))
                        .notes())
                .containsExactly("The tables hold 1 of the 7 routes that the node had.");
        assertThat(tables(page("a.test dc1 dc2").replace("FRESH", "STALE"), sites("", ""), page("b.test"))
                        .notes())
                .contains("1 routes that no site had when the tables were exported are left out.");
        assertThat(tables(page("a.test dc1 dc2").replace("FRESH", "STALE")).notes())
                .contains("Site dc2 was STALE when the tables were exported.");
    }

    @Test
    void aHostUnderAWildcardIsNoOtherRoute() throws ConfigException {
        KnownRoute route = Objects.requireNonNull(
                tables(page("*.a.test dc1", "any.a.test dc1")).find(RouteUri.ofKey("*.a.test")));
        assertThat(route.host()).isEqualTo("any-1.a.test");
    }

    @Test
    void aMissingPageIsAnError() {
        assertThat(problems(page("b.test dc1").replace("null", "\"~1-x2\"")))
                .containsExactly("t.json: the page after \"~1-x2\" is missing"
                        + " (expected: all pages, ask again with after=~1-x2, or limit=all)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"routes\":[ | t.json:1:",
                "{} | t.json: document 1: has no list \"routes\" and no list \"sites\" (expected: an answer of /v1/routes",
                "{\"title\":\"Bad query\",\"detail\":\"limit\"} | t.json: document 1: the node answered with an error: Bad query: limit",
                "{\"routes\":[{}]} | t.json: document 1: routes[0].route: is missing (expected: text)",
                "{\"routes\":[{\"route\":\"a\"}]} | t.json: document 1: routes[0].sites: is missing (expected: a list)",
                "{\"routes\":[{\"route\":\"a\",\"sites\":[{\"site\":\"A\"}]}]} | t.json: document 1: routes[0].sites[0].site: site name: \"A\"",
                "{\"routes\":[{\"route\":\"a\",\"sites\":[{\"site\":\"a\"}]}]} | t.json: document 1: routes[0].sites[0].instances:",
                "{\"routes\":[]} | t.json: no routes (expected: answers of /v1/routes)",
                "{\"sites\":[{\"site\":\"a\",\"own\":true,\"info\":{}}]} | t.json: document 1: sites[0].info.health: is missing",
            })
    void whatIsWrongIsSaidWithItsPlace(String text, String begin) {
        assertThat(problems(text)).singleElement().asString().startsWith(begin);
    }

    @Test
    void whatNoSiteIsConfiguredWithIsAnError() {
        assertThat(problems(page("a.test dc1") + sites("EU")))
                .singleElement()
                .asString()
                .startsWith("t.json: document 2: sites[0].info.region: \"EU\" (expected:");
    }

    @Test
    void anEmptyFileIsAnError() {
        assertThat(problems("")).singleElement().asString().startsWith("t.json: is empty");
    }
}
