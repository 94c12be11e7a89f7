package io.grouter.sim.scenario;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Something that is done to running sites: typed by a person, or a step of a scenario. Sites are numbers from 1. */
public sealed interface Command {
    /** What is done to a part of a site. */
    enum Verb {
        /** It is started, or started again. */
        START,
        /** A node ends as on SIGTERM, everything else at once. */
        STOP,
        /** It ends at once. */
        KILL,
        /** It stands still. */
        FREEZE,
        /** It goes on after a freeze. */
        THAW,
        /** It fails its health check and serves on. */
        DRAIN
    }

    /** A kind of part of a site. */
    enum Kind {
        /** A Grouter node. */
        NODE,
        /** A GoRouter. */
        GOROUTER,
        /** The NATS server. */
        NATS,
        /** All of these. */
        SITE
    }

    /**
     * Something is done to a part of a site.
     *
     * @param index number of the node or GoRouter, from 1
     */
    record Part(Verb verb, Kind kind, int site, int index) implements Command {}

    /** All nodes of a site are restarted, one after the other. */
    record Restart(int site) implements Command {}

    /** An app is pushed. */
    record Push(String name, Set<Integer> sites) implements Command {}

    /** An app is deleted from all sites. */
    record Delete(String name) implements Command {}

    /**
     * Many routes are registered at once.
     *
     * @param routes how many; those of the storm before are unregistered
     */
    record Storm(int site, int routes) implements Command {}

    /** One direction of the link between two sites. */
    record Way(int from, int to) {}

    /** Nothing gets through any more. */
    record Cut(List<Way> ways) implements Command {}

    /**
     * Links become slow.
     *
     * @param bytesPerSecond most bytes per second; 0 = as many as come
     */
    record Slow(List<Way> ways, Duration delay, long bytesPerSecond) implements Command {}

    /**
     * Links deliver wrong bytes.
     *
     * @param percent share of the pieces in which a byte is wrong
     */
    record Corrupt(List<Way> ways, int percent) implements Command {}

    /** Links are as before again. */
    record Heal(List<Way> ways) implements Command {}

    /**
     * A site is drained, or no longer.
     *
     * @param begin false to take it back
     */
    record DrainSite(int site, boolean begin) implements Command {}

    /**
     * A route is drained in a site, or no longer.
     *
     * @param begin false to take it back
     */
    record DrainRoute(int site, String route, boolean begin) implements Command {}

    /**
     * New certificates for the links between sites.
     *
     * @param site whose; 0 = all sites, of a new authority
     */
    record Certificates(int site) implements Command {}
}
