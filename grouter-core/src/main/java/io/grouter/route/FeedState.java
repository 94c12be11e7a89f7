package io.grouter.route;

/** How far this node's own view of its site can be trusted, by the state of its NATS feed. */
public enum FeedState {
    /** Connected, but a full registration interval has not passed yet: routes may be missing. */
    WARMING,
    /** Connected and fed: what is not in the table is not in the site. */
    LIVE,
    /** Connected, but nothing was heard for three registration intervals. */
    SILENT,
    /** Not connected. */
    LOST
}
