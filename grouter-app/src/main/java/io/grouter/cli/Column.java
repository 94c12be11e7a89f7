package io.grouter.cli;

/**
 * A column of a table.
 *
 * @param least columns it can be shrunk to where room is short; 0 = it keeps its size
 * @param importance where room is short all the same, columns of the lowest, at most 9, are left out first, from the right
 */
record Column(String title, boolean right, int least, int importance) {
    static Column text(String title) {
        return new Column(title, false, 0, 9);
    }

    static Column number(String title) {
        return new Column(title, true, 0, 9);
    }

    Column shrinkingTo(int columns) {
        return new Column(title, right, columns, importance);
    }

    Column importance(int rank) {
        return new Column(title, right, least, rank);
    }
}
