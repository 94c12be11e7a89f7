package io.grouter.sim.whatif;

import java.util.regex.Pattern;

/** Requests per second as they are written in files. */
final class Rates {
    /** Most requests per second of one key. */
    static final double MOST = 1e9;

    private static final Pattern NUMBER = Pattern.compile("\\d{1,10}(\\.\\d{1,6})?");

    private Rates() {}

    /** Returns the number; throws {@link IllegalArgumentException} that names the key when it is none. */
    static double parse(String key, String text) {
        String digits = text.replace("_", "");
        double value = NUMBER.matcher(digits).matches() ? Double.parseDouble(digits) : -1;
        if (value < 0 || value > MOST) {
            throw new IllegalArgumentException(
                    key + ": \"" + text + "\" (expected: a number such as 250 or 0.5, 0 to 1000000000)");
        }
        return value;
    }
}
