package io.grouter.cli;

import java.util.List;

/** Sites as rows: how well each is, how old what is known of it is, and what goes there now. */
final class SitesTable {
    static final List<Column> COLUMNS = List.of(
            Column.text("SITE"),
            Column.text("HEALTH"),
            Column.number("ROOM"),
            Column.number("ROUTES"),
            Column.text("TABLE"),
            Column.number("HEARD"),
            Column.number("RTT").importance(3),
            Column.number("FWD").importance(7),
            Column.number("REDIR").importance(7),
            Column.number("RELAY").importance(7),
            Column.number("FAIL").importance(8),
            Column.number("NODES").importance(2),
            Column.text("VERSION").importance(1),
            Column.text("NOTES").shrinkingTo(6).importance(8));

    private SitesTable() {}

    /** Returns the rows; the own site has a star. */
    static List<List<Cell>> rows(List<Fields> sites) {
        return sites.stream().map(SitesTable::row).toList();
    }

    private static List<Cell> row(Fields site) {
        return List.of(
                Cell.of(site.text("site") + (site.flag("own") ? "*" : ""), Ink.BOLD),
                SiteText.health(site),
                SiteText.headroom(site),
                Cell.of(Figures.count(site.count("routes"))),
                SiteText.lag(site),
                Cell.of(SiteText.heard(site)),
                Cell.of(Figures.millis(site.number("rttMillis"))),
                SiteText.traffic(site, "forwarded"),
                SiteText.traffic(site, "redirected"),
                SiteText.traffic(site, "relayed"),
                SiteText.traffic(site, "failed"),
                Cell.of(site.has("nodes") ? site.text("nodes") : "-"),
                Cell.of(site.has("version") ? site.text("version") : "-"),
                Cell.of(SiteText.notes(site), Ink.WARN));
    }
}
