package io.grouter.steering;

import io.grouter.fib.Fib;
import io.grouter.fib.LearnedOffer;
import io.grouter.fib.RouteEntry;
import io.grouter.fib.SiteView;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
import io.grouter.route.RedirectMode;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which other site a request goes to, and how. Immutable; allocates nothing but the decision. */
final class Candidates {
    /** Free share of a site's limit from which on more room makes no difference. */
    private static final double ROOMY = 0.25;

    /** Free share below which a site is wanted by few. */
    private static final double SCARCE = 0.1;

    /**
     * Free share below which a site takes nobody whom another could serve. How many go is for {@link Spill} to say, which
     * backs off long before; a higher bound here would switch that on and off.
     */
    private static final double FULL = 0.02;

    private final Policy policy;
    private final Aliases aliases;
    private final String ownRegion;
    private final boolean relays;

    /** What a site has to be like to be chosen. */
    enum Wanted {
        /** Anything is better than nothing. */
        ANY,
        /** Takes requests: for requests that this site would serve itself, if it could. */
        ALIVE,
        /** Fresh, fit and not draining: for requests that this site could serve itself. */
        GOOD,
        /** As {@link #GOOD}, and with room. */
        ROOM
    }

    /**
     * Makes the choice for a site.
     *
     * @param relays whether this node can relay
     */
    Candidates(Policy policy, Aliases aliases, String ownRegion, boolean relays) {
        this.policy = policy;
        this.aliases = aliases;
        this.ownRegion = ownRegion;
        this.relays = relays;
    }

    /**
     * Returns the decision to send a request to the best of the other sites that have its route, or null when none of
     * them is as wanted and can be reached. With {@link Wanted#ANY}, a request that could reach one only by a relay that
     * its app's pin forbids is refused.
     *
     * @param rule what decided to send it away, or null when the freshness of the site is to tell
     */
    @Nullable
    Decision send(Fib fib, RouteEntry route, RequestFacts facts, Wanted wanted, @Nullable Rule rule) {
        return send(fib, route, facts, wanted, rule, null);
    }

    /**
     * Returns what {@link #send} does, but passes one site over.
     *
     * @param but the site that has been tried; null = none
     */
    @Nullable
    Decision send(
            Fib fib, RouteEntry route, RequestFacts facts, Wanted wanted, @Nullable Rule rule, @Nullable SiteId but) {
        List<LearnedOffer> offers = route.learned();
        LearnedOffer best = null;
        String bestAuthority = null;
        int bestTier = Integer.MAX_VALUE;
        double bestScore = 0;
        boolean forbidden = false;
        for (int i = 0; i < offers.size(); i++) {
            LearnedOffer offer = offers.get(i);
            SiteView view = fib.site(offer.site());
            SiteInfo info = view == null ? null : view.info();
            int tier = view == null || info == null ? -1 : tier(view, info, route, offer.offer(), facts);
            if (info == null
                    || tier < 0
                    || tier > bestTier
                    || !isAs(wanted, tier, info)
                    || offer.site().equals(but)) {
                continue;
            }
            double score = Rendezvous.score(offer.site(), facts.client(), weight(info.health(), wanted));
            if (tier == bestTier && score <= bestScore) {
                continue;
            }
            boolean passes = isAllowed(route, offer.offer(), facts, ownRegion);
            String authority = authority(info, offer.offer(), passes && wanted == Wanted.ANY, facts);
            if (authority == null && !(passes && takesRelays(info))) {
                forbidden |= !passes;
                continue;
            }
            best = offer;
            bestAuthority = authority;
            bestTier = tier;
            bestScore = score;
        }
        if (best == null) {
            return forbidden && wanted == Wanted.ANY ? Steering.MISDIRECTED : null;
        }
        return decision(route, best, bestAuthority, facts, rule == null ? byTier(bestTier) : rule);
    }

    /** Returns the decision to send a request to one site, or null when that site cannot take it. */
    @Nullable
    Decision sendTo(Fib fib, SiteId site, RouteEntry route, RequestFacts facts, Rule rule) {
        LearnedOffer offer = route.from(site);
        SiteView view = fib.site(site);
        SiteInfo info = view == null ? null : view.info();
        if (offer == null || view == null || info == null) {
            return null;
        }
        int tier = tier(view, info, route, offer.offer(), facts);
        boolean passes = isAllowed(route, offer.offer(), facts, ownRegion);
        String authority = authority(info, offer.offer(), false, facts);
        boolean reached = authority != null || (passes && takesRelays(info));
        return tier < 0 || tier > 1 || !reached ? null : decision(route, offer, authority, facts, rule);
    }

    /** An app that may not be served here is only ever redirected from here. */
    private Decision decision(
            RouteEntry route, LearnedOffer to, @Nullable String authority, RequestFacts facts, Rule rule) {
        Rule by = isAllowed(route, to.offer(), facts, ownRegion) ? rule : Rule.PINNED;
        return authority == null ? new Decision.Relay(by, to.site()) : new Decision.Redirect(by, to.site(), authority);
    }

    /** Returns whether the app may be served in a region, as far as rules, the offer and this site's own offer say. */
    private boolean isAllowed(RouteEntry route, Offer offer, RequestFacts facts, String region) {
        Offer own = route.own();
        return policy.allows(facts.host(), offer, region) && (own == null || own.allows(region));
    }

    private static boolean isAs(Wanted wanted, int tier, SiteInfo info) {
        return switch (wanted) {
            case ANY, ALIVE -> true;
            case GOOD -> tier == 0;
            case ROOM -> tier == 0 && info.health().headroom() > FULL;
        };
    }

    /**
     * Returns where the client is redirected to, or null when it is not.
     *
     * @param needed whether, without a relay, a redirect that loses something is better than no answer: only when this
     *     site has none, and not for a pin, which is no lack of means
     */
    private @Nullable String authority(SiteInfo info, Offer offer, boolean needed, RequestFacts facts) {
        RedirectMode mode = policy.redirect(facts.host(), offer);
        boolean auto = mode == RedirectMode.AUTO && (facts.redirectable() || (needed && !takesRelays(info)));
        boolean redirect = mode == RedirectMode.ALWAYS || auto;
        return redirect ? aliases.authority(info, facts.https(), facts.host()) : null;
    }

    private boolean takesRelays(SiteInfo info) {
        return relays && !info.relays().isEmpty();
    }

    /**
     * Returns how good a site is for a request: 0 fresh, 1 suspect, 2 stale, 3 and 4 only if there is no other; -1 not at
     * all.
     */
    private int tier(SiteView view, SiteInfo info, RouteEntry route, Offer offer, RequestFacts facts) {
        boolean possible = view.freshness() != Freshness.GONE
                && info.health().goRouters() > 0
                && isAllowed(route, offer, facts, info.region());
        return possible ? tier(view, info, offer.draining()) : -1;
    }

    /** Returns how good a site is, whatever the request; it has GoRouters that take requests. */
    static int tier(SiteView view, SiteInfo info, boolean draining) {
        if (view.lag().unheard()) {
            return 4; // nobody hears it: likely gone, and a site that drains still serves
        }
        if (draining || info.health().draining()) {
            return 3;
        }
        return switch (view.freshness()) {
            case FRESH -> 0;
            case SUSPECT -> 1;
            case STALE, GONE -> 2;
        };
    }

    /** Room counts in steps, so that clients do not move with every request more or less. */
    private static double weight(SiteHealth health, Wanted wanted) {
        double errors = Math.max(0.05, 1 - health.errorPermille() / 1000.0);
        if (wanted == Wanted.ROOM) {
            return errors * Math.max(1, health.free());
        }
        double free = health.headroom();
        return errors * (free > ROOMY ? 1 : free > SCARCE ? 0.25 : 0.05);
    }

    private static Rule byTier(int tier) {
        return switch (tier) {
            case 0 -> Rule.LEARNED;
            case 1 -> Rule.LEARNED_SUSPECT;
            case 2 -> Rule.LEARNED_STALE;
            default -> Rule.LAST_SITE;
        };
    }

    /** Returns one sentence about an offer, for people. */
    String describe(Fib fib, RouteEntry route, LearnedOffer offered, RequestFacts facts) {
        SiteView view = fib.site(offered.site());
        Offer offer = offered.offer();
        String has =
                offered.site() + " offers " + offer.instances() + (offer.instances() == 1 ? " instance" : " instances");
        SiteInfo info = view == null ? null : view.info();
        if (view == null || info == null) {
            return has + ", but nothing else is known of that site";
        }
        SiteHealth health = info.health();
        String state = has + ", is " + view.freshness()
                + (view.lag().unheard() ? " and not heard by others" : "")
                + (health.draining() ? " and draining" : offer.draining() ? " and draining this route" : "")
                + ", " + Math.round(100 * health.headroom()) + "% free; ";
        if (health.goRouters() == 0) {
            return state + "none of its GoRouters takes requests";
        }
        if (!isAllowed(route, offer, facts, info.region())) {
            return state + "the app may not be served in its region \"" + info.region() + "\"";
        }
        boolean passes = isAllowed(route, offer, facts, ownRegion);
        String authority = authority(info, offer, passes, facts);
        if (authority != null) {
            return state + "the client would be redirected to " + authority;
        }
        if (!passes) {
            return state + "it may only be redirected there, and this request cannot be";
        }
        return state
                + (takesRelays(info)
                        ? "the request would be relayed"
                        : "it has no alias for this name and scheme, and takes no relayed requests");
    }
}
