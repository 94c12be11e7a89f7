package io.grouter.proxy;

import io.netty.util.concurrent.FastThreadLocal;

/**
 * How many requests may be tried again: a share of all requests, and a few per second besides, so that GoRouters in
 * trouble do not get several times the load. Counted per event loop.
 */
final class RetryBudget {
    /** What one retry costs; a request brings as much as the percentage says. */
    private static final int RETRY = 100;

    private static final int MOST = 100 * RETRY;
    /** Ten retries a second. */
    private static final long NANOS_EACH = 1_000_000_000 / (10 * RETRY);

    private final int share;
    private final FastThreadLocal<Tokens> tokens = new FastThreadLocal<>() {
        @Override
        protected Tokens initialValue() {
            return new Tokens();
        }
    };

    private static final class Tokens {
        long left = MOST;
        boolean used;
        long lastNanos;
    }

    /** Makes it, for so many retries per hundred requests. */
    RetryBudget(int percent) {
        this.share = percent;
    }

    /** A request came. */
    void earn() {
        Tokens here = tokens.get();
        here.left = Math.min(MOST, here.left + share);
    }

    /** Takes one retry, if there is one. */
    boolean take(long nowNanos) {
        Tokens here = tokens.get();
        if (!here.used) {
            here.used = true;
            here.lastNanos = nowNanos;
        }
        long earned = (nowNanos - here.lastNanos) / NANOS_EACH;
        here.left = Math.min(MOST, here.left + earned);
        here.lastNanos += earned * NANOS_EACH; // what is left of the time counts next time
        if (here.left < RETRY) {
            return false;
        }
        here.left -= RETRY;
        return true;
    }
}
