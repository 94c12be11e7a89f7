package io.grouter.steering;

import io.grouter.route.ConfigChecks;
import io.grouter.route.PolicyRule;
import io.grouter.route.RedirectMode;
import java.util.List;

/**
 * The {@code steering} section of the configuration: what is done with requests for apps of other sites.
 *
 * @param redirect how they get there when no rule says otherwise
 * @param rules exceptions; the first that fits counts
 * @param sessions whether requests of sticky sessions follow their instance to another site
 * @param secondChance whether a request that no local GoRouter has an app for may go to a site that has it
 * @param keptBodyBytes most bytes of one request's body that are kept for its second chance; a longer one has none
 * @param keptBytes most bytes of bodies kept at a time
 * @param spill sending new clients to sites with more room
 */
public record SteeringConfig(
        RedirectMode redirect,
        List<PolicyRule> rules,
        boolean sessions,
        boolean secondChance,
        int keptBodyBytes,
        int keptBytes,
        SpillConfig spill) {
    /** Most rules. */
    public static final int MOST_RULES = 1000;

    /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
    public SteeringConfig {
        rules = List.copyOf(rules);
        if (rules.size() > MOST_RULES) {
            throw new IllegalArgumentException("rules: " + rules.size() + " (expected: <= " + MOST_RULES + ")");
        }
        ConfigChecks.atLeast("keptBodyBytes", keptBodyBytes, 0);
        ConfigChecks.atLeast("keptBytes", keptBytes, 0);
    }

    /**
     * When new clients are sent to other sites although the app is here.
     *
     * @param enabled whether that is done at all
     * @param startBelowPercent free share of this site's limit below which more and more are sent away, 1 to 99
     * @param endAbovePercent free share above which fewer and fewer are; more than the start, at most 100
     */
    public record SpillConfig(boolean enabled, int startBelowPercent, int endAbovePercent) {
        /** Checks the values; throws {@link IllegalArgumentException} naming the key. */
        public SpillConfig {
            if (startBelowPercent < 1 || startBelowPercent > 99) {
                throw new IllegalArgumentException("startBelowPercent: " + startBelowPercent + " (expected: 1 to 99)");
            }
            if (endAbovePercent <= startBelowPercent || endAbovePercent > 100) {
                throw new IllegalArgumentException("endAbovePercent: " + endAbovePercent
                        + " (expected: more than startBelowPercent, at most 100)");
            }
        }
    }
}
