package io.grouter.cli;

import java.util.List;

/** What an order would do, in words and two tables. */
final class DryRunText {
    private static final List<Column> MOVES =
            List.of(Column.number("ROUTES"), Column.text("FROM"), Column.text("TO"), Column.text("HOW"));
    private static final List<Column> ROUTES = List.of(
            Column.text("ROUTE").shrinkingTo(16),
            Column.text("FROM"),
            Column.text("TO"),
            Column.text("HOW"),
            Column.text("REASON").importance(2),
            Column.text("NOTE").importance(3));

    private DryRunText() {}

    /** Prints it. */
    static void print(Session session, Fields dryRun) {
        Output out = session.out();
        out.line(OverrideText.what(dryRun.object("override")) + ": of "
                + Figures.count(dryRun.count("considered"), "route") + " " + Figures.count(dryRun.count("moved"))
                + " would go elsewhere than now, " + Figures.count(dryRun.count("stay")) + " as now");
        long without = dryRun.count("withoutSite");
        if (without > 0) {
            String text = Figures.count(without, "route") + " would have no fit and fresh site to go to";
            out.line(Ink.BAD.on(text, session.colours()));
        }
        if (!dryRun.objects("moves").isEmpty()) {
            out.line("");
            session.print(
                    MOVES,
                    dryRun.objects("moves").stream().map(DryRunText::move).toList(),
                    "");
        }
        List<Fields> routes = dryRun.objects("routes");
        if (!routes.isEmpty()) {
            out.line("");
            session.print(ROUTES, routes.stream().map(DryRunText::route).toList(), "");
            if (routes.size() < dryRun.count("moved") || routes.size() < without) {
                out.line("and more; these are the first " + routes.size());
            }
        }
        if (dryRun.has("refused")) {
            out.line("");
            out.line(
                    Ink.WARN.on("refused without --force: " + Printable.of(dryRun.text("refused")), session.colours()));
        }
    }

    private static List<Cell> move(Fields move) {
        return List.of(
                Cell.of(Figures.count(move.count("routes"))),
                Cell.of(site(move, "from")),
                Cell.of(site(move, "to")),
                Cell.of(move.text("how")));
    }

    private static List<Cell> route(Fields route) {
        return List.of(
                Cell.of(route.text("route")),
                Cell.of(site(route, "from")),
                Cell.of(site(route, "to")),
                Cell.of(route.text("how")),
                Cell.of(route.text("reason")),
                Cell.of(route.flag("withoutSite") ? "no site" : "", Ink.BAD));
    }

    private static String site(Fields fields, String name) {
        return fields.has(name) ? fields.text(name) : "nowhere";
    }
}
