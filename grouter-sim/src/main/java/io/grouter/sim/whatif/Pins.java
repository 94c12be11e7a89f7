package io.grouter.sim.whatif;

import io.grouter.route.PolicyRule;
import io.grouter.steering.SteeringConfig;
import java.util.List;

/** The regions that routes are pinned to by rules. Immutable. */
final class Pins {
    private final List<PolicyRule> rules;

    Pins(SteeringConfig config) {
        this.rules = config.rules().stream().filter(PolicyRule::byHostAlone).toList();
    }

    /** Returns the only regions where the app of a host may be served; empty = all. */
    List<String> of(String host) {
        for (PolicyRule each : rules) {
            if (each.fitsHost(host)) {
                return each.regions();
            }
        }
        return List.of();
    }
}
