package io.grouter.steering;

import io.grouter.route.SiteHealth;
import java.util.Collection;

/**
 * How many of a site's new clients go to sites with more room: more and more while this site has hardly any and others
 * have some, fewer and fewer once it has room again. It moves in small steps, smaller on the way back, because what it
 * does shows in the announced health of the others only a second or two later. Not thread-safe; time is the number of
 * steps, four a second.
 */
public final class Spill {
    private static final int MOST = 900;
    private static final int LEAST_STEP = 5;
    private static final int STEP = 25;
    private static final int BACK = 4;

    private final SteeringConfig.SpillConfig config;
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
        double start = config.startBelowPercent() / 100.0;
        double end = config.endAbovePercent() / 100.0;
        long free = 0;
        long limit = 0;
        for (SiteHealth other : others) {
            if (other.fit()) {
                free += other.free();
                limit += other.limit();
            }
        }
        double room = limit == 0 ? 0 : (double) free / limit;
        double headroom = own.headroom();
        if (!config.enabled() || limit == 0) {
            permille = 0;
        } else if (room < start || headroom > end) {
            permille = Math.max(0, permille - BACK - (room < start ? STEP : 0));
        } else if (headroom < start && room > end) {
            permille = Math.min(MOST, permille + LEAST_STEP + STEP * (start - headroom) / start);
        }
        return (int) permille;
    }
}
