package io.grouter.steering;

import io.grouter.fib.RouteEntry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A decision with the way to it.
 *
 * @param decision the decision
 * @param route the route the request belongs to, or null when none is known
 * @param steps what was considered, one sentence each
 * @param rules every rule in order, with what it says or would have said
 */
public record Explanation(Decision decision, @Nullable RouteEntry route, List<String> steps, List<Considered> rules) {
    /** Copies the lists. */
    public Explanation {
        steps = List.copyOf(steps);
        rules = List.copyOf(rules);
    }

    /**
     * One rule.
     *
     * @param rule its name
     * @param decision what it says, or would have said had no rule before it decided; null = nothing
     * @param decided whether it is the one that decided
     */
    public record Considered(String rule, @Nullable Decision decision, boolean decided) {}
}
