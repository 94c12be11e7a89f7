package io.grouter.steering;

/** The rule that decided; its {@link #reason()} is what users see in headers, metrics and explanations. */
public enum Rule {
    /** The request came for this site's alias: this site must serve it. */
    ALIAS("alias", "the name is this site's alias, so this site serves it"),
    /** The request came for another site's alias: it is never sent on, so that it cannot go round in circles. */
    FOREIGN_ALIAS("foreign-alias", "the name is another site's alias; it is never sent on"),
    /** This site has the route. */
    LOCAL("local", "this site has the route, and local wins"),
    /** Another site has it, but this node cannot be sure that its own site has not. */
    UNSURE("unsure", "only other sites are known to have the route, but this site's feed is not live"),
    /** Only others have it, and the best of them is fresh. */
    LEARNED("learned", "only other sites have the route; the best of them is fresh"),
    /** Only others have it, and the best of them has been silent for seconds. */
    LEARNED_SUSPECT("learned-suspect", "only other sites have the route; the best of them has been silent for seconds"),
    /** Only others have it, and the best of them has been silent for long. */
    LEARNED_STALE("learned-stale", "only other sites have the route; the best of them has been silent for long"),
    /** Only others have it, but none of them can take requests or be named in a redirect. */
    NO_FIT_SITE("no-fit-site", "only other sites have the route, but none of them can take the request"),
    /** It was here a moment ago and is nowhere now: the GoRouters answer. */
    KNOWN_EMPTY("known-empty", "the last endpoint of the route has left, so the local GoRouters answer"),
    /** Nobody is known to have it: the GoRouters answer, whatever they know. */
    UNKNOWN("unknown", "no site is known to have the route, so the local GoRouters answer");

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
