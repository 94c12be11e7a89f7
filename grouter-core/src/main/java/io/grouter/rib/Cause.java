package io.grouter.rib;

/** Why a table or a source changed. */
public enum Cause {
    /** This site's NATS said that an endpoint is there. */
    REGISTERED("nats"),
    /** This site's NATS said that an endpoint has left. */
    UNREGISTERED("nats"),
    /** An endpoint of this site was not heard of for too long. */
    EXPIRED("nats"),
    /** Another node of this site said so, while the own feed was not live. */
    SIBLING("sibling"),
    /** Another site said so. */
    ANNOUNCED("gossip"),
    /** Another site was silent for so long that it was forgotten. */
    FORGOTTEN("gossip"),
    /** An operator said what is to become of it. */
    ORDERED("operator"),
    /** It stood in the state file. */
    RESTORED("state-file");

    private final String source;

    Cause(String source) {
        this.source = source;
    }

    /** Returns where the news came from: {@code nats}, {@code sibling}, {@code gossip}, {@code operator} or
     * {@code state-file}. */
    public String source() {
        return source;
    }
}
