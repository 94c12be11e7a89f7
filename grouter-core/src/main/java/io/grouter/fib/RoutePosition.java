package io.grouter.fib;

import io.grouter.route.RouteHash;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in the order in which a table is read page by page. It stays the same while routes come and go, and means
 * nothing to another process, whose order is another one.
 *
 * @param wildcards whether it is among the wildcards, which come after all others
 * @param from the lowest spread hash that has not been read yet, unsigned
 */
public record RoutePosition(boolean wildcards, long from) {
    /** Before the first route. */
    public static final RoutePosition START = new RoutePosition(false, 0);

    private static final Pattern FORM = Pattern.compile("~([0-9a-f]{8})-([xw])([0-9a-f]{16})");
    private static final String PROCESS =
            String.format(Locale.ROOT, "%08x", (int) (RouteHash.spread(RouteHash.POINT_A ^ RouteHash.POINT_B) >>> 32));

    /** Is thrown where a position is of another process. */
    public static final class OfAnotherProcess extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        private OfAnotherProcess(String text) {
            super("\"" + text + "\" is of another process of this node, whose table is in another order");
        }
    }

    /** Returns a short text that is another one in every process. */
    public static String process() {
        return PROCESS;
    }

    /** Returns whether a text looks like one that {@link #toString} made, in this process or another. */
    public static boolean is(String text) {
        return FORM.matcher(text).matches();
    }

    /**
     * Returns the position that a text stands for.
     *
     * @throws OfAnotherProcess when it was made in another process
     * @throws IllegalArgumentException when it is none
     */
    public static RoutePosition parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is no place in a table");
        }
        if (!parts.group(1).equals(PROCESS)) {
            throw new OfAnotherProcess(text);
        }
        return new RoutePosition(parts.group(2).equals("w"), Long.parseUnsignedLong(parts.group(3), 16));
    }

    /** Returns it as a short text that needs no escapes in a URL. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "~%s-%s%016x", PROCESS, wildcards ? "w" : "x", from);
    }
}
