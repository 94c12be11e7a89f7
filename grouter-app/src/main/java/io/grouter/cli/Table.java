package io.grouter.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rows under aligned columns that fit the width. Rows come in batches, so that a long table is printed while it arrives; a
 * later batch may widen columns. For one thread.
 */
final class Table {
    private static final String GAP = "  ";

    private final List<Column> columns;
    private final int[] natural;
    private final int width;
    private final boolean colours;
    private boolean begun;

    /** Makes an empty table at most {@code width} columns wide, at least 1. */
    Table(List<Column> columns, int width, boolean colours) {
        this.columns = columns;
        this.width = width;
        this.colours = colours;
        this.natural = columns.stream().mapToInt(each -> each.title().length()).toArray();
    }

    /** Leaves the titles out; for rows that come one by one, columns begin with these widths. */
    Table untitled(int... widths) {
        for (int i = 0; i < widths.length; i++) {
            natural[i] = Math.max(natural[i], widths[i]);
        }
        begun = true;
        return this;
    }

    /** Returns the lines for these rows, each with a cell for every column; the first time with the titles before them. */
    List<String> lines(List<List<Cell>> rows) {
        for (List<Cell> row : rows) {
            for (int i = 0; i < natural.length; i++) {
                natural[i] = Math.max(natural[i], Printable.width(row.get(i).text()));
            }
        }
        int[] widths = fitted();
        List<String> lines = new ArrayList<>(rows.size() + 1);
        if (!begun) {
            lines.add(line(
                    columns.stream()
                            .map(each -> new Cell(each.title(), Ink.FAINT))
                            .toList(),
                    widths));
            begun = true;
        }
        rows.forEach(row -> lines.add(line(row, widths)));
        return lines;
    }

    /** Returns the widths that fit; 0 for a column that is left out. */
    private int[] fitted() {
        int[] widths = natural.clone();
        while (total(widths) > width) {
            int widest = -1;
            for (int i = 0; i < widths.length; i++) {
                int least = columns.get(i).least();
                if (least > 0 && widths[i] > least && (widest < 0 || widths[i] > widths[widest])) {
                    widest = i;
                }
            }
            if (widest >= 0) {
                widths[widest]--;
                continue;
            }
            int dropped = leastImportant(widths);
            if (Arrays.stream(widths).filter(each -> each > 0).count() == 1) {
                widths[dropped] = width;
                break;
            }
            int[] again = natural.clone();
            for (int i = 0; i < widths.length; i++) {
                again[i] = widths[i] == 0 || i == dropped ? 0 : natural[i];
            }
            widths = again;
        }
        return widths;
    }

    /** Returns the last one of the least important columns that are still shown. */
    private int leastImportant(int[] widths) {
        int found = 0;
        for (int i = 0; i < widths.length; i++) {
            boolean less = columns.get(i).importance() <= columns.get(found).importance();
            if (widths[i] > 0 && (less || widths[found] == 0)) {
                found = i;
            }
        }
        return found;
    }

    private static int total(int[] widths) {
        int shown = (int) Arrays.stream(widths).filter(each -> each > 0).count();
        return Arrays.stream(widths).sum() + (shown - 1) * GAP.length();
    }

    private String line(List<Cell> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        int owed = 0;
        for (int i = 0; i < widths.length; i++) {
            if (widths[i] == 0) {
                continue;
            }
            Cell cell = row.get(i);
            String text = Printable.fit(cell.text(), widths[i]);
            int room = widths[i] - Printable.width(text);
            boolean right = columns.get(i).right() || text.isEmpty();
            owed += right ? room : 0;
            if (!text.isEmpty()) {
                line.append(" ".repeat(owed)).append(cell.ink().on(text, colours));
                owed = 0;
            }
            owed += (right ? 0 : room) + GAP.length();
        }
        return line.toString();
    }
}
