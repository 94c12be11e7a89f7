package io.grouter.steering;

import io.grouter.fib.Fib;
import io.grouter.fib.LearnedOffer;
import io.grouter.fib.RouteEntry;
import io.grouter.fib.SiteView;
import io.grouter.route.Alias;
import io.grouter.route.Freshness;
import io.grouter.route.HostNames;
import io.grouter.route.SiteConfig;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The ordered rules that decide where a request goes, the same for HTTP, DNS and explanations. Pure: no clock, no I/O,
 * no randomness but a hash of the client. Safe for all threads; a decision to forward allocates nothing.
 *
 * <p>In order: an alias is served here; a route of this site is served here; when this node is not sure of its own
 * site, the local GoRouters are asked; a route of other sites redirects to the freshest fit one; everything else goes
 * to the local GoRouters, which answer as they would without Grouter.
 */
public final class Steering {
    private static final Decision.Forward LOCAL = new Decision.Forward(Rule.LOCAL, null);
    private static final Decision.Forward UNSURE = new Decision.Forward(Rule.UNSURE, null);
    private static final Decision.Forward NO_FIT_SITE = new Decision.Forward(Rule.NO_FIT_SITE, null);
    private static final Decision.Forward KNOWN_EMPTY = new Decision.Forward(Rule.KNOWN_EMPTY, null);
    private static final Decision.Forward UNKNOWN = new Decision.Forward(Rule.UNKNOWN, null);

    private final SiteId ownSite;
    private final List<Alias> ownAliases;

    /** Makes the rules for a node of the given site. */
    public Steering(SiteConfig site) {
        this.ownSite = site.name();
        this.ownAliases = site.aliases();
    }

    /** Decides one request against one snapshot. */
    public Decision decide(Fib fib, OwnSite now, RequestFacts facts) {
        String ownName = globalName(ownAliases, facts.host());
        if (ownName != null) {
            return new Decision.Forward(Rule.ALIAS, ownName);
        }
        RouteEntry route = fib.lookup(facts.host(), facts.path());
        if (route != null && route.local()) {
            return LOCAL;
        }
        String foreignName = foreignName(fib, facts.host());
        if (foreignName != null) {
            return new Decision.Forward(Rule.FOREIGN_ALIAS, foreignName);
        }
        if (route == null) {
            return UNKNOWN;
        }
        if (route.knownEmpty()) {
            return KNOWN_EMPTY;
        }
        if (!fib.complete()) {
            return UNSURE;
        }
        return redirect(fib, route, facts);
    }

    /** Decides like {@link #decide} and says what was considered on the way. */
    public Explanation explain(Fib fib, OwnSite now, RequestFacts facts) {
        List<String> steps = new ArrayList<>();
        Decision decision = decide(fib, now, facts);
        String global = globalName(fib, facts.host());
        String host = global == null ? facts.host() : global;
        if (global != null) {
            steps.add(facts.host() + " is an alias of " + global);
        }
        RouteEntry route = fib.lookup(host, facts.path());
        if (route == null) {
            steps.add("no site is known to have a route for " + host + facts.path());
        } else {
            steps.add("the route is " + route.uri());
            steps.add(ownSite + " (this site) has " + route.localInstances() + " instances of it");
            route.learned().forEach(offer -> steps.add(describe(fib, offer, facts)));
        }
        steps.add("this site's feed is " + fib.feed());
        steps.add(decision.rule().reason() + ": " + decision.rule().text());
        return new Explanation(decision, route, steps);
    }

    /**
     * Returns the sites a client that asks DNS for a name should be sent to: for an alias its site, else every fit site
     * that has the name, else none. Sites that have gone silent are named only when there is no other.
     */
    public Set<SiteId> sitesFor(Fib fib, String host) {
        SiteId aliasOf = siteOfAlias(fib, host);
        if (aliasOf != null) {
            return Set.of(aliasOf);
        }
        Fib.Owners owners = fib.ownersOf(host);
        Set<SiteId> sites = new TreeSet<>();
        // As long as this site is not sure of itself, it may have the name too.
        boolean own = owners != null && (owners.own() || !fib.complete());
        Freshness best = Freshness.GONE;
        for (SiteId other : owners == null ? Set.<SiteId>of() : owners.others()) {
            SiteView view = fib.site(other);
            if (view == null || !view.fit() || view.freshness().compareTo(best) > 0) {
                continue;
            }
            if (view.freshness() != best) {
                best = view.freshness();
                sites.clear();
            }
            sites.add(other);
        }
        if (own) {
            if (best != Freshness.FRESH) {
                sites.clear();
            }
            sites.add(ownSite);
        }
        return sites;
    }

    /** Returns the site whose alias the name is, this one included, or null when it is none. */
    public @Nullable SiteId siteOfAlias(Fib fib, String host) {
        if (isUnderAlias(ownAliases, host)) {
            return ownSite;
        }
        for (SiteView view : fib.sites()) {
            SiteInfo info = view.info();
            if (info != null && isUnderForeignAlias(info.aliases(), host)) {
                return view.site();
            }
        }
        return null;
    }

    private static boolean isUnderAlias(List<Alias> aliases, String host) {
        for (int i = 0; i < aliases.size(); i++) {
            if (HostNames.isUnder(host, aliases.get(i).aliasDomain())) {
                return true;
            }
        }
        return false;
    }

    private @Nullable String globalName(Fib fib, String host) {
        String own = globalName(ownAliases, host);
        return own != null ? own : foreignName(fib, host);
    }

    private boolean isUnderForeignAlias(List<Alias> aliases, String host) {
        for (int i = 0; i < aliases.size(); i++) {
            if (HostNames.isUnder(host, aliases.get(i).aliasDomain()) && isBelievable(aliases.get(i))) {
                return true;
            }
        }
        return false;
    }

    /** Returns the app-domain name of another site's alias, or null. */
    private @Nullable String foreignName(Fib fib, String host) {
        List<SiteView> sites = fib.sites();
        for (int i = 0; i < sites.size(); i++) {
            SiteInfo info = sites.get(i).info();
            List<Alias> aliases = info == null ? List.of() : info.aliases();
            for (int j = 0; j < aliases.size(); j++) {
                Alias alias = aliases.get(j);
                String name = isBelievable(alias) ? alias.toGlobal(host) : null;
                if (name != null) {
                    return name;
                }
            }
        }
        return null;
    }

    /** Another site cannot claim a domain that holds one of this site's app domains as its own alias domain. */
    private boolean isBelievable(Alias foreign) {
        for (int i = 0; i < ownAliases.size(); i++) {
            if (HostNames.isUnder(ownAliases.get(i).appDomain(), foreign.aliasDomain())) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable String globalName(List<Alias> aliases, String host) {
        for (int i = 0; i < aliases.size(); i++) {
            String name = aliases.get(i).toGlobal(host);
            if (name != null) {
                return name;
            }
        }
        return null;
    }

    private static Decision redirect(Fib fib, RouteEntry route, RequestFacts facts) {
        SiteView best = null;
        String bestAuthority = null;
        long bestScore = 0;
        for (LearnedOffer offer : route.learned()) {
            SiteView view = fib.site(offer.site());
            String authority = view == null ? null : authority(view, facts);
            if (view == null || authority == null) {
                continue;
            }
            long score = score(view.site(), facts.client());
            boolean better = best == null
                    || view.freshness().compareTo(best.freshness()) < 0
                    || (view.freshness() == best.freshness() && score > bestScore);
            if (better) {
                best = view;
                bestAuthority = authority;
                bestScore = score;
            }
        }
        if (best == null || bestAuthority == null) {
            return NO_FIT_SITE;
        }
        return new Decision.Redirect(ruleFor(best.freshness()), best.site(), bestAuthority);
    }

    private static Rule ruleFor(Freshness freshness) {
        return switch (freshness) {
            case FRESH -> Rule.LEARNED;
            case SUSPECT -> Rule.LEARNED_SUSPECT;
            case STALE, GONE -> Rule.LEARNED_STALE;
        };
    }

    /** Returns where the site serves this name alone, or null when it is unfit or has no alias for it. */
    private static @Nullable String authority(SiteView view, RequestFacts facts) {
        SiteInfo info = view.info();
        int port = info == null ? 0 : info.port(facts.https());
        if (info == null || !view.fit() || port == 0) {
            return null;
        }
        for (Alias alias : info.aliases()) {
            String name = alias.toAlias(facts.host());
            if (name != null) {
                return port == (facts.https() ? 443 : 80) ? name : name + ":" + port;
            }
        }
        return null;
    }

    /** Rendezvous hash: the same client prefers the same site, and losing a site moves only that site's clients. */
    private static long score(SiteId site, String client) {
        long h = site.name().hashCode() * 0x9E3779B97F4A7C15L ^ client.hashCode() * 0xC2B2AE3D27D4EB4FL;
        h = (h ^ (h >>> 29)) * 0xBF58476D1CE4E5B9L;
        return h ^ (h >>> 32);
    }

    private static String describe(Fib fib, LearnedOffer offer, RequestFacts facts) {
        SiteView view = fib.site(offer.site());
        String has = offer.site() + " offers " + offer.offer().instances() + " instances";
        if (view == null) {
            return has + ", but nothing else is known of that site";
        }
        String authority = authority(view, facts);
        String how = authority != null
                ? "it would be reached at " + authority
                : view.fit() ? "it has no alias for this name and scheme" : "it cannot take requests now";
        return has + ", is " + view.freshness() + "; " + how;
    }
}
