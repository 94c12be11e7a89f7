package io.grouter.steering;

import io.grouter.route.SiteId;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which sites a name leads to, with the way to it.
 *
 * @param sites the sites; empty = nobody is known to have it, so this site's own addresses are given
 * @param steps what was considered, one sentence each
 * @param rules every rule in order, with what it says
 */
public record NameExplanation(Set<SiteId> sites, List<String> steps, List<Considered> rules) {
    /** Copies the collections. */
    public NameExplanation {
        sites = Collections.unmodifiableSet(new LinkedHashSet<>(sites));
        steps = List.copyOf(steps);
        rules = List.copyOf(rules);
    }

    /**
     * One rule.
     *
     * @param rule its name
     * @param sites the sites it names; empty = it says nothing
     * @param decided whether it is the one that decided
     */
    public record Considered(String rule, List<SiteId> sites, boolean decided) {
        /** Copies the list. */
        public Considered {
            sites = List.copyOf(sites);
        }
    }

    /** Returns the name of the rule that decided. */
    public String reason() {
        return rules.stream()
                .filter(Considered::decided)
                .map(Considered::rule)
                .findFirst()
                .orElse("unknown");
    }
}
