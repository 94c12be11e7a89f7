package io.grouter.sim.whatif;

import io.grouter.route.SiteId;
import io.grouter.steering.SteeringConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A question: what happens when, and what is assumed.
 *
 * @param name the question in one line
 * @param traffic what is assumed of the clients
 * @param sites what is assumed of sites; those left out have weight 1 and no known capacity
 * @param steering the section of the same name of the nodes' configuration
 * @param steps what happens, in order of time
 */
public record Plan(String name, Traffic traffic, List<SitePlan> sites, SteeringConfig steering, List<PlanStep> steps) {
    private static final int MOST_STEPS = 200;

    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public Plan {
        sites = List.copyOf(sites);
        steps = List.copyOf(steps);
        if (name.isBlank() || name.length() > 200) {
            throw new IllegalArgumentException("name: is empty or too long (expected: 1 to 200 characters)");
        }
        if (steps.isEmpty() || steps.size() > MOST_STEPS) {
            throw new IllegalArgumentException(
                    "steps: has " + steps.size() + " items (expected: 1 to " + MOST_STEPS + ")");
        }
    }

    private @Nullable SitePlan of(SiteId site) {
        return sites.stream()
                .filter(each -> each.site().equals(site))
                .findFirst()
                .orElse(null);
    }

    /** Returns how many clients enter at a site, compared to others. */
    public int weight(SiteId site) {
        SitePlan plan = of(site);
        return plan == null ? 1 : plan.weight();
    }

    /** Returns requests per second that a site can serve; 0 = not known. */
    public double capacity(SiteId site) {
        SitePlan plan = of(site);
        return plan == null ? 0 : plan.limit();
    }
}
