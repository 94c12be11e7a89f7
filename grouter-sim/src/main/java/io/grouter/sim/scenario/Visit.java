package io.grouter.sim.scenario;

import java.util.Locale;

/**
 * One request of a client that has ended.
 *
 * @param asked what was asked for
 * @param site number of the site that was asked, from 1
 * @param node number of the node that the client prefers
 * @param beginNanos when it began, by {@link System#nanoTime}
 * @param nanos how long it took
 * @param outcome {@link RequestClass#usual} or what came instead
 * @param way how it was answered
 * @param by number of the site whose app answered; 0 = none
 * @param cutOffs how often a connection ended under it, and it was made again
 * @param story what happened on the way, for people
 */
public record Visit(
        RequestClass asked,
        int site,
        int node,
        long beginNanos,
        long nanos,
        String outcome,
        Way way,
        int by,
        int cutOffs,
        String story) {
    /** How a request was answered, as far as a client can see. */
    public enum Way {
        /** By the site that was asked. */
        FORWARDED,
        /** By another site, to which the client was sent. */
        REDIRECTED,
        /** By another site, through the one that was asked. */
        RELAYED,
        /** Otherwise than it must be. */
        FAILED;

        /** Returns the word for it in scenario files and reports. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Returns whether it ended otherwise than it must when nothing is wrong. */
    public boolean failed() {
        return way == Way.FAILED;
    }

    /** Returns who asked for what. */
    public String who() {
        return asked.title() + " at dc" + site + "-" + node;
    }
}
