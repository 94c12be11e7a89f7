package io.grouter.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The picture of {@code top}: a function of data, time and size. */
final class TopScreen {
    private static final List<Column> OVERRIDES =
            List.of(Column.text("ORDERED").shrinkingTo(20), Column.number("LEFT"), Column.number("STILL ARRIVE/S"));
    private static final int LEAST_CHANGES = 3;

    private final TopData data;
    private final Instant now;
    private final Terminal.Size size;
    private final boolean colours;
    private final List<String> lines = new ArrayList<>();

    private TopScreen(TopData data, Instant now, Terminal.Size size, boolean colours) {
        this.data = data;
        this.now = now;
        this.size = size;
        this.colours = colours;
    }

    /** Returns the lines from the top, at most as many and as wide as the screen. */
    static List<String> lines(TopData data, Instant now, Terminal.Size size, boolean colours) {
        TopScreen screen = new TopScreen(data, now, size, colours);
        screen.draw();
        return List.copyOf(screen.lines.subList(0, Math.min(screen.lines.size(), size.rows())));
    }

    private void draw() {
        heading();
        int room = size.rows() - lines.size() - 1;
        // What is left when each part has its title and the empty line before it: half for the sites, a quarter each.
        int forSites = Math.max(1, room / 2 - 2);
        int forOthers = Math.max(1, room / 4 - 2);
        table(SitesTable.COLUMNS, SitesTable.rows(worstFirst(forSites)), forSites, "sites");
        table(GoRoutersTable.COLUMNS, GoRoutersTable.rows(data.goRouters()), forOthers, "GoRouters");
        if (!data.overrides().isEmpty()) {
            table(OVERRIDES, data.overrides().stream().map(this::override).toList(), forOthers, "orders");
        }
        int left = size.rows() - lines.size() - 3;
        if (left >= Math.min(LEAST_CHANGES, data.changes().size())
                && !data.changes().isEmpty()) {
            List<Fields> latest =
                    data.changes().subList(0, Math.min(left, data.changes().size()));
            table(ChangeText.COLUMNS, latest.stream().map(ChangeText::row).toList(), left, "changes");
        }
        while (lines.size() < size.rows() - 1) {
            lines.add("");
        }
        line("q quits", Ink.FAINT);
    }

    private void heading() {
        String own = data.sites().stream()
                .filter(each -> each.flag("own"))
                .map(each -> each.text("site"))
                .findFirst()
                .orElse("");
        String left = "grouter top: " + Printable.of(own) + " at " + Printable.of(data.node());
        String right = Figures.time(now.toString());
        int gap = size.columns() - Printable.width(left) - right.length();
        line(gap < 1 ? left : left + " ".repeat(gap) + right, Ink.BOLD);
        if (!data.trouble().isEmpty()) {
            double age = Duration.between(data.at(), now).toMillis() / 1000.0;
            line("as of " + Figures.age(age) + " ago: " + Printable.of(data.trouble()), Ink.BAD);
        }
        Cell feed = FeedCommand.state(data.feed());
        String complete = data.feed().flag("complete") ? "complete" : "not complete";
        line(
                "feed " + feed.text() + ", table " + complete + ", "
                        + Figures.count(data.feed().count("routes"), "route") + " here, "
                        + Figures.count(data.feed().count("endpoints"), "endpoint"),
                feed.ink() == Ink.GOOD ? Ink.PLAIN : feed.ink());
        line("requests/s: " + EventText.traffic(traffic()), Ink.PLAIN);
    }

    /** Returns the sums over all sites. */
    private Fields traffic() {
        Map<String, @Nullable Object> sums = new HashMap<>();
        for (Fields site : data.sites()) {
            site.object("traffic").values().forEach((what, rate) -> {
                if (rate instanceof Number number) {
                    double before = sums.get(what) instanceof Number sum ? sum.doubleValue() : 0;
                    sums.put(what, before + number.doubleValue());
                }
            });
        }
        return new Fields(sums);
    }

    /** Returns the sites as they come while there is room, else those with something wrong before the others. */
    private List<Fields> worstFirst(int room) {
        if (data.sites().size() <= room) {
            return data.sites();
        }
        List<Fields> sorted = new ArrayList<>(data.sites());
        sorted.sort((a, b) -> Integer.compare(rank(a), rank(b)));
        return sorted;
    }

    private static int rank(Fields site) {
        return site.flag("own")
                ? 0
                : SiteText.health(site).ink() == Ink.BAD
                        ? 1
                        : SiteText.health(site).ink() == Ink.WARN || !site.flag("converged") ? 2 : 3;
    }

    private List<Cell> override(Fields override) {
        return List.of(
                new Cell(OverrideText.what(override), Ink.WARN),
                Cell.of(Figures.until(override.text("until"), now)),
                Cell.of(Figures.rate(override.object("arrivals").number("last10s"))));
    }

    private void table(List<Column> columns, List<List<Cell>> rows, int most, String things) {
        boolean all = rows.size() <= most;
        List<List<Cell>> shown = all ? rows : rows.subList(0, Math.max(0, most - 1));
        lines.add("");
        lines.addAll(new Table(columns, size.columns(), colours).lines(shown));
        if (!all) {
            line("and " + (rows.size() - shown.size()) + " more " + things, Ink.FAINT);
        }
    }

    private void line(String text, Ink ink) {
        lines.add(ink.on(Printable.fit(text, size.columns()), colours));
    }
}
