package io.grouter.sim.virtual;

/** What must hold in every world at every moment. */
enum Invariant {
    /** A learned table holds nothing its owner never announced. */
    NOTHING_INVENTED("a learned table holds nothing that its owner never announced"),
    /** A site's own table holds nothing but what its own NATS said. */
    SINGLE_WRITER("nobody but a site's own NATS writes its table"),
    /** All tables are equal to their owners', and those to the truth, some time after all faults are over. */
    CONVERGENCE("all tables equal their owners' within the bound after all faults are over"),
    /** A request for an app of this site stays, as long as nothing is wrong in this site. */
    LOCAL_STAYS("a local app is not sent away because of a fault elsewhere"),
    /** No request visits more than one other site. */
    ONE_HOP("no request visits two other sites"),
    /** Nobody is sent to a site known unfit while a fit one has the app. */
    FIT_FIRST("nobody is sent to a site known to be unfit while a fit one has the app"),
    /** What is not known is asked of the local GoRouters. */
    FAIL_OPEN("a node that does not know enough asks its GoRouters"),
    /** A client that asks DNS is sent where HTTP would have it. */
    DNS_AGREES("DNS and HTTP send a client to the same sites"),
    /** Never more bytes to one node of another site than configured. */
    WAN_CAP("no more bytes go to a node of another site than configured"),
    /** Queues and tables stay within their bounds. */
    BOUNDED("queues and tables stay within their bounds"),
    /** Nothing throws. */
    NO_EXCEPTION("nothing throws");

    private final String text;

    Invariant(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }
}
