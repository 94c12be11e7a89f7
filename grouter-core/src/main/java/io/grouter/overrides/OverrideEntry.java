package io.grouter.overrides;

import io.grouter.route.RouteUri;
import java.time.Duration;

/**
 * The last word on one route, or on the whole site: an order, or that it was taken back. What nodes of a site tell each
 * other. Of two entries with the same key the {@link #newerThan newer} one counts, on every node, whatever came first.
 *
 * @param version one higher than any that the node which said it had seen; at least 1
 * @param node process that said it; two processes never have one number
 * @param order what was ordered
 * @param removed whether it was taken back
 * @param by who took it back, or {@code ""} when nobody said so
 */
public record OverrideEntry(long version, long node, OperatorOverride order, boolean removed, String by) {
    /** Most characters of {@code who} and {@code why}. */
    public static final int MOST_TEXT = 200;

    /** Longest time an override may last. */
    public static final Duration LONGEST = Duration.ofDays(30);

    /** Highest version there may be. */
    static final long MOST_VERSION = 1L << 62;

    /** Checks all there is to check; throws {@link IllegalArgumentException} that names the key. */
    public OverrideEntry {
        if (version < 1 || version > MOST_VERSION) {
            throw new IllegalArgumentException("version: " + version + " (expected: 1 to " + MOST_VERSION + ")");
        }
        check(order);
        checkText("by", by, 0);
    }

    /** Checks an order that is to become an entry; throws {@link IllegalArgumentException} that names the key. */
    public static void check(OperatorOverride order) {
        checkKind(order);
        checkText("who", order.who(), 1);
        checkText("why", order.why(), 1);
        long millis = order.untilMillis() - order.sinceMillis();
        if (order.sinceMillis() < 0 || millis <= 0 || millis > LONGEST.toMillis()) {
            throw new IllegalArgumentException("for: " + Duration.ofMillis(millis) + " (expected: more than nothing, "
                    + "at most " + LONGEST.toDays() + "d)");
        }
    }

    private static void checkKind(OperatorOverride order) {
        RouteUri route = order.route();
        boolean ofSite = order.kind() == OperatorOverride.Kind.DRAIN_SITE;
        boolean force = order.kind() == OperatorOverride.Kind.FORCE_ROUTE;
        if (ofSite != (route == null) || force != (order.to() != null)) {
            throw new IllegalArgumentException("kind: " + order.kind() + " of route " + route + " to " + order.to()
                    + " (expected: a route but for the site, a site but for drains)");
        }
        if (route != null) {
            String name = route.toString();
            if (name.isEmpty() || !route.wellFormed() || !plain(name)) {
                throw new IllegalArgumentException("route: \"" + name + "\" (expected: host or host/path)");
            }
        }
    }

    private static void checkText(String key, String text, int least) {
        if (text.length() > MOST_TEXT || text.strip().length() < least || !plain(text)) {
            String what = text.length() > MOST_TEXT ? text.length() + " characters" : "\"" + shown(text) + "\"";
            throw new IllegalArgumentException(key + ": " + what + " (expected: " + least + " to " + MOST_TEXT
                    + " characters, none of them a control character)");
        }
    }

    /** Returns whether a text can be written into a line of a log, and as UTF-8, and is still the same. */
    private static boolean plain(String text) {
        return text.codePoints().noneMatch(OverrideEntry::special);
    }

    private static boolean special(int letter) {
        int type = Character.getType(letter);
        return type == Character.CONTROL
                || type == Character.SURROGATE
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }

    private static String shown(String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints().forEach(letter -> shown.appendCodePoint(special(letter) ? '?' : letter));
        return shown.toString();
    }

    /** Returns what it is about: the route's name, or {@code ""} for the whole site. */
    String key() {
        return key(order);
    }

    static String key(OperatorOverride order) {
        RouteUri route = order.route();
        return route == null ? "" : route.toString();
    }

    boolean newerThan(OverrideEntry other) {
        return version != other.version ? version > other.version : Long.compareUnsigned(node, other.node) > 0;
    }

    /** Returns whether it is an order that has neither been taken back nor come to its end. */
    boolean inEffect(long nowMillis) {
        return !removed && nowMillis < order.untilMillis();
    }

    /** Returns a 64-bit hash that is the same on every node; version and node stand for all of the content. */
    long digest() {
        long hash = 0xCBF29CE484222325L;
        String key = key();
        for (int i = 0; i < key.length(); i++) {
            hash = (hash ^ key.charAt(i)) * 0x100000001B3L;
        }
        return mix(hash + mix(version + mix(node)));
    }

    private static long mix(long value) {
        long mixed = value + 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
