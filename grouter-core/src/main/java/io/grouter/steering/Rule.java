package io.grouter.steering;

/**
 * The rule that decided; its {@link #reason()} is what users see in headers, metrics and explanations. In the order in
 * which they are asked, but for those of one step, which differ in how far the site chosen is trusted.
 */
public enum Rule {
    /** Another site sent the request: this site must serve it. */
    INTER_SITE("inter-site", "another site sent the request, so this site serves it"),
    /** The request came for this site's alias: this site must serve it. */
    ALIAS("alias", "the name is this site's alias, so this site serves it"),
    /** The request came for another site's alias: it is never sent on, so that it cannot go round in circles. */
    FOREIGN_ALIAS("foreign-alias", "the name is another site's alias; it is never sent on"),
    /** The request has been through a Grouter before: it is not sent on a second time. */
    SECOND_HOP("second-hop", "the request has been sent on once (CDN-Loop), so it stays here"),
    /** The app may only be served in other regions, and this site is in none of them. */
    PINNED("pinned", "the app is pinned to regions that this site is not in"),
    /** An operator forces the route to one site. */
    FORCED("forced", "an operator forces the route to this site"),
    /** An operator drains the route here, and another site has it. */
    DRAINED_ROUTE("drained-route", "an operator drains the route here, and another site has it"),
    /** An operator drains the site, and another site has the route. */
    DRAINED_SITE("drained-site", "an operator drains this site, and another site has the route"),
    /** The session the request belongs to is known to have its instance in one site. */
    SESSION("session", "the instance of the request's session runs in this site"),
    /** Every local GoRouter is down, and another site has the route. */
    LOCAL_DOWN("local-down", "no GoRouter here takes requests, and another site has the route"),
    /** The site has as much to do as it can take, another has room. */
    SPILL("spill", "this site has hardly any room left, and another one has the route and room"),
    /** This site has the route. */
    LOCAL("local", "this site has the route, and local wins"),
    /** Another site has it, but this node cannot be sure that its own site has not. */
    UNSURE("unsure", "this site's table is not complete, so the local GoRouters are asked first"),
    /** Only others have it, and the best of them is fresh. */
    LEARNED("learned", "only other sites have the route; the best of them is fresh"),
    /** Only others have it, and the best of them has been silent for seconds. */
    LEARNED_SUSPECT("learned-suspect", "only other sites have the route; the best of them has been silent for seconds"),
    /** Only others have it, and the best of them has been silent for long. */
    LEARNED_STALE("learned-stale", "only other sites have the route; the best of them has been silent for long"),
    /** Only others have it, and all of them drain or are not heard by anyone; one of them is all there is. */
    LAST_SITE("last-site", "the only sites that have the route drain, or nobody hears them, but there is no other"),
    /** Only others have it, but none of them can take requests or be reached. */
    NO_FIT_SITE("no-fit-site", "only other sites have the route, but none of them can take the request"),
    /** It was here a moment ago and is nowhere now. */
    KNOWN_EMPTY("known-empty", "the last instance of the app has left, and no site has another one"),
    /** Nobody is known to have it: the GoRouters answer, whatever they know. */
    UNKNOWN("unknown", "no site is known to have the route, so the local GoRouters answer"),
    /** The GoRouter does not have it, or none could be asked, and another site has. */
    SECOND_CHANCE("second-chance", "the local GoRouters do not have the app, and another site has the route");

    private final String reason;
    private final String text;

    Rule(String reason, String text) {
        this.reason = reason;
        this.text = text;
    }

    /** Returns the short name, as in {@code X-Grouter-Reason}. */
    public String reason() {
        return reason;
    }

    /** Returns one sentence that says why. */
    public String text() {
        return text;
    }
}
