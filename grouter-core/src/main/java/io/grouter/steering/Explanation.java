package io.grouter.steering;

import io.grouter.fib.RouteEntry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A decision with the way to it.
 *
 * @param decision the decision
 * @param route the route the request belongs to, or null when none is known
 * @param steps what was considered, in order, one sentence each
 */
public record Explanation(Decision decision, @Nullable RouteEntry route, List<String> steps) {
    /** Copies the list. */
    public Explanation {
        steps = List.copyOf(steps);
    }
}
