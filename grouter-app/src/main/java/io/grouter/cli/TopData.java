package io.grouter.cli;

import java.time.Instant;
import java.util.List;

/**
 * What {@code top} shows.
 *
 * @param node the node's address
 * @param at when the node was asked
 * @param trouble why there is nothing newer, or {@code ""}
 * @param changes the journal, newest first
 */
record TopData(
        String node,
        Instant at,
        String trouble,
        List<Fields> sites,
        List<Fields> goRouters,
        Fields feed,
        List<Fields> overrides,
        List<Fields> changes) {

    /** Returns the same with another word on why there is nothing newer. */
    TopData with(String why) {
        return new TopData(node, at, why, sites, goRouters, feed, overrides, changes);
    }

    /** Asks a node for everything. */
    static TopData from(Session session) throws CommandFailure, InterruptedException {
        List<Fields> sites = session.get("/v1/sites").fields().objects("sites");
        return new TopData(
                session.target().toString(),
                session.surroundings().now(),
                "",
                sites,
                session.get("/v1/gorouters").fields().objects("gorouters"),
                session.get("/v1/feed").fields().object("feed"),
                session.get("/v1/overrides").fields().objects("overrides"),
                session.get("/v1/journal?limit=50").fields().objects("changes"));
    }
}
