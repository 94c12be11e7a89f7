package io.grouter.sim.whatif;

import io.grouter.route.Key;
import java.util.regex.Pattern;

/**
 * Something that happens.
 *
 * @param at time of day, {@code HH:MM} or {@code HH:MM:SS}
 * @param order what happens, as {@link Order} reads it
 */
public record PlanStep(String at, @Key("do") String order) {
    private static final Pattern TIME = Pattern.compile("([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d)?");

    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public PlanStep {
        if (!TIME.matcher(at).matches()) {
            throw new IllegalArgumentException(
                    "at: \"" + at + "\" (expected: a time of day such as 18:00 or 18:00:30)");
        }
        try {
            Order.parse(order);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("do: " + e.getMessage(), e);
        }
    }

    /** Returns what happens. */
    public Order what() {
        return Order.parse(order);
    }
}
