package io.grouter.steering;

import io.grouter.fib.Fib;
import io.grouter.fib.LearnedOffer;
import io.grouter.fib.RouteEntry;
import io.grouter.overrides.OperatorOverride;
import io.grouter.route.Offer;
import io.grouter.route.SiteConfig;
import io.grouter.route.SiteId;
import io.grouter.steering.Candidates.Wanted;
import io.grouter.steering.RequestFacts.Arrival;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The ordered rules that decide where a request goes, the same for HTTP, DNS and explanations. Pure: no clock, no I/O,
 * no randomness but a hash of the client. Safe for all threads; a decision to forward allocates nothing.
 *
 * <p>Each step below is one rule, asked in the order of {@link Step}: it decides, or leaves it to the next. Whatever no
 * rule sends away goes to the local GoRouters, which answer as they would without Grouter.
 */
public final class Steering {
    /** What is said when only a redirect would be allowed, but cannot work. */
    static final Decision.Refuse MISDIRECTED = new Decision.Refuse(
            Rule.PINNED,
            421,
            "This app may only be served in certain regions; ask one of its sites directly, under its own name.");

    private static final Decision.Refuse EMPTY =
            new Decision.Refuse(Rule.KNOWN_EMPTY, 503, "This app has no running instances at the moment.");
    private static final Decision.Forward INTER_SITE = new Decision.Forward(Rule.INTER_SITE, null);
    private static final Decision.Forward SECOND_HOP = new Decision.Forward(Rule.SECOND_HOP, null);
    private static final Decision.Forward FORCED = new Decision.Forward(Rule.FORCED, null);
    private static final Decision.Forward SESSION = new Decision.Forward(Rule.SESSION, null);
    private static final Decision.Forward LOCAL = new Decision.Forward(Rule.LOCAL, null);
    private static final Decision.Forward UNSURE = new Decision.Forward(Rule.UNSURE, null);
    private static final Decision.Forward NO_FIT_SITE = new Decision.Forward(Rule.NO_FIT_SITE, null);
    private static final Decision.Forward UNKNOWN = new Decision.Forward(Rule.UNKNOWN, null);

    /** The rules, in order. */
    private enum Step {
        INTER_SITE,
        ALIAS,
        FOREIGN_ALIAS,
        SECOND_HOP,
        PINNED,
        FORCED,
        DRAINED,
        SESSION,
        LOCAL_DOWN,
        SPILL,
        LOCAL,
        UNSURE,
        LEARNED,
        NO_FIT_SITE,
        KNOWN_EMPTY,
        UNKNOWN
    }

    private static final Step[] STEPS = Step.values();

    private final SiteId ownSite;
    private final String ownRegion;
    private final SteeringConfig config;
    private final Aliases aliases;
    private final Policy policy;
    private final Candidates candidates;
    private final NameSites names;

    /**
     * Makes the rules for a node of the given site.
     *
     * @param relays whether this node can relay requests to other sites
     */
    public Steering(SiteConfig site, SteeringConfig config, boolean relays) {
        this.ownSite = site.name();
        this.ownRegion = site.region();
        this.config = config;
        this.aliases = new Aliases(ownSite, site.aliases());
        this.policy = new Policy(config);
        this.candidates = new Candidates(policy, aliases, ownRegion, relays);
        this.names = new NameSites(site, aliases, policy);
    }

    /**
     * Decides one request against one snapshot: the rules of {@link Step}, one after the other. They are written out
     * because that takes half the time of a loop; that both are the same is tested.
     */
    public Decision decide(Fib fib, OwnSite own, RequestFacts facts) {
        RouteEntry route = fib.lookup(facts.host(), facts.path());
        Decision decision = interSite(facts, route);
        decision = decision != null ? decision : alias(fib, facts);
        decision = decision != null ? decision : foreignAlias(fib, facts, route);
        decision = decision != null ? decision : secondHop(facts, route);
        decision = decision != null ? decision : pinned(fib, facts, route);
        decision = decision != null ? decision : forced(fib, own, facts, route);
        decision = decision != null ? decision : drained(fib, own, facts, route);
        decision = decision != null ? decision : session(fib, own, facts, route);
        decision = decision != null ? decision : localDown(fib, own, facts, route);
        decision = decision != null ? decision : spill(fib, own, facts, route);
        decision = decision != null ? decision : local(route);
        return decision != null ? decision : notHere(fib, facts, route);
    }

    private Decision notHere(Fib fib, RequestFacts facts, @Nullable RouteEntry route) {
        if (!fib.complete() || route == null) {
            return fib.complete() ? UNKNOWN : UNSURE;
        }
        Decision sent = candidates.send(fib, route, facts, Wanted.ANY, null);
        return sent != null ? sent : route.learned().isEmpty() ? EMPTY : NO_FIT_SITE;
    }

    private @Nullable Decision ask(Step step, Fib fib, OwnSite own, RequestFacts facts, @Nullable RouteEntry route) {
        return switch (step) {
            case INTER_SITE -> interSite(facts, route);
            case ALIAS -> alias(fib, facts);
            case FOREIGN_ALIAS -> foreignAlias(fib, facts, route);
            case SECOND_HOP -> secondHop(facts, route);
            case PINNED -> pinned(fib, facts, route);
            case FORCED -> forced(fib, own, facts, route);
            case DRAINED -> drained(fib, own, facts, route);
            case SESSION -> session(fib, own, facts, route);
            case LOCAL_DOWN -> localDown(fib, own, facts, route);
            case SPILL -> spill(fib, own, facts, route);
            case LOCAL -> local(route);
            case UNSURE -> fib.complete() ? null : UNSURE;
            case LEARNED -> route == null ? null : candidates.send(fib, route, facts, Wanted.ANY, null);
            case NO_FIT_SITE -> route == null || route.learned().isEmpty() ? null : NO_FIT_SITE;
            case KNOWN_EMPTY -> route == null ? null : EMPTY;
            case UNKNOWN -> UNKNOWN;
        };
    }

    /**
     * Returns where a request goes that the local GoRouters were asked for and do not have, or could not be asked for:
     * to another site that offers its route, or null when it stays with the error.
     *
     * @param but a site that could not be reached; null = none
     */
    public @Nullable Decision secondChance(Fib fib, RequestFacts facts, @Nullable SiteId but) {
        if (!config.secondChance() || facts.arrival() != Arrival.CLIENT || aliases.siteOf(fib, facts.host()) != null) {
            return null;
        }
        RouteEntry route = fib.lookup(facts.host(), facts.path());
        Decision decision =
                route == null ? null : candidates.send(fib, route, facts, Wanted.ANY, Rule.SECOND_CHANCE, but);
        return decision instanceof Decision.Refuse ? null : decision;
    }

    /** Returns whether this site has the route of a request, and may serve it. */
    public boolean isLocal(Fib fib, RequestFacts facts) {
        RouteEntry route = fib.lookup(facts.host(), facts.path());
        return route != null && route.local() && isAllowedHere(facts.host(), route);
    }

    // ---- the rules

    /** Serves a request here, if its app may be. */
    private Decision here(Decision.Forward how, String host, @Nullable RouteEntry route) {
        return isAllowedHere(host, route) ? how : MISDIRECTED;
    }

    private boolean isAllowedHere(String host, @Nullable RouteEntry route) {
        return policy.allows(host, route == null ? null : route.own(), ownRegion);
    }

    private @Nullable Decision interSite(RequestFacts facts, @Nullable RouteEntry route) {
        return facts.arrival() == Arrival.SITE ? here(INTER_SITE, facts.host(), route) : null;
    }

    private @Nullable Decision secondHop(RequestFacts facts, @Nullable RouteEntry route) {
        return facts.arrival() == Arrival.AGAIN ? here(SECOND_HOP, facts.host(), route) : null;
    }

    private @Nullable Decision alias(Fib fib, RequestFacts facts) {
        String name = aliases.ownName(facts.host());
        return name == null ? null : here(new Decision.Forward(Rule.ALIAS, name), name, fib.lookup(name, facts.path()));
    }

    private @Nullable Decision foreignAlias(Fib fib, RequestFacts facts, @Nullable RouteEntry route) {
        String name = route != null && route.local() ? null : aliases.foreignName(fib, facts.host());
        return name == null
                ? null
                : here(new Decision.Forward(Rule.FOREIGN_ALIAS, name), name, fib.lookup(name, facts.path()));
    }

    /** An app that may not be served here is only ever redirected from here. */
    private @Nullable Decision pinned(Fib fib, RequestFacts facts, @Nullable RouteEntry route) {
        if (isAllowedHere(facts.host(), route)) {
            return null;
        }
        Decision decision = route == null ? null : candidates.send(fib, route, facts, Wanted.ANY, Rule.PINNED);
        return decision == null ? MISDIRECTED : decision;
    }

    private @Nullable Decision forced(Fib fib, OwnSite own, RequestFacts facts, @Nullable RouteEntry route) {
        OperatorOverride override = route == null ? null : own.overrides().of(route.uri());
        SiteId to = override == null ? null : override.to();
        if (route == null || to == null) {
            return null;
        }
        return to.equals(ownSite) ? FORCED : candidates.sendTo(fib, to, route, facts, Rule.FORCED);
    }

    private @Nullable Decision drained(Fib fib, OwnSite own, RequestFacts facts, @Nullable RouteEntry route) {
        if (route == null) {
            return null;
        }
        OperatorOverride override = own.overrides().of(route.uri());
        if (override != null && override.kind() == OperatorOverride.Kind.DRAIN_ROUTE) {
            return candidates.send(fib, route, facts, Wanted.GOOD, Rule.DRAINED_ROUTE);
        }
        return own.overrides().ofSite() == null
                ? null
                : candidates.send(fib, route, facts, Wanted.GOOD, Rule.DRAINED_SITE);
    }

    /** A session stays with its instance, as long as that runs anywhere. */
    private @Nullable Decision session(Fib fib, OwnSite own, RequestFacts facts, @Nullable RouteEntry route) {
        if (route == null || facts.session() == 0 || !config.sessions()) {
            return null;
        }
        Offer here = route.own();
        if (here != null && here.hasSession(facts.session())) {
            return own.health().goRouters() > 0 ? SESSION : null;
        }
        for (LearnedOffer offer : route.learned()) {
            if (offer.offer().hasSession(facts.session())) {
                Decision decision = candidates.sendTo(fib, offer.site(), route, facts, Rule.SESSION);
                if (decision != null) {
                    return decision;
                }
            }
        }
        return null;
    }

    private @Nullable Decision localDown(Fib fib, OwnSite own, RequestFacts facts, @Nullable RouteEntry route) {
        return route == null || own.health().goRouters() > 0 || !(route.local() || !fib.complete())
                ? null
                : candidates.send(fib, route, facts, Wanted.ALIVE, Rule.LOCAL_DOWN);
    }

    private @Nullable Decision spill(Fib fib, OwnSite own, RequestFacts facts, @Nullable RouteEntry route) {
        if (own.spillPermille() == 0 || route == null || !route.local() || facts.session() != 0) {
            return null;
        }
        return Rendezvous.permille(facts.client()) >= own.spillPermille()
                ? null
                : candidates.send(fib, route, facts, Wanted.ROOM, Rule.SPILL);
    }

    private static @Nullable Decision local(@Nullable RouteEntry route) {
        return route != null && route.local() ? LOCAL : null;
    }

    // ---- explaining

    /** Decides like {@link #decide} and says what was considered on the way, and what would have come next. */
    public Explanation explain(Fib fib, OwnSite own, RequestFacts facts) {
        RouteEntry route = fib.lookup(facts.host(), facts.path());
        Decision decision = UNKNOWN;
        List<Explanation.Considered> rules = new ArrayList<>();
        boolean decided = false;
        for (Step step : STEPS) {
            Decision answer = ask(step, fib, own, facts, route);
            rules.add(new Explanation.Considered(
                    step.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'),
                    answer,
                    answer != null && !decided));
            if (answer != null && !decided) {
                decision = answer;
                decided = true;
            }
        }
        String global = aliases.ownName(facts.host());
        global = global == null ? aliases.foreignName(fib, facts.host()) : global;
        String host = global == null ? facts.host() : global;
        RouteEntry meant = global == null ? route : fib.lookup(host, facts.path());
        return new Explanation(decision, meant, steps(fib, own, facts, global, meant, decision), rules);
    }

    private List<String> steps(
            Fib fib,
            OwnSite own,
            RequestFacts facts,
            @Nullable String global,
            @Nullable RouteEntry route,
            Decision decision) {
        List<String> steps = new ArrayList<>();
        if (global != null) {
            steps.add(facts.host() + " is an alias of " + global);
        }
        String host = global == null ? facts.host() : global;
        if (route == null) {
            steps.add("no site is known to have a route for " + host + facts.path());
        } else {
            steps.add("the route is " + route.uri());
            steps.add(ownSite + " (this site) has " + route.localInstances() + " instances of it");
            route.learned().forEach(offer -> steps.add(candidates.describe(fib, route, offer, facts)));
            OperatorOverride override = own.overrides().of(route.uri());
            if (override != null) {
                steps.add("an operator ordered " + override.kind() + ": " + override.who() + ", " + override.why());
            }
        }
        List<String> regions = policy.regions(host);
        if (!regions.isEmpty()) {
            steps.add("a rule pins " + host + " to the regions " + String.join(", ", regions));
        }
        if (own.overrides().ofSite() != null) {
            steps.add("an operator drains this site");
        }
        steps.add(
                "this site's feed is " + fib.feed() + ", its table is " + (fib.complete() ? "" : "not ") + "complete, "
                        + own.health().goRouters() + " of its GoRouters take requests, "
                        + Math.round(100 * own.health().headroom()) + "% free");
        steps.add(decision.rule().reason() + ": " + decision.rule().text());
        return steps;
    }

    // ---- DNS

    /**
     * Returns the sites a client that asks DNS for a name should be sent to: for an alias its site, else the best of
     * those that have the name and may serve it, else none. Sites that drain or are silent are named only when there is
     * no other.
     */
    public Set<SiteId> sitesFor(Fib fib, OwnSite own, String host) {
        return names.sitesFor(fib, own, host);
    }

    /** Chooses like {@link #sitesFor} and says what was considered. */
    public NameExplanation explainName(Fib fib, OwnSite own, String host) {
        return names.explain(fib, own, host);
    }

    /** Returns the site whose alias the name is, this one included, or null when it is none. */
    public @Nullable SiteId siteOfAlias(Fib fib, String host) {
        return aliases.siteOf(fib, host);
    }
}
