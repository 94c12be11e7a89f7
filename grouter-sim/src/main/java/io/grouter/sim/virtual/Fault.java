package io.grouter.sim.virtual;

import java.util.Locale;

/** What can go wrong in a simulated world. */
enum Fault {
    /** Nothing gets from one site to another. */
    CUT_ONE_WAY(Subject.PAIR, "nothing gets from %s to %s"),
    /** Nothing gets between two sites. */
    CUT(Subject.PAIR, "%s and %s are cut off from each other"),
    /** A site is cut off from all others. */
    ISOLATE(Subject.SITE, "%s is cut off from all other sites"),
    /** Everything between two sites takes long. */
    SLOW(Subject.PAIR, "the link between %s and %s is slow: %d ms more"),
    /** Some messages between two sites get lost. */
    LOSE(Subject.PAIR, "the link between %s and %s loses %d of 1000"),
    /** Some messages between two sites come twice. */
    REPEAT(Subject.PAIR, "the link between %s and %s repeats %d of 1000"),
    /** Messages between two sites overtake each other. */
    REORDER(Subject.PAIR, "the link between %s and %s mixes up %d of 1000"),
    /** Some messages between two sites are damaged. */
    CORRUPT(Subject.PAIR, "the link between %s and %s damages %d of 1000"),
    /** The link between two sites is narrow. */
    NARROW(Subject.PAIR, "the link between %s and %s takes %d kB/s"),
    /** A node does not reach the others of its site. */
    APART(Subject.NODE, "%s does not reach its siblings"),
    /** A node stops for a time, as in a long collection, and goes on with what it has. */
    PAUSE(Subject.NODE, "%s stands still"),
    /** A node is killed and starts again with neither its incarnation nor its tables. */
    KILL(Subject.NODE, "%s is killed, its files are lost"),
    /** A node is killed and starts again with its incarnation, but without tables. */
    KILL_KEEPING_INCARNATION(Subject.NODE, "%s is killed, its state file is lost"),
    /** A node is killed and starts again with all it wrote down. */
    KILL_KEEPING_STATE(Subject.NODE, "%s is killed, its files are kept"),
    /** All nodes of a site are killed. */
    KILL_SITE(Subject.SITE, "all nodes of %s are killed"),
    /** The node that speaks for a site is killed. */
    KILL_SPEAKER(Subject.SITE, "the node that speaks for %s is killed"),
    /** The calendar of a node jumps. */
    CLOCK_JUMP(Subject.NODE, "the clock of %s jumps by %d s"),
    /** The clock of a node goes too fast or too slow. */
    DRIFT(Subject.NODE, "the clock of %s is off by %d of 1000"),
    /** No node of a site reaches its NATS servers. */
    NATS_DOWN(Subject.SITE, "the NATS servers of %s are down"),
    /** The NATS servers of a site take connections and say nothing. */
    NATS_SILENT(Subject.SITE, "the NATS servers of %s are silent"),
    /** One node does not reach the NATS servers. */
    NATS_LOST(Subject.NODE, "%s does not reach NATS"),
    /** One node hears only some of what NATS says. */
    PARTIAL_FEED(Subject.NODE, "%s hears only %d of 1000 messages of NATS"),
    /** Most apps of a site are unregistered at once. */
    MASS_UNREGISTER(Subject.SITE, "most apps of %s are unregistered"),
    /** Apps of a site come and go. */
    FLAP(Subject.SITE, "apps of %s come and go"),
    /** All apps of a site are deployed anew, one after the other. */
    REDEPLOY(Subject.SITE, "all apps of %s are deployed anew"),
    /** Another installation has the same name and key as a site. */
    DUPLICATE_SITE(Subject.SITE, "there is a second %s"),
    /** A node with a configured site's key replays, forges and floods. */
    HOSTILE(Subject.SITE, "somebody in %s replays, forges and floods"),
    /** The GoRouters of a site are down. */
    GOROUTERS_DOWN(Subject.SITE, "the GoRouters of %s are down"),
    /** An operator drains a site. */
    DRAIN_SITE(Subject.SITE, "%s is drained"),
    /** An operator drains one route in a site. */
    DRAIN_ROUTE(Subject.SITE, "a route of %s is drained");

    /** What a fault happens to. */
    enum Subject {
        SITE,
        PAIR,
        NODE
    }

    private final Subject subject;
    private final String text;

    Fault(Subject subject, String text) {
        this.subject = subject;
        this.text = text;
    }

    Subject subject() {
        return subject;
    }

    /** Returns its name as users write it. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Returns whether the fault takes away what a site knows of itself or does with it. */
    boolean hitsOwnSite() {
        return switch (this) {
            case CUT_ONE_WAY, CUT, ISOLATE, SLOW, LOSE, REPEAT, REORDER, CORRUPT, NARROW, DUPLICATE_SITE, HOSTILE ->
                false;
            default -> true;
        };
    }

    /** Says what happens, with the names of sites or node and the amount. */
    String text(String first, String second, int amount) {
        return switch (subject) {
            case PAIR -> String.format(Locale.ROOT, text, first, second, amount);
            default -> String.format(Locale.ROOT, text, first, amount);
        };
    }
}
