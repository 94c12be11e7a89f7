package io.grouter.cli;

import java.util.ArrayList;
import java.util.List;

/** Changes of the journal as rows: when, what, whose, and the rest in words. */
final class ChangeText {
    static final List<Column> COLUMNS = List.of(
            Column.text("TIME"),
            Column.text("WHAT"),
            Column.text("SITE"),
            Column.text("DETAILS").shrinkingTo(8));

    private ChangeText() {}

    static List<Cell> row(Fields change) {
        String what = change.text("what");
        return List.of(
                Cell.of(Figures.time(change.text("time")), Ink.FAINT),
                Cell.of(what, ink(what, change)),
                Cell.of(change.text("site")),
                Cell.of(details(change)));
    }

    private static Ink ink(String what, Fields change) {
        return switch (what) {
            case "alarm-raised", "guard-engaged", "site-diverged" -> Ink.BAD;
            case "feed-changed", "site-changed" ->
                List.of("LIVE", "FRESH").contains(change.text("to")) ? Ink.GOOD : Ink.BAD;
            case "override-added", "override-replaced", "sibling-stands-in" -> Ink.WARN;
            default -> Ink.PLAIN;
        };
    }

    /** Returns everything but time, kind and site; not yet made printable. */
    static String details(Fields change) {
        List<String> words = new ArrayList<>();
        add(words, change.text("kind"));
        add(words, change.text("route"));
        String from = change.text("from");
        String to = change.text("to");
        if (change.has("instances")) {
            words.add((from.isEmpty() ? "" : from + " -> ") + Figures.count(change.count("instances"), "instance"));
        } else if (!from.isEmpty()) {
            words.add(from + " -> " + to);
        } else if (!to.isEmpty()) {
            words.add("to " + to);
        }
        if (change.has("endpoints")) {
            words.add(Figures.count(change.count("endpoints"), "endpoint"));
        }
        if (change.has("routes")) {
            words.add(Figures.count(change.count("routes"), "route")
                    + (change.has("announcedRoutes") ? " of " + Figures.count(change.count("announcedRoutes")) : ""));
        }
        if (change.has("learned")) {
            words.add(Figures.count(change.count("learned")) + " learned");
        }
        if (change.has("who")) {
            words.add("by " + change.text("who") + ": " + change.text("why"));
        }
        if (change.has("until")) {
            words.add("until " + Figures.time(change.text("until")));
        }
        String by = change.has("by") && !change.text("by").equals(change.text("who")) ? " by " + change.text("by") : "";
        words.add("(" + change.text("source") + ": " + change.text("reason") + by + ")");
        return String.join(" ", words);
    }

    private static void add(List<String> words, String word) {
        if (!word.isEmpty()) {
            words.add(word);
        }
    }
}
