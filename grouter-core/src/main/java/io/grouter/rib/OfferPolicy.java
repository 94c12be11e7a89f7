package io.grouter.rib;

import io.grouter.route.PolicyRule;
import java.util.List;

/**
 * What a site says of its routes besides instances and apps.
 *
 * @param rules rules of the configuration; those that look at more than the host become labels of the offers
 * @param sessions whether the instances' hints are told, by which other sites know whose a sticky session is
 */
public record OfferPolicy(List<PolicyRule> rules, boolean sessions) {
    /** No rules, with hints. */
    public static final OfferPolicy PLAIN = new OfferPolicy(List.of(), true);

    /** Keeps the rules that become labels. */
    public OfferPolicy {
        rules = rules.stream().filter(rule -> !rule.byHostAlone()).toList();
    }
}
