package io.grouter.sim.whatif;

import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happens in one step.
 *
 * @param kind what it is
 * @param site the site it happens to; null = all
 * @param route the route it happens to; null = all
 */
public record Order(
        Kind kind, @Nullable SiteId site, @Nullable RouteUri route) {
    /** All forms, as they are written. */
    public static final List<String> FORMS = List.of(
            "lose site SITE",
            "lose gorouters of SITE",
            "drain site SITE",
            "drain route HOST SITE",
            "restore",
            "restore site SITE",
            "restore route HOST SITE");

    /** What happens. */
    public enum Kind {
        /** Nothing of the site answers any more. */
        LOSE_SITE,
        /** None of its GoRouters takes requests. */
        LOSE_GOROUTERS,
        /** An operator drains the site. */
        DRAIN_SITE,
        /** An operator drains a route in a site. */
        DRAIN_ROUTE,
        /** All is as in the tables. */
        RESTORE,
        /** A site is as in the tables, with all its routes. */
        RESTORE_SITE,
        /** A route is as in the tables in a site. */
        RESTORE_ROUTE
    }

    /** Reads one; throws {@link IllegalArgumentException} that says what is allowed. */
    public static Order parse(String text) {
        String[] words = text.strip().split("\\s+", -1);
        String verb = words[0] + (words.length > 1 ? " " + words[1] : "");
        return switch (verb) {
            case "lose site" -> ofSite(Kind.LOSE_SITE, words, 3, text);
            case "lose gorouters" -> ofSite(Kind.LOSE_GOROUTERS, words, 4, text);
            case "drain site" -> ofSite(Kind.DRAIN_SITE, words, 3, text);
            case "drain route" -> ofRoute(Kind.DRAIN_ROUTE, words, text);
            case "restore" -> new Order(Kind.RESTORE, null, null);
            case "restore site" -> ofSite(Kind.RESTORE_SITE, words, 3, text);
            case "restore route" -> ofRoute(Kind.RESTORE_ROUTE, words, text);
            default -> throw unknown(text);
        };
    }

    private static Order ofSite(Kind kind, String[] words, int count, String text) {
        if (words.length != count || (count == 4 && !words[2].equals("of"))) {
            throw unknown(text);
        }
        return new Order(kind, new SiteId(words[count - 1]), null);
    }

    private static Order ofRoute(Kind kind, String[] words, String text) {
        if (words.length != 4) {
            throw unknown(text);
        }
        return new Order(kind, new SiteId(words[3]), RouteUri.parse(words[2]));
    }

    private static IllegalArgumentException unknown(String text) {
        return new IllegalArgumentException("\"" + text + "\" (expected: " + String.join(", ", FORMS) + ")");
    }
}
