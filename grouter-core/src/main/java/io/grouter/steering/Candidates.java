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

    private static final double SCARCE = 0.1;

    private final Policy policy;
    private final String ownRegion;
    private final boolean relays;

    /** What a site has to be like to be chosen. */
    enum Wanted {
        /** Anything is better than nothing. */
        ANY,
        /** Fresh, fit and not draining: for requests that this site could serve itself. */
        GOOD,
        /** As {@link #GOOD}, and with room. */
        ROOM
    }

    /** How a request gets to a site. */
    private enum Way {
        REDIRECT,
        RELAY,
        /** Only a redirect would be allowed, but that does not work for this request. */
        FORBIDDEN,
        NONE
    }

    /**
     * Makes the choice for a site.
     *
     * @param relays whether this node can relay
     */
    Candidates(Policy policy, String ownRegion, boolean relays) {
        this.policy = policy;
        this.ownRegion = ownRegion;
        this.relays = relays;
    }

    /**
     * Returns the decision to send a request to the best of the other sites that have its route, or null when none of
     * them is as wanted.
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
        SiteView bestView = null;
        int bestTier = Integer.MAX_VALUE;
        double bestScore = 0;
        for (int i = 0; i < offers.size(); i++) {
            LearnedOffer offer = offers.get(i);
            SiteView view = fib.site(offer.site());
            SiteInfo info = view == null ? null : view.info();
            if (view == null || info == null || offer.site().equals(but)) {
                continue;
            }
            int tier = tier(view, info, offer.offer(), facts);
            boolean good = tier == 0 && (wanted != Wanted.ROOM || info.health().headroom() > ROOMY);
            if (tier < 0 || tier > bestTier || (wanted != Wanted.ANY && !good)) {
                continue;
            }
            double score = Rendezvous.score(view.site(), facts.client(), weight(info.health(), wanted));
            if (best == null || tier < bestTier || score > bestScore) {
                best = offer;
                bestView = view;
                bestTier = tier;
                bestScore = score;
            }
        }
        return best == null || bestView == null ? null : decision(bestView, best.offer(), facts, rule, bestTier);
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
        int tier = tier(view, info, offer.offer(), facts);
        return tier < 0 || tier > 1 ? null : decision(view, offer.offer(), facts, rule, tier);
    }

    /**
     * Returns how good a site is for a request: 0 fresh, 1 suspect, 2 stale, 3 only if there is no other; -1 not at all.
     */
    int tier(SiteView view, SiteInfo info, Offer offer, RequestFacts facts) {
        boolean possible = view.freshness() != Freshness.GONE
                && info.health().goRouters() > 0
                && policy.allows(facts.host(), offer, info.region());
        if (!possible || way(info, offer, facts) == Way.NONE) {
            return -1;
        }
        return tier(view, info, offer.draining());
    }

    /** Returns how good a site is, whatever the request; it has GoRouters that take requests. */
    static int tier(SiteView view, SiteInfo info, boolean draining) {
        if (draining || info.health().draining() || view.lag().unheard()) {
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

    private Way way(SiteInfo info, Offer offer, RequestFacts facts) {
        boolean mayPassHere = policy.allows(facts.host(), offer, ownRegion);
        boolean relay = relays && mayPassHere && !info.relays().isEmpty();
        RedirectMode mode = policy.redirect(facts.host(), offer);
        boolean wanted = mode == RedirectMode.ALWAYS || (mode == RedirectMode.AUTO && facts.redirectable());
        if (!wanted && relay) {
            return Way.RELAY;
        }
        // Without a relay, a redirect that loses something is better than no answer; but a pin is no lack of means.
        boolean redirect = wanted || (mode == RedirectMode.AUTO && mayPassHere);
        if (redirect && Aliases.authority(info, facts.https(), facts.host()) != null) {
            return Way.REDIRECT;
        }
        return relay ? Way.RELAY : mayPassHere ? Way.NONE : Way.FORBIDDEN;
    }

    private Decision decision(SiteView view, Offer offer, RequestFacts facts, @Nullable Rule rule, int tier) {
        SiteInfo info = view.info();
        if (info == null) {
            throw new IllegalStateException("chosen without an announcement: " + view);
        }
        boolean pinned = !policy.allows(facts.host(), offer, ownRegion);
        Rule by = pinned ? Rule.PINNED : rule != null ? rule : byTier(tier);
        return switch (way(info, offer, facts)) {
            case REDIRECT -> {
                String authority = Aliases.authority(info, facts.https(), facts.host());
                yield new Decision.Redirect(by, view.site(), authority == null ? "" : authority);
            }
            case RELAY -> new Decision.Relay(by, view.site());
            case FORBIDDEN, NONE -> Steering.MISDIRECTED;
        };
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
    String describe(Fib fib, LearnedOffer offered, RequestFacts facts) {
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
        if (!policy.allows(facts.host(), offer, info.region())) {
            return state + "the app may not be served in its region \"" + info.region() + "\"";
        }
        return state
                + switch (way(info, offer, facts)) {
                    case REDIRECT ->
                        "the client would be redirected to " + Aliases.authority(info, facts.https(), facts.host());
                    case RELAY -> "the request would be relayed";
                    case FORBIDDEN -> "it may only be redirected there, and this request cannot be";
                    case NONE -> "it has no alias for this name and scheme, and takes no relayed requests";
                };
    }
}
