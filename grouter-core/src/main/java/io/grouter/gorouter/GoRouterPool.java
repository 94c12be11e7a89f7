package io.grouter.gorouter;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The GoRouters of this site. Of two usable ones picked at random the one with fewer requests under way is used; when
 * none is usable, all are, because a probe may be wrong and an attempt costs little (fail open). Safe for all threads,
 * without locks.
 */
public final class GoRouterPool {
    private static final Logger log = LoggerFactory.getLogger(GoRouterPool.class);

    private final GoRouterConfig config;
    private final GoRouter[] members;
    private final long failurePauseNanos;
    private final LongSupplier clock;
    private final long probeSlowNanos;
    private final Counter connectFailures;
    private final Counter broken;

    /**
     * Makes the pool.
     *
     * @param clock monotonic nanoseconds
     */
    public GoRouterPool(GoRouterConfig config, LongSupplier clock, PrometheusRegistry metrics) {
        this.config = config;
        this.clock = clock;
        this.failurePauseNanos = config.failurePause().toNanos();
        this.probeSlowNanos = config.probeSlow().toNanos();
        List<GoRouter> made = new ArrayList<>();
        for (GoRouterConfig.Member member : config.members()) {
            made.add(new GoRouter(made.size(), member, config));
        }
        this.members = made.toArray(new GoRouter[0]);
        this.connectFailures = Counter.builder()
                .name("grouter_gorouter_connect_failures_total")
                .help("Connections that a GoRouter refused or did not answer in time")
                .labelNames("gorouter")
                .register(metrics);
        this.broken = Counter.builder()
                .name("grouter_gorouter_broken_connections_total")
                .help("Connections that a GoRouter ended before the answer of a request was complete")
                .labelNames("gorouter")
                .register(metrics);
        for (GoRouter member : members) {
            connectFailures.initLabelValues(member.name());
            broken.initLabelValues(member.name());
        }
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
        GaugeWithCallback.builder()
                .name("grouter_gorouter_in_flight_limit")
                .help("Most requests each GoRouter is given at a time now")
                .labelNames("gorouter")
                .callback(gauge -> {
                    for (GoRouter member : members) {
                        gauge.call(member.limit(), member.name());
                    }
                })
                .register(metrics);
    }

    /** Returns the configuration. */
    public GoRouterConfig config() {
        return config;
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
     * Takes a GoRouter for one request: of two usable ones picked at random the less busy. Ends with
     * {@link GoRouter#end}. Allocates nothing.
     *
     * @param tried indexes of those that were tried for this request; null = none yet
     * @return null when all were tried, or all that are usable have as much to do as they can take
     */
    public @Nullable GoRouter take(@Nullable BitSet tried) {
        long now = clock.getAsLong();
        boolean anyUsable = false;
        for (int i = 0; i < members.length && !anyUsable; i++) {
            anyUsable = isUntried(i, tried) && members[i].usable(now);
        }
        int candidates = 0;
        for (int i = 0; i < members.length; i++) {
            candidates += isCandidate(i, tried, anyUsable, now) ? 1 : 0;
        }
        while (candidates > 0) {
            GoRouter one = candidate(ThreadLocalRandom.current().nextInt(candidates), tried, anyUsable, now);
            GoRouter other = candidates == 1
                    ? one
                    : another(one, ThreadLocalRandom.current().nextInt(candidates - 1), tried, anyUsable, now);
            GoRouter better = one == null || (other != null && other.load(now) < one.load(now)) ? other : one;
            if (better == null) {
                return null;
            }
            if (better.begin()) {
                return better;
            }
            candidates--; // it was taken to its limit at this very moment
        }
        return null;
    }

    private static boolean isUntried(int index, @Nullable BitSet tried) {
        return tried == null || !tried.get(index);
    }

    /** When none is usable all are, because a probe may be wrong and an attempt costs little (fail open). */
    private boolean isCandidate(int index, @Nullable BitSet tried, boolean anyUsable, long now) {
        GoRouter member = members[index];
        return isUntried(index, tried) && (!anyUsable || member.usable(now)) && member.hasRoom();
    }

    private @Nullable GoRouter candidate(int number, @Nullable BitSet tried, boolean anyUsable, long now) {
        int left = number;
        for (int i = 0; i < members.length; i++) {
            if (isCandidate(i, tried, anyUsable, now) && left-- == 0) {
                return members[i];
            }
        }
        return null;
    }

    private @Nullable GoRouter another(
            @Nullable GoRouter but, int number, @Nullable BitSet tried, boolean anyUsable, long now) {
        int left = number;
        for (int i = 0; i < members.length; i++) {
            if (members[i] != but && isCandidate(i, tried, anyUsable, now) && left-- == 0) {
                return members[i];
            }
        }
        return null;
    }

    /** Returns whether there is a GoRouter that was not tried for this request. */
    public boolean hasMore(@Nullable BitSet tried) {
        return tried == null || tried.cardinality() < members.length;
    }

    /**
     * Records that a connection could not be made: the GoRouter is passed over for a while.
     *
     * @param late whether it did not answer at all, which is what one with too much to do looks like
     */
    public void connectFailed(GoRouter member, String why, boolean late) {
        long now = clock.getAsLong();
        connectFailures.labelValues(member.name()).inc();
        if (member.usable(now)) {
            log.warn("GoRouter {} refused a connection: {}", member.name(), why);
        }
        if (late) {
            member.overloaded(now);
        }
        member.pause(now + failurePauseNanos);
    }

    /**
     * Records that a connection ended before the answer of a request did.
     *
     * @param excused whether this may have another cause than the GoRouter: the connection had been idle, an app broke its
     *     answer off, or the client ended its sending
     */
    public void broke(GoRouter member, boolean excused) {
        long now = clock.getAsLong();
        broken.labelValues(member.name()).inc();
        if (!excused && member.broke() && member.usable(now)) {
            log.warn("GoRouter {} breaks off one connection after the other", member.name());
            member.overloaded(now);
            member.pause(now + failurePauseNanos);
        }
    }

    /** Records that an answer came: connections that broke before do not count any more. */
    public void answered(GoRouter member) {
        member.answered();
    }

    /** Records how long a probe took that was answered. */
    void probeTook(GoRouter member, long nanos) {
        if (nanos > probeSlowNanos) {
            member.overloaded(clock.getAsLong());
        }
    }

    /** Records the answer of a probe. */
    void probed(GoRouter member, GoRouter.Health health) {
        GoRouter.Health before = member.health();
        member.health(health, clock.getAsLong());
        if (before != health) {
            log.info("GoRouter {} is {} (was {})", member.name(), health, before);
        }
    }
}
