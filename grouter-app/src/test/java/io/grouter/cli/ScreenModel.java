package io.grouter.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a terminal shows after the escape sequences that {@code top} uses; any other is an error. */
final class ScreenModel {
    private final char[][] cells;
    private int row;
    private int column;
    boolean alternate;
    boolean cursorHidden;

    ScreenModel(int rows, int columns) {
        this.cells = new char[rows][columns];
        clear();
    }

    private void clear() {
        for (char[] line : cells) {
            Arrays.fill(line, ' ');
        }
    }

    /** Takes text as it was sent to the terminal; returns what is left of a sequence that is not complete. */
    String take(String text) {
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == '\u001b') {
                int end = i + 2;
                while (end < text.length() && !Character.isLetter(text.charAt(end))) {
                    end++;
                }
                if (end >= text.length()) {
                    return text.substring(i);
                }
                control(text.substring(i + 1, end + 1));
                i = end + 1;
            } else {
                plain(c);
                i++;
            }
        }
        return "";
    }

    private void plain(char c) {
        if (c == '\r') {
            column = 0;
        } else if (c == '\n') {
            row = Math.min(row + 1, cells.length - 1);
        } else if (c < ' ') {
            throw new IllegalStateException("control character " + (int) c);
        } else if (column < cells[row].length) {
            cells[row][column++] = c;
        }
    }

    private void control(String sequence) {
        switch (sequence) {
            case "[H" -> row = column = 0;
            case "[K" -> Arrays.fill(cells[row], Math.min(column, cells[row].length), cells[row].length, ' ');
            case "[J" -> {
                Arrays.fill(cells[row], Math.min(column, cells[row].length), cells[row].length, ' ');
                for (int below = row + 1; below < cells.length; below++) {
                    Arrays.fill(cells[below], ' ');
                }
            }
            case "[?1049h" -> {
                alternate = true;
                clear();
            }
            case "[?1049l" -> {
                alternate = false;
                clear();
                row = column = 0;
            }
            case "[?25l" -> cursorHidden = true;
            case "[?25h" -> cursorHidden = false;
            default -> {
                if (!sequence.matches("\\[[0-9;]*m")) {
                    throw new IllegalStateException("sequence " + sequence);
                }
            }
        }
    }

    /** Returns the lines, without spaces at their ends. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (char[] line : cells) {
            lines.add(new String(line).stripTrailing());
        }
        return lines;
    }

    String text() {
        return String.join("\n", lines());
    }
}
