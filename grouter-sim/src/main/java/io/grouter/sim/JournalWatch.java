package io.grouter.sim;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Prints what the first node of a site that is a process of its own writes into its journal, as for others. */
final class JournalWatch {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final long PAUSE_MILLIS = 300;

    private final SimSite site;
    private final EventPrinter events;
    private long last = -1;

    private JournalWatch(SimSite site, EventPrinter events) {
        this.site = site;
        this.events = events;
    }

    /** Begins to watch a site; ends with the process. */
    static void start(SimSite site, EventPrinter events) {
        JournalWatch watch = new JournalWatch(site, events);
        Threads.start("sim-journal-" + site.name(), watch::run);
    }

    private void run() {
        try {
            while (true) {
                look();
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        JsonNode changes;
        try {
            changes = JSON.readTree(site.api(1).ask("/v1/journal?limit=200").body())
                    .path("changes");
        } catch (IOException | RuntimeException e) {
            return; // it is away; what it says later is read later
        }
        if (changes.isEmpty()) {
            return;
        }
        long newest = changes.get(0).path("id").asLong();
        if (newest < last) {
            last = -1; // it has started again, with an empty journal
        }
        Map<String, List<String>> routes = new LinkedHashMap<>();
        for (int i = changes.size() - 1; i >= 0; i--) {
            JsonNode change = changes.get(i);
            if (change.path("id").asLong() > last) {
                tell(change, routes);
            }
        }
        last = newest;
        events.routes(site.name(), routes);
    }

    private void tell(JsonNode change, Map<String, List<String>> routes) {
        String what = change.path("what").asString("");
        String from = change.path("site").asString("");
        boolean own = from.equals(site.name());
        switch (what) {
            case "route-added" -> add(routes, own ? "registered" : "learnt from " + from, change);
            case "route-removed" -> add(routes, own ? "unregistered" : "withdrawn by " + from, change);
            case "route-changed", "site-converged", "site-diverged" -> {}
            case "site-changed" ->
                events.event(
                        site.name(),
                        "sees site " + from + " as " + text(change, "to") + " (was " + text(change, "from") + ")");
            case "feed-changed" ->
                events.event(
                        site.name(),
                        "NATS feed is " + text(change, "to") + " (was " + text(change, "from") + "): "
                                + text(change, "reason"));
            default -> events.event(site.name(), what + " " + from + ": " + text(change, "reason"));
        }
    }

    private static String text(JsonNode change, String key) {
        return change.path(key).asString("");
    }

    private static void add(Map<String, List<String>> routes, String what, JsonNode change) {
        routes.computeIfAbsent(what, key -> new ArrayList<>()).add(text(change, "route"));
    }
}
