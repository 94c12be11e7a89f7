package io.grouter.cli;

/** What stands in one place of a table: printable text, and its colour. */
record Cell(String text, Ink ink) {
    /** Makes a cell of any text. */
    static Cell of(String text) {
        return new Cell(Printable.of(text), Ink.PLAIN);
    }

    static Cell of(String text, Ink ink) {
        return new Cell(Printable.of(text), ink);
    }
}
