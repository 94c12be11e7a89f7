package io.grouter.steering;

import io.grouter.route.SiteHealth;
import java.util.Arrays;
import java.util.Collection;

/**
 * How many of a site's new clients go to sites with more room: more and more while this site has hardly any and others
 * have some, fewer and fewer once it has room again or they have none. Between the two thresholds nothing changes, so
 * that it comes to rest there.
 *
 * <p>What is sent away shows in the announced health of the others a second or two later, and in full only when the
 * requests last as long as they use to. So their room is taken for less, or for more, by what was changed here in the
 * last seconds: without that, a site would be filled up before it could say so, and then be left empty again.
 *
 * <p>Not thread-safe; time is the number of steps, four a second.
 */
public final class Spill {
    private static final int MOST = 900;
    /** Least and most that is added in one step. */
    private static final int LEAST_STEP = 3;

    private static final int STEP = 25;
    /** Share of what is sent away that is taken back in one step, at a headroom of 1. */
    private static final double BACK = 0.4;
    /** Steps until the others' healths show what was changed here. */
    private static final int DELAY = 10;

    private final SteeringConfig.SpillConfig config;
    private final double[] before = new double[DELAY];
    private int steps;
    private double permille;

    /** Begins with nothing to be sent away. */
    public Spill(SteeringConfig.SpillConfig config) {
        this.config = config;
    }

    /**
     * Makes one step.
     *
     * @param own this site
     * @param others the fit sites that are heard of
     * @return how many of a thousand new clients are to be sent away until the next step
     */
    public int step(SiteHealth own, Collection<SiteHealth> others) {
        long free = 0;
        long limit = 0;
        for (SiteHealth other : others) {
            if (other.fit()) {
                free += other.free();
                limit += other.limit();
            }
        }
        if (!config.enabled() || limit == 0 || own.limit() == 0) {
            permille = 0;
            Arrays.fill(before, 0);
            return 0;
        }
        int now = steps++ % DELAY;
        double size = (double) own.limit() / limit;
        double room = (double) free / limit - underway(own, permille - before[now]) / limit;
        before[now] = permille;
        permille = Math.max(0, Math.min(MOST, permille + change(own.headroom(), room, Math.max(1, size))));
        permille = permille < 1 ? 0 : permille;
        return (int) permille;
    }

    /** Returns how many more requests the others will have at a time, for what was changed in the last seconds. */
    private double underway(SiteHealth own, double change) {
        double clients = own.inFlight() / (1 - permille / 1000);
        return clients * change / 1000;
    }

    /** @param size how much larger this site is than the others together, at least 1: it moves that much more at once */
    private double change(double headroom, double room, double size) {
        double start = config.startBelowPercent() / 100.0;
        double end = config.endAbovePercent() / 100.0;
        if (room < start) {
            return -(LEAST_STEP + STEP * Math.min(1, (start - room) / start)) / size;
        }
        if (headroom > end) {
            return -1 - permille * BACK * (headroom - end);
        }
        if (headroom < start && room > end) {
            double given = Math.min(1, (room - end) / end);
            return given * (LEAST_STEP + STEP * (start - headroom) / start) / size;
        }
        return 0;
    }
}
