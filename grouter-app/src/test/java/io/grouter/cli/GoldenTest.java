package io.grouter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each command prints, at two widths, and as JSON. */
class GoldenTest {
    private final Desk desk = new Desk();

    private void answers() throws IOException {
        desk.node
                .on("GET /v1/sites", "sites")
                .on("GET /v1/nodes", "nodes")
                .on("GET /v1/gorouters", "gorouters")
                .on("GET /v1/feed", "feed")
                .on("GET /v1/routes", "routes")
                .on("GET /v1/routes?limit=1000&after=c1", "routes-c1")
                .on("GET /v1/routes/hello.apps.example.com", "route")
                .on("GET /v1/journal", "journal")
                .on("GET /v1/explain", "explain")
                .on("GET /v1/explain?name=hello.apps.example.com", "explain-dns")
                .on("GET /v1/overrides", "overrides")
                .on("GET /v1/config", "config")
                .on("GET /v1/loglevels", "loglevels")
                .on("POST /v1/drain?dryRun=true", "dry-run")
                .on("DELETE /v1/drain", "removed");
    }

    @ParameterizedTest
    @CsvSource({
        "sites, sites",
        "nodes, nodes",
        "gorouters, gorouters",
        "feed, feed",
        "routes, routes",
        "route, route hello.apps.example.com",
        "journal, journal",
        "explain, explain shop.apps.example.com/cart",
        "explain-dns, explain --dns hello.apps.example.com",
        "overrides, overrides",
        "override-list, override list",
        "config, config",
        "log-level, log-level",
        "drain-dry-run, drain --why works --dry-run",
        "undrain, undrain hello.apps.example.com",
    })
    void tables(String name, String arguments) throws IOException {
        answers();
        for (int width : new int[] {80, 120}) {
            desk.environment.put("COLUMNS", String.valueOf(width));
            desk.out.getBuffer().setLength(0);
            assertThat(desk.run(arguments.split(" "))).as(desk.err.toString()).isZero();
            String text = desk.out.toString();
            assertThat(text.lines()).noneMatch(line -> line.endsWith(" "));
            assertThat(text.chars()).noneMatch(c -> c != '\n' && (c < ' ' || c == 0x7f || c == 0x202e || c == 0x2066));
            Golden.check(name + "." + width + ".txt", text);
        }
        assertThat(desk.err.toString()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "sites, sites",
        "nodes, nodes",
        "gorouters, gorouters",
        "feed, feed",
        "route, route hello.apps.example.com",
        "journal, journal",
        "explain, explain shop.apps.example.com/cart",
        "explain-dns, explain --dns hello.apps.example.com",
        "overrides, overrides",
        "config, config",
        "loglevels, log-level",
        "dry-run, drain --why works --dry-run",
        "removed, undrain",
    })
    void jsonIsWhatTheNodeSaid(String answer, String arguments) throws IOException {
        answers();
        assertThat(desk.run((arguments + " --output json").split(" "))).isZero();
        assertThat(desk.out.toString()).isEqualTo(Golden.answer(answer));
    }

    @Test
    void pagesAreJoinedToOneJsonObjectWithALineForEach() throws IOException {
        answers();
        assertThat(desk.run("routes", "-o", "json")).isZero();
        String text = desk.out.toString();
        Golden.check("routes.json", text);
        Fields joined = Json.object(text);
        List<Fields> first = Json.object(Golden.answer("routes")).objects("routes");
        List<Fields> second = Json.object(Golden.answer("routes-c1")).objects("routes");
        assertThat(joined.objects("routes")).hasSize(6).containsAll(first).containsAll(second);
        assertThat(joined.values()).containsEntry("next", null).containsKey("total");
        assertThat(text.lines()).hasSize(8);
    }

    @Test
    void terminalsGetColoursUnlessToldNot() throws IOException {
        answers();
        desk.terminal = true;
        assertThat(desk.run("sites")).isZero();
        assertThat(desk.out.toString()).contains("\u001b[32mok\u001b[0m", "\u001b[31mgone\u001b[0m");
        String colourful = desk.out.toString().replaceAll("\u001b\\[[0-9;]*m", "");
        for (String variable : new String[] {"NO_COLOR=1", "TERM=dumb"}) {
            desk.environment.put(variable.split("=")[0], variable.split("=")[1]);
            desk.out.getBuffer().setLength(0);
            assertThat(desk.run("sites")).isZero();
            assertThat(desk.out.toString()).isEqualTo(colourful);
            desk.environment.clear();
        }
    }

    @Test
    void withoutATerminalNothingIsCut() throws IOException {
        answers();
        assertThat(desk.run("routes")).isZero();
        assertThat(desk.out.toString()).contains("does-not-fit-into-any-terminal-at-all  local");
    }
}
