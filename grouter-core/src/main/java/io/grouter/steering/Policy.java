package io.grouter.steering;

import io.grouter.route.Offer;
import io.grouter.route.PolicyRule;
import io.grouter.route.RedirectMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What operators want for which host: the rules that every site can apply to every request. Immutable; no allocation. */
final class Policy {
    private final RedirectMode redirect;
    private final PolicyRule[] rules;

    Policy(SteeringConfig config) {
        this.redirect = config.redirect();
        this.rules = config.rules().stream().filter(PolicyRule::byHostAlone).toArray(PolicyRule[]::new);
    }

    private @Nullable PolicyRule rule(String host) {
        for (PolicyRule rule : rules) {
            if (rule.fitsHost(host)) {
                return rule;
            }
        }
        return null;
    }

    /** Returns whether a host's app may be served in a region, as far as rules and one site's offer say. */
    boolean allows(String host, @Nullable Offer offer, String region) {
        PolicyRule rule = rules.length == 0 ? null : rule(host);
        if (rule != null && !rule.regions().isEmpty() && !rule.regions().contains(region)) {
            return false;
        }
        return offer == null || offer.allows(region);
    }

    /** Returns the regions a host's app is pinned to by the rules; empty = all. */
    List<String> regions(String host) {
        PolicyRule rule = rule(host);
        return rule == null ? List.of() : rule.regions();
    }

    /** Returns how requests for a host get to another site that offers it. */
    RedirectMode redirect(String host, Offer offer) {
        PolicyRule rule = rules.length == 0 ? null : rule(host);
        if (rule != null) {
            return rule.redirect();
        }
        RedirectMode said = offer.redirect();
        return said == null ? redirect : said;
    }
}
