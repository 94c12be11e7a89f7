package io.grouter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopScreenTest {
    private static final Instant NOW = Instant.parse("2026-11-23T03:00:30Z");

    private static TopData data() throws IOException {
        return new TopData(
                "http://127.0.0.1:8081",
                NOW.minusMillis(400),
                "",
                list("sites", "sites"),
                list("gorouters", "gorouters"),
                Json.object(Golden.answer("feed")).object("feed"),
                list("overrides", "overrides"),
                list("journal", "changes"));
    }

    private static List<Fields> list(String answer, String name) throws IOException {
        return Json.object(Golden.answer(answer)).objects(name);
    }

    private static List<String> draw(TopData data, int rows, int columns) {
        return TopScreen.lines(data, NOW, new Terminal.Size(rows, columns), false);
    }

    @ParameterizedTest
    @CsvSource({"24, 80", "40, 120", "12, 40"})
    void thePicture(int rows, int columns) throws IOException {
        List<String> lines = draw(data(), rows, columns);
        Golden.check("top." + rows + "x" + columns + ".txt", String.join("\n", lines) + "\n");
    }

    @Test
    void everySizeIsKept() throws IOException {
        TopData data = data();
        for (int rows = 1; rows < 60; rows++) {
            for (int columns = 40; columns < 200; columns += 13) {
                List<String> lines = draw(data, rows, columns);
                assertThat(lines).hasSize(rows);
                int most = columns;
                assertThat(lines)
                        .allSatisfy(line -> assertThat(Printable.width(line)).isLessThanOrEqualTo(most));
            }
        }
        assertThat(draw(data, 3, 1)).allMatch(line -> !line.contains("\n"));
    }

    @Test
    void whereSitesDoNotFitThoseWithSomethingWrongComeFirst() throws IOException {
        TopData data = data();
        List<Fields> sites = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            Map<String, @Nullable Object> site =
                    new LinkedHashMap<>(data.sites().get(1).values());
            site.put("site", "fine" + i);
            sites.add(new Fields(site));
        }
        sites.addAll(data.sites());
        TopData many =
                new TopData(data.node(), data.at(), "", sites, data.goRouters(), data.feed(), List.of(), List.of());
        List<String> lines = draw(many, 24, 100);
        assertThat(lines.get(5)).startsWith("dc1*");
        assertThat(lines.get(6)).startsWith("dc4").contains("gone");
        assertThat(lines.get(7)).startsWith("dc3").contains("suspect");
        assertThat(String.join("\n", lines)).contains("more sites");
    }

    @Test
    void oldNewsIsSaidToBeOld() throws IOException {
        TopData old = data().with("no node at http://127.0.0.1:8081: connection refused");
        List<String> lines = TopScreen.lines(old, NOW.plusSeconds(90), new Terminal.Size(24, 100), true);
        assertThat(lines.get(1)).startsWith("\u001b[31mas of 1m30s ago: no node at");
    }
}
