package io.grouter.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Sites in words; what `sites` and `top` have in common. */
final class SiteText {
    private SiteText() {}

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /** Returns how far a site can be trusted now. */
    static Cell freshness(String freshness) {
        Ink ink = switch (freshness) {
            case "LOCAL", "FRESH" -> Ink.GOOD;
            case "SUSPECT" -> Ink.WARN;
            default -> Ink.BAD;
        };
        return Cell.of(freshness.equals("LOCAL") ? "here" : lower(freshness), ink);
    }

    /** Returns the worst that can be said of a site, or {@code ok}. */
    static Cell health(Fields site) {
        boolean draining = site.object("info").object("health").flag("draining");
        if (site.flag("own")) {
            if (draining) {
                return Cell.of("draining", Ink.WARN);
            }
            if (!site.flag("fit")) {
                return Cell.of("unfit", Ink.BAD);
            }
            return site.text("feed").equals("LIVE")
                    ? Cell.of("ok", Ink.GOOD)
                    : Cell.of("feed " + lower(site.text("feed")), Ink.WARN);
        }
        if (site.flag("conflict")) {
            return Cell.of("conflict", Ink.BAD);
        }
        if (!site.text("freshness").equals("FRESH")) {
            return freshness(site.text("freshness"));
        }
        if (draining) {
            return Cell.of("draining", Ink.WARN);
        }
        return site.flag("fit") ? Cell.of("ok", Ink.GOOD) : Cell.of("unfit", Ink.BAD);
    }

    /** Returns how far the table held is behind the site's own. */
    static Cell lag(Fields site) {
        if (site.flag("own")) {
            return Cell.of("-");
        }
        if (site.flag("converged")) {
            return Cell.of("equal");
        }
        long gap = site.count("sequenceGap");
        return Cell.of(gap > 0 ? "-" + Figures.count(gap) : "differs", Ink.WARN);
    }

    /** Returns the free share, in a colour from a tenth down. */
    static Cell headroom(Fields site) {
        Double headroom = site.number("headroom");
        Ink ink = headroom == null || headroom > 0.1 ? Ink.PLAIN : headroom > 0 ? Ink.WARN : Ink.BAD;
        return Cell.of(Figures.share(headroom), ink);
    }

    static String heard(Fields site) {
        return site.flag("own") ? "here" : Figures.age(site.number("heardSecondsAgo"));
    }

    /** Returns what else an operator should know. */
    static String notes(Fields site) {
        List<String> notes = new ArrayList<>();
        if (site.flag("own")) {
            if (!site.flag("complete")) {
                notes.add("table not complete");
            }
            if (site.count("guardedEndpoints") > 0) {
                notes.add("guard holds " + Figures.count(site.count("guardedEndpoints"), "endpoint"));
            }
            return String.join("; ", notes);
        }
        if (!site.flag("configured")) {
            notes.add("not configured");
        }
        if (site.flag("unheard")) {
            notes.add("nobody hears it");
        }
        if (site.has("heardThrough")) {
            notes.add("heard through " + site.text("heardThrough"));
        }
        if (site.count("heldWithdrawals") > 0) {
            notes.add("guard holds " + Figures.count(site.count("heldWithdrawals"), "withdrawal"));
        }
        return String.join("; ", notes);
    }

    /** Returns one figure of a site's traffic. */
    static Cell traffic(Fields site, String what) {
        Double rate = site.object("traffic").number(what);
        boolean bad = what.equals("failed") && rate != null && rate > 0;
        return Cell.of(Figures.rate(rate), bad ? Ink.BAD : Ink.PLAIN);
    }
}
