package io.grouter.overrides;

/** Signals that an override is not taken because there are too many. */
public final class OverrideRefused extends Exception {
    private static final long serialVersionUID = 1L;

    OverrideRefused(String why) {
        super(why);
    }
}
