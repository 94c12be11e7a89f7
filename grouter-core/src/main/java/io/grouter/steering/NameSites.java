package io.grouter.steering;

import io.grouter.fib.Fib;
import io.grouter.fib.LearnedOffer;
import io.grouter.fib.RouteEntry;
import io.grouter.fib.SiteView;
import io.grouter.overrides.OperatorOverride;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
import io.grouter.route.SiteConfig;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The rules by which a name leads to sites: those for requests, as far as a name alone can tell. Pure; any thread. */
final class NameSites {
    /** How good a site is that cannot serve it; better ones have lower numbers, as of {@link Candidates#tier}. */
    private static final int NOT_HERE = 5;

    private final SiteId ownSite;
    private final String ownRegion;
    private final Aliases aliases;
    private final Policy policy;

    NameSites(SiteConfig site, Aliases aliases, Policy policy) {
        this.ownSite = site.name();
        this.ownRegion = site.region();
        this.aliases = aliases;
        this.policy = policy;
    }

    Set<SiteId> sitesFor(Fib fib, OwnSite own, String host) {
        SiteId aliasOf = aliases.siteOf(fib, host);
        if (aliasOf != null) {
            return Set.of(aliasOf);
        }
        Fib.Owners owners = fib.ownersOf(host);
        if (owners == null) {
            return Set.of();
        }
        RouteEntry route = fib.lookup(host, "/");
        Set<SiteId> sites = new TreeSet<>();
        int best = ownTier(fib, own, host, owners, route);
        if (best >= 0) {
            sites.add(ownSite);
        }
        for (SiteId other : owners.others()) {
            int tier = tier(fib, host, route, other);
            if (tier >= 0 && (best < 0 || tier < best)) {
                best = tier;
                sites.clear();
            }
            if (tier >= 0 && tier == best) {
                sites.add(other);
            }
        }
        return sites;
    }

    /** Returns how good this site is; -1 = it has not the name, or may not serve it. */
    private int ownTier(Fib fib, OwnSite own, String host, Fib.Owners owners, @Nullable RouteEntry route) {
        // As long as this site is not sure of itself, it may have the name too.
        boolean here = owners.own() || !fib.complete();
        if (!here || !policy.allows(host, route == null ? null : route.own(), ownRegion)) {
            return -1;
        }
        // As with requests: what drains here leaves for a fresh site only, what cannot be served here for any.
        return own.health().goRouters() == 0 ? NOT_HERE : isDrained(own, route) ? 1 : 0;
    }

    /** Returns how good another site is that has the name; -1 = it cannot or may not serve it. */
    private int tier(Fib fib, String host, @Nullable RouteEntry route, SiteId other) {
        SiteView view = fib.site(other);
        SiteInfo info = view == null ? null : view.info();
        LearnedOffer learned = route == null ? null : route.from(other);
        Offer offer = learned == null ? null : learned.offer();
        boolean possible = view != null
                && info != null
                && view.freshness() != Freshness.GONE
                && info.health().goRouters() > 0
                && policy.allows(host, offer, info.region())
                && (route == null || route.own() == null || route.own().allows(info.region()));
        return view == null || info == null || !possible
                ? -1
                : Candidates.tier(view, info, offer != null && offer.draining());
    }

    private static boolean isDrained(OwnSite own, @Nullable RouteEntry route) {
        OperatorOverride override = route == null ? null : own.overrides().of(route.uri());
        return own.health().draining()
                || own.overrides().ofSite() != null
                || (override != null && override.kind() == OperatorOverride.Kind.DRAIN_ROUTE);
    }

    /** Chooses like {@link #sitesFor} and says what was considered. */
    NameExplanation explain(Fib fib, OwnSite own, String host) {
        Set<SiteId> sites = sitesFor(fib, own, host);
        SiteId aliasOf = aliases.siteOf(fib, host);
        Fib.Owners owners = fib.ownersOf(host);
        RouteEntry route = fib.lookup(host, "/");
        List<String> steps = new ArrayList<>();
        List<SiteId> here = new ArrayList<>();
        List<SiteId> others = new ArrayList<>();
        steps.add(aliasOf == null ? host + " is no site's alias" : host + " is an alias of site " + aliasOf);
        if (owners == null) {
            steps.add("no site is known to have a route for " + host);
        } else {
            int tier = ownTier(fib, own, host, owners, route);
            steps.add(ownSite + " (this site) " + (owners.own() ? "has it" : "does not have it")
                    + (fib.complete() ? "" : ", but its table is not complete") + ": "
                    + words(tier, own.health().goRouters()));
            if (tier >= 0) {
                here.add(ownSite);
            }
            for (SiteId other : new TreeSet<>(owners.others())) {
                SiteView view = fib.site(other);
                int theirs = tier(fib, host, route, other);
                int goRouters = view == null || view.info() == null
                        ? 0
                        : view.info().health().goRouters();
                steps.add(other + " has it, " + (view == null ? Freshness.GONE : view.freshness()) + ": "
                        + words(theirs, goRouters));
                if (theirs >= 0) {
                    others.add(other);
                }
            }
        }
        List<NameExplanation.Considered> rules = new ArrayList<>();
        boolean local = aliasOf == null && sites.contains(ownSite);
        rules.add(new NameExplanation.Considered(
                "alias", aliasOf == null ? List.of() : List.of(aliasOf), aliasOf != null));
        rules.add(new NameExplanation.Considered("local", here, local));
        rules.add(new NameExplanation.Considered("learned", others, aliasOf == null && !local && !sites.isEmpty()));
        rules.add(new NameExplanation.Considered("unknown", List.of(ownSite), sites.isEmpty()));
        return new NameExplanation(sites, steps, rules);
    }

    private static String words(int tier, int goRouters) {
        return tier < 0
                ? "cannot or may not serve it"
                : "choice " + (tier + 1) + " of " + (NOT_HERE + 1) + " (1 is best), " + goRouters
                        + " of its GoRouters take requests";
    }
}
