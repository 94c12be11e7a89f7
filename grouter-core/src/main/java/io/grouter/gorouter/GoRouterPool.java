package io.grouter.gorouter;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The GoRouters of this site. Picks the usable one with the fewest requests under way, taking turns among equals; when
 * none is usable it picks from all of them, because a probe may be wrong and an attempt costs little (fail open). Safe
 * for all threads, without locks.
 */
public final class GoRouterPool {
    private static final Logger log = LoggerFactory.getLogger(GoRouterPool.class);

    private final GoRouter[] members;
    private final long failurePauseNanos;
    private final LongSupplier clock;
    private final AtomicInteger turn = new AtomicInteger();
    private final Counter failures;

    /**
     * Makes the pool.
     *
     * @param clock monotonic nanoseconds
     */
    public GoRouterPool(GoRouterConfig config, LongSupplier clock, PrometheusRegistry metrics) {
        this.clock = clock;
        this.failurePauseNanos = config.failurePause().toNanos();
        List<GoRouter> made = new ArrayList<>();
        for (GoRouterConfig.Member member : config.members()) {
            made.add(new GoRouter(made.size(), member));
        }
        this.members = made.toArray(new GoRouter[0]);
        this.failures = Counter.builder()
                .name("grouter_gorouter_connect_failures_total")
                .help("Connections that a GoRouter refused or did not answer in time")
                .labelNames("gorouter")
                .register(metrics);
        GaugeWithCallback.builder()
                .name("grouter_gorouter_health")
                .help("1 for the state each GoRouter is in")
                .labelNames("gorouter", "state")
                .callback(gauge -> {
                    for (GoRouter member : members) {
                        for (GoRouter.Health state : GoRouter.Health.values()) {
                            gauge.call(member.health() == state ? 1 : 0, member.name(), state.name());
                        }
                    }
                })
                .register(metrics);
        GaugeWithCallback.builder()
                .name("grouter_gorouter_in_flight")
                .help("Requests on their way through each GoRouter")
                .labelNames("gorouter")
                .callback(gauge -> {
                    for (GoRouter member : members) {
                        gauge.call(member.inFlight(), member.name());
                    }
                })
                .register(metrics);
    }

    /** Returns all GoRouters, in the order of the configuration. */
    public List<GoRouter> members() {
        return List.of(members);
    }

    /** Returns the number of GoRouters that can be given requests now. */
    public int healthy() {
        long now = clock.getAsLong();
        int count = 0;
        for (GoRouter member : members) {
            count += member.usable(now) ? 1 : 0;
        }
        return count;
    }

    /**
     * Returns the GoRouter to try next, or null when all were tried.
     *
     * @param tried indexes of those that were tried for this request; null = none yet
     */
    public @Nullable GoRouter pick(@Nullable BitSet tried) {
        long now = clock.getAsLong();
        GoRouter best = null;
        boolean bestUsable = false;
        int start = (turn.getAndIncrement() & Integer.MAX_VALUE) % members.length;
        for (int i = 0; i < members.length; i++) {
            GoRouter member = members[(start + i) % members.length];
            if (tried != null && tried.get(member.index())) {
                continue;
            }
            boolean usable = member.usable(now);
            boolean better = best == null
                    || (usable && !bestUsable)
                    || (usable == bestUsable && member.inFlight() < best.inFlight());
            if (better) {
                best = member;
                bestUsable = usable;
            }
        }
        return best;
    }

    /** Records that a connection could not be made: the GoRouter is passed over for a while. */
    public void connectFailed(GoRouter member, String why) {
        failures.labelValues(member.name()).inc();
        if (member.usable(clock.getAsLong())) {
            log.warn("GoRouter {} refused a connection: {}", member.name(), why);
        }
        member.pause(clock.getAsLong() + failurePauseNanos);
    }

    /** Records the answer of a probe. */
    void probed(GoRouter member, GoRouter.Health health) {
        GoRouter.Health before = member.health();
        member.health(health);
        if (before != health) {
            log.info("GoRouter {} is {} (was {})", member.name(), health, before);
        }
    }
}
