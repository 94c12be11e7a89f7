package io.grouter.proxy;

import io.grouter.fib.Fib;
import io.grouter.route.SiteId;
import io.grouter.steering.Decision;
import io.grouter.steering.OwnSite;
import io.grouter.steering.RequestFacts;
import io.grouter.steering.Steering;
import io.grouter.steering.SteeringConfig;
import org.jspecify.annotations.Nullable;

/** What the data plane asks of the rules by which requests go where they go. Asked by all event loops. */
@FunctionalInterface
public interface Decider {
    /** Decides one request against one snapshot. */
    Decision decide(Fib fib, OwnSite now, RequestFacts facts);

    /**
     * Returns where a request goes that could not be served where it was sent first; null = nowhere.
     *
     * @param but a site that could not be reached; null = none
     */
    default @Nullable Decision secondChance(Fib fib, RequestFacts facts, @Nullable SiteId but) {
        return null;
    }

    /** Returns whether this site has the route of a request, and may serve it. */
    default boolean isLocal(Fib fib, RequestFacts facts) {
        return false;
    }

    /** Returns the most bytes of one request's body that are kept for a second chance. */
    default int keptBodyBytes() {
        return 0;
    }

    /** Returns the most bytes of bodies kept at a time. */
    default int keptBytes() {
        return 0;
    }

    /** Returns a decider that asks these rules. */
    static Decider of(Steering steering, SteeringConfig config) {
        return new Decider() {
            @Override
            public Decision decide(Fib fib, OwnSite now, RequestFacts facts) {
                return steering.decide(fib, now, facts);
            }

            @Override
            public @Nullable Decision secondChance(Fib fib, RequestFacts facts, @Nullable SiteId but) {
                return steering.secondChance(fib, facts, but);
            }

            @Override
            public boolean isLocal(Fib fib, RequestFacts facts) {
                return steering.isLocal(fib, facts);
            }

            @Override
            public int keptBodyBytes() {
                return config.keptBodyBytes();
            }

            @Override
            public int keptBytes() {
                return config.keptBytes();
            }
        };
    }
}
