package io.grouter.cli;

import java.util.List;

/** Events as lines. For one thread. */
final class EventText {
    private static final int LONGEST_TIME = "2026-11-23 03:00:00Z".length();
    private static final int LONGEST_WHAT = "override-replaced".length();

    private final Session session;
    private final Table table;

    EventText(Session session) {
        this.session = session;
        this.table = session.table(ChangeText.COLUMNS).untitled(LONGEST_TIME, LONGEST_WHAT);
    }

    /** Prints one event: a line for people, or its JSON with type and id around it. */
    void print(String type, String id, String data) {
        if (session.json()) {
            String idText = id.isEmpty() ? "null" : Json.text(id);
            session.out().line("{\"event\":" + Json.text(type) + ",\"id\":" + idText + ",\"data\":" + data + "}");
            return;
        }
        Fields fields;
        try {
            fields = Json.object(data);
        } catch (IllegalArgumentException e) {
            session.surroundings().err().println("grouter: an event that is no JSON was left out");
            return;
        }
        session.out().lines(table.lines(List.of(row(type, fields))));
    }

    private List<Cell> row(String type, Fields fields) {
        return switch (type) {
            case "journal" -> ChangeText.row(fields);
            case "site" ->
                now("site", fields.text("site"), SiteText.health(fields).ink(), site(fields));
            case "stats" -> now("stats", fields.text("site"), Ink.PLAIN, stats(fields));
            case "lost" -> now("lost", "", Ink.BAD, lost(fields));
            default -> now(type, fields.text("site"), Ink.PLAIN, Json.text(fields.values()));
        };
    }

    private List<Cell> now(String what, String site, Ink ink, String details) {
        String time = Figures.time(session.surroundings().now().toString());
        return List.of(Cell.of(time, Ink.FAINT), Cell.of(what, ink), Cell.of(site), Cell.of(details));
    }

    private static String site(Fields site) {
        String notes = SiteText.notes(site);
        return SiteText.health(site).text() + ", " + Figures.count(site.count("routes"), "route")
                + (site.flag("own") ? "" : ", table " + SiteText.lag(site).text())
                + ", headroom " + Figures.share(site.number("headroom"))
                + (notes.isEmpty() ? "" : "; " + notes);
    }

    private static String stats(Fields stats) {
        return Figures.count(stats.count("routes"), "route") + ", requests/s: " + traffic(stats.object("traffic"));
    }

    /** Returns rates in words. */
    static String traffic(Fields traffic) {
        return "forwarded " + Figures.rate(traffic.number("forwarded"))
                + ", redirected " + Figures.rate(traffic.number("redirected"))
                + ", relayed " + Figures.rate(traffic.number("relayed"))
                + ", received " + Figures.rate(traffic.number("received"))
                + ", failed " + Figures.rate(traffic.number("failed"));
    }

    private static String lost(Fields lost) {
        return lost.has("missed")
                ? Figures.count(lost.count("missed"), "change") + " came and were forgotten meanwhile"
                : "the node was started again: nobody knows what was missed";
    }
}
