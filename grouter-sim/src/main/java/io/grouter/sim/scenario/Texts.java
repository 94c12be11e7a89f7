package io.grouter.sim.scenario;

import java.time.Duration;
import java.util.Locale;

/** Numbers as reports show them. */
final class Texts {
    private Texts() {}

    /** Returns seconds with as many digits as they need, three at most: {@code 2 s}, {@code 0.25 s}. */
    static String seconds(Duration duration) {
        String text = String.format(Locale.ROOT, "%.3f", duration.toMillis() / 1e3);
        return text.replaceAll("\\.?0+$", "") + " s";
    }

    /** Returns nanoseconds as seconds with two digits. */
    static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
    }

    /** Returns a number with a few digits, for axes. */
    static String number(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.1f", value);
    }
}
