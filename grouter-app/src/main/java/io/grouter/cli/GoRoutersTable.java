package io.grouter.cli;

import java.util.List;

/** GoRouters as rows. */
final class GoRoutersTable {
    static final List<Column> COLUMNS = List.of(
            Column.text("GOROUTER").shrinkingTo(12),
            Column.text("HEALTH"),
            Column.number("IN FLIGHT"),
            Column.number("LIMIT"),
            Column.text("STATUS AT").shrinkingTo(12).importance(1));

    private GoRoutersTable() {}

    static List<List<Cell>> rows(List<Fields> goRouters) {
        return goRouters.stream().map(GoRoutersTable::row).toList();
    }

    private static List<Cell> row(Fields member) {
        Ink ink = switch (member.text("health")) {
            case "HEALTHY" -> Ink.GOOD;
            case "DOWN" -> Ink.BAD;
            default -> Ink.WARN;
        };
        return List.of(
                Cell.of(member.text("address")),
                Cell.of(SiteText.lower(member.text("health")), ink),
                Cell.of(Figures.count(member.count("inFlight"))),
                Cell.of(Figures.count(member.count("limit"))),
                Cell.of(member.text("status"), Ink.FAINT));
    }
}
