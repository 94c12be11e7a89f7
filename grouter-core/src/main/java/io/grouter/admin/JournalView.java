package io.grouter.admin;

import io.grouter.overrides.OperatorOverride;
import io.grouter.overrides.OverrideChange;
import io.grouter.rib.Journal;
import io.grouter.rib.RibEvent;
import io.grouter.route.RouteUri;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts changes into the words of the admin API. Safe for all threads. */
final class JournalView {
    /** What can have happened. */
    static final List<String> KINDS = List.of(
            "route-added",
            "route-changed",
            "route-removed",
            "site-changed",
            "site-converged",
            "site-diverged",
            "feed-changed",
            "guard-engaged",
            "guard-released",
            "alarm-raised",
            "alarm-ended",
            "sibling-stands-in",
            "sibling-gone",
            "restored",
            "override-added",
            "override-replaced",
            "override-removed",
            "override-expired");

    private final String ownSite;

    JournalView(String ownSite) {
        this.ownSite = ownSite;
    }

    /** Returns the route that an event is about, or null. */
    static @Nullable RouteUri uri(RibEvent event) {
        if (event instanceof RibEvent.RouteAdded added) {
            return added.uri();
        } else if (event instanceof RibEvent.RouteChanged changed) {
            return changed.uri();
        }
        if (event instanceof RibEvent.OverrideChanged changed) {
            return changed.change().override().route();
        }
        return event instanceof RibEvent.RouteRemoved removed ? removed.uri() : null;
    }

    Map<String, Object> describe(Journal.Entry entry) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("id", entry.id());
        body.put("time", Instant.ofEpochMilli(entry.timeMillis()).toString());
        RibEvent event = entry.event();
        if (event instanceof RibEvent.RouteAdded added) {
            route(body, "route-added", added.site().name(), added.uri());
            body.put("instances", added.instances());
            cause(body, added.cause().source(), added.cause().name());
        } else if (event instanceof RibEvent.RouteChanged changed) {
            route(body, "route-changed", changed.site().name(), changed.uri());
            body.put("from", changed.from());
            body.put("instances", changed.to());
            cause(body, changed.cause().source(), changed.cause().name());
        } else if (event instanceof RibEvent.RouteRemoved removed) {
            route(body, "route-removed", removed.site().name(), removed.uri());
            cause(body, removed.cause().source(), removed.cause().name());
        } else {
            source(body, event);
        }
        return body;
    }

    private void source(Map<String, Object> body, RibEvent event) {
        if (event instanceof RibEvent.SiteChanged changed) {
            state(
                    body,
                    "site-changed",
                    changed.site().name(),
                    changed.from().name(),
                    changed.to().name());
            cause(body, "gossip", "heartbeats");
        } else if (event instanceof RibEvent.FeedChanged changed) {
            state(
                    body,
                    "feed-changed",
                    ownSite,
                    changed.from().name(),
                    changed.to().name());
            cause(body, "nats", changed.why());
        } else if (event instanceof RibEvent.GuardChanged changed) {
            body.put("what", changed.holding() ? "guard-engaged" : "guard-released");
            boolean own = changed.site().name().equals(ownSite);
            body.put("site", changed.site().name());
            body.put(own ? "endpoints" : "routes", changed.count());
            cause(body, own ? "nats" : "gossip", changed.why());
        } else if (event instanceof RibEvent.SiteConverged changed) {
            body.put("what", changed.converged() ? "site-converged" : "site-diverged");
            body.put("site", changed.site().name());
            body.put("routes", changed.routes());
            body.put("announcedRoutes", changed.announced());
            cause(body, "gossip", "digest");
        } else if (event instanceof RibEvent.Alarm alarm) {
            body.put("what", alarm.raised() ? "alarm-raised" : "alarm-ended");
            body.put("site", alarm.site().name());
            cause(body, "gossip", alarm.what());
        } else if (event instanceof RibEvent.SiblingChanged changed) {
            body.put("what", changed.complete() ? "sibling-stands-in" : "sibling-gone");
            body.put("site", ownSite);
            body.put("routes", changed.routes());
            cause(body, "sibling", "own feed not live");
        } else if (event instanceof RibEvent.Restored restored) {
            body.put("what", "restored");
            body.put("site", ownSite);
            body.put("endpoints", restored.local());
            body.put("learned", restored.learned());
            cause(body, "state-file", "start");
        } else if (event instanceof RibEvent.OverrideChanged changed) {
            override(body, changed.change());
        }
    }

    private void override(Map<String, Object> body, OverrideChange change) {
        OperatorOverride order = change.override();
        body.put("what", "override-" + change.what().name().toLowerCase(Locale.ROOT));
        body.put("site", ownSite);
        body.putAll(OverrideView.of(order, "to"));
        if (!change.by().isEmpty()) {
            body.put("by", change.by());
        }
        String why = switch (change.what()) {
            case ADDED, REPLACED -> "ordered";
            case REMOVED -> "taken back";
            case EXPIRED -> "its time is over";
        };
        boolean over = change.what() == OverrideChange.What.EXPIRED;
        cause(body, over ? "clock" : change.here() ? "operator" : "sibling", why);
    }

    private static void route(Map<String, Object> body, String what, String site, RouteUri uri) {
        body.put("what", what);
        body.put("site", site);
        body.put("route", uri.toString());
    }

    private static void state(Map<String, Object> body, String what, String site, String from, String to) {
        body.put("what", what);
        body.put("site", site);
        body.put("from", from);
        body.put("to", to);
    }

    private static void cause(Map<String, Object> body, String source, String reason) {
        body.put("source", source);
        body.put("reason", reason.toLowerCase(Locale.ROOT));
    }
}
