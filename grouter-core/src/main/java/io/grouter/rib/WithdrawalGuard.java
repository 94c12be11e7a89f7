package io.grouter.rib;

/**
 * Holds expiry back when it would take too much of the table at once: silence of one endpoint is news, silence of many
 * is a fault of those who report. Released when the endpoints are heard of again, after a set time, or by an operator.
 * Used by the rib thread only; time is an argument.
 */
final class WithdrawalGuard {
    private final GuardConfig config;
    private boolean holding;
    private boolean released;
    private long sinceNanos;
    private boolean counting;
    private long windowNanos;
    private long expired;
    private int held;

    WithdrawalGuard(GuardConfig config) {
        this.config = config;
    }

    /** What became of the guard. */
    enum Change {
        /** Nothing changed. */
        NONE,
        /** It holds from now on. */
        ENGAGED,
        /** Fewer would expire: they were heard of again, or less expired before. */
        RECOVERED,
        /** It has held for as long as it may. */
        TIMED_OUT
    }

    /**
     * Looks at what would expire now; afterwards {@link #holding()} says whether it may.
     *
     * @param overdue endpoints that would expire now
     * @param total endpoints in the table, those included
     */
    Change check(int overdue, int total, long nowNanos) {
        if (!counting || nowNanos - windowNanos >= config.window().toNanos()) {
            counting = true;
            windowNanos = nowNanos;
            expired = 0;
        }
        held = overdue;
        boolean tooMany = overdue > 0 && expired + overdue > allowed(total + expired);
        if (released) {
            released = tooMany;
            return Change.NONE;
        }
        if (holding && !tooMany) {
            holding = false;
            return Change.RECOVERED;
        }
        if (holding && nowNanos - sinceNanos >= config.hold().toNanos()) {
            release();
            return Change.TIMED_OUT;
        }
        if (!holding && tooMany) {
            holding = true;
            sinceNanos = nowNanos;
            return Change.ENGAGED;
        }
        return Change.NONE;
    }

    private double allowed(long total) {
        return Math.max(config.minimum(), config.percent() / 100.0 * total);
    }

    /** Notes how many endpoints expired. */
    void expired(int count) {
        expired += released ? 0 : count;
    }

    /** Lets what is held back expire at the next look; false when nothing is. */
    boolean release() {
        if (!holding) {
            return false;
        }
        holding = false;
        released = true;
        return true;
    }

    /** Returns whether expiry is held back. */
    boolean holding() {
        return holding;
    }

    /** Returns how many endpoints were over at the last look. */
    int overdue() {
        return held;
    }

    /** Returns how many endpoints are held that would otherwise expire; 0 when the guard does not hold. */
    int held() {
        return holding ? held : 0;
    }
}
