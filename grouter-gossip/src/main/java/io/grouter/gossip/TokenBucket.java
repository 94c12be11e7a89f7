package io.grouter.gossip;

/** So much per second, and not more than a second's worth at once. Not thread-safe; time is an argument. */
final class TokenBucket {
    private final double perSecond;
    private final double most;
    private double tokens;
    private boolean started;
    private long lastNanos;

    TokenBucket(double perSecond, double most) {
        this.perSecond = perSecond;
        this.most = most;
        this.tokens = most;
    }

    private void refill(long nowNanos) {
        if (started) {
            tokens = Math.min(most, tokens + perSecond * Math.max(0, nowNanos - lastNanos) / 1e9);
        }
        started = true;
        lastNanos = nowNanos;
    }

    /** Takes so much if it is there, or if the bucket is full: more than it holds goes once it is full. */
    boolean take(double amount, long nowNanos) {
        refill(nowNanos);
        if (tokens < Math.min(amount, most)) {
            return false;
        }
        tokens -= amount;
        return true;
    }

    /** Takes so much whether it is there or not; it has to come back first. */
    void spend(double amount, long nowNanos) {
        refill(nowNanos);
        tokens -= amount;
    }

    /** Returns how many nanoseconds it takes until so much can be taken; 0 = now. */
    long waitNanos(double amount, long nowNanos) {
        refill(nowNanos);
        double missing = Math.min(amount, most) - tokens;
        return missing <= 0 ? 0 : (long) Math.ceil(missing / perSecond * 1e9);
    }
}
