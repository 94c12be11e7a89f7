package io.grouter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
    private static final List<Column> COLUMNS = List.of(
            Column.text("NAME").shrinkingTo(6),
            Column.number("N"),
            Column.text("EXTRA").importance(1),
            Column.text("END"));

    private static List<Cell> row(String... texts) {
        return List.of(texts).stream().map(Cell::of).toList();
    }

    @Test
    void columnsAreAligned() {
        Table table = new Table(COLUMNS, 80, false);
        assertThat(table.lines(List.of(row("a", "1", "x", "e"), row("例え", "1000", "", ""))))
                .containsExactly("NAME     N  EXTRA  END", "a        1  x      e", "例え  1000");
    }

    @Test
    void aColumnShrinksBeforeOneIsLeftOut() {
        List<List<Cell>> rows = List.of(row("a-long-name-indeed", "1", "extra", "end"));
        assertThat(new Table(COLUMNS, 24, false).lines(rows))
                .containsExactly("NAME       N  EXTRA  END", "a-long-n…  1  extra  end");
        assertThat(new Table(COLUMNS, 20, false).lines(rows))
                .containsExactly("NAME          N  END", "a-long-name…  1  end");
        assertThat(new Table(COLUMNS, 9, false).lines(rows)).containsExactly("NAME    N", "a-lon…  1");
        assertThat(new Table(COLUMNS, 3, false).lines(rows)).containsExactly("NA…", "a-…");
    }

    @Test
    void laterRowsOnlyWidenColumnsAndTitlesComeOnce() {
        Table table = new Table(COLUMNS, 80, false);
        table.lines(List.of(row("a", "1", "x", "e")));
        assertThat(table.lines(List.of(row("longer", "1", "x", "e")))).containsExactly("longer  1  x      e");
        assertThat(table.lines(List.of(row("b", "1", "x", "e")))).containsExactly("b       1  x      e");
    }

    @Test
    void coloursDoNotCountAsWidth() {
        Table table = new Table(COLUMNS, 80, true).untitled();
        List<Cell> row = List.of(Cell.of("a", Ink.BAD), Cell.of("1"), Cell.of("x"), Cell.of("e"));
        assertThat(table.lines(List.of(row))).containsExactly("\u001b[31ma\u001b[0m     1  x      e");
    }
}
