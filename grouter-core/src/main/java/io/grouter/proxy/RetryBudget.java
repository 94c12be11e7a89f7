package io.grouter.proxy;

import io.netty.util.concurrent.FastThreadLocal;

/**
 * How many requests may be tried again: a share of all requests, and a few per second besides, so that GoRouters in
 * trouble do not get several times the load. Counted per event loop.
 */
final class RetryBudget {
    private static final double MOST = 100;
    private static final double PER_SECOND = 10;

    private final double share;
    private final FastThreadLocal<Tokens> tokens = new FastThreadLocal<>() {
        @Override
        protected Tokens initialValue() {
            return new Tokens();
        }
    };

    private static final class Tokens {
        double left = MOST;
        boolean used;
        long lastNanos;
    }

    /** Makes it, for so many retries per hundred requests. */
    RetryBudget(int percent) {
        this.share = percent / 100.0;
    }

    /** A request came. */
    void earn() {
        Tokens here = tokens.get();
        if (here.left < MOST) {
            here.left += share;
        }
    }

    /** Takes one retry, if there is one. */
    boolean take(long nowNanos) {
        Tokens here = tokens.get();
        if (here.used) {
            here.left = Math.min(MOST, here.left + PER_SECOND * (nowNanos - here.lastNanos) / 1e9);
        }
        here.used = true;
        here.lastNanos = nowNanos;
        if (here.left < 1) {
            return false;
        }
        here.left--;
        return true;
    }
}
