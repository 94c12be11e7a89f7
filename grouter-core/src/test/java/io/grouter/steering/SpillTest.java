package io.grouter.steering;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Spill in virtual time: sites with a limit each, new clients that arrive at random, requests that take 0.1 to 2 seconds,
 * a step each 250 ms, and of the others only what their heartbeats said one to two seconds ago.
 */
class SpillTest {
    private static final SteeringConfig.SpillConfig CONFIG = new SteeringConfig.SpillConfig(true, 10, 25);
    private static final int TICK = 50;
    private static final int STEP = 250;
    private static final int HEARTBEAT = 1000;
    private static final double MEAN_SECONDS = 1.05;
    /** Free share above which a site is chosen for spilled requests, as in Candidates. */
    private static final double ROOMY = 0.02;

    /** The same in every run: the bounds below are statistical, and about one seed in a thousand goes beyond one. */
    private final Random random = new Random(Long.getLong("grouter.seed", 1));

    private final class Site {
        final Spill spill = new Spill(CONFIG);
        final int limit;
        final DoubleUnaryOperator load;
        final PriorityQueue<Integer> endings = new PriorityQueue<>();
        /** Announced healths that are on their way, with the time when they arrive. */
        final Deque<Announced> underway = new ArrayDeque<>();

        SiteHealth announced;
        int permille;
        int sentAway;
        int refused;
        int sentAwayWithRoom;
        int tookFull;
        final List<Double> headrooms = new ArrayList<>();
        final List<Integer> permilles = new ArrayList<>();
        final List<Integer> sent = new ArrayList<>();

        /**
         * Makes a site.
         *
         * @param load how much of its limit its own clients would take, by the second
         */
        Site(int limit, DoubleUnaryOperator load) {
            this.limit = limit;
            this.load = load;
            this.announced = health();
        }

        SiteHealth health() {
            return new SiteHealth(2, false, limit, Math.min(limit, endings.size()), 0);
        }

        double headroom() {
            return health().headroom();
        }

        void take(int now) {
            // More than the limit wait for a short time, or get a 503: neither takes a GoRouter's time.
            if (endings.size() >= limit) {
                refused++;
            } else {
                endings.add(now + 100 + random.nextInt(1900));
            }
        }
    }

    private record Announced(int at, SiteHealth health) {}

    private void run(int seconds, Site... sites) {
        for (int now = 0; now < seconds * 1000; now += TICK) {
            for (int i = 0; i < sites.length; i++) {
                Site site = sites[i];
                while (!site.endings.isEmpty() && site.endings.peek() <= now) {
                    site.endings.poll();
                }
                while (!site.underway.isEmpty() && site.underway.peek().at <= now) {
                    site.announced = site.underway.poll().health;
                }
                if ((now + i * 150) % HEARTBEAT == 0) {
                    site.underway.add(new Announced(now + random.nextInt(1001), site.health()));
                }
            }
            for (int i = 0; i < sites.length; i++) {
                if ((now + i * 50) % STEP == 0) {
                    step(sites, sites[i]);
                }
                arrive(sites, sites[i], now);
            }
            if (now % 1000 == 0) {
                for (Site site : sites) {
                    site.headrooms.add(site.headroom());
                    site.permilles.add(site.permille);
                    site.sent.add(site.sentAway);
                }
            }
        }
    }

    private static void step(Site[] sites, Site site) {
        List<SiteHealth> others = Arrays.stream(sites)
                .filter(other -> other != site)
                .map(other -> other.announced)
                .toList();
        site.permille = site.spill.step(site.health(), others);
    }

    private void arrive(Site[] sites, Site site, int now) {
        double expected = site.load.applyAsDouble(now / 1000.0) * site.limit / MEAN_SECONDS * TICK / 1000;
        int arriving = (int) expected + (random.nextDouble() < expected % 1 ? 1 : 0);
        for (int i = 0; i < arriving; i++) {
            String client = "10." + random.nextInt(256) + "." + random.nextInt(256) + "." + random.nextInt(256);
            Site to = Rendezvous.permille(client) < site.permille ? roomy(sites, site, client) : site;
            if (to != site) {
                site.sentAway++;
                site.sentAwayWithRoom += site.headroom() > 0.25 ? 1 : 0;
                to.tookFull += to.headroom() < 0.1 ? 1 : 0;
            }
            to.take(now);
        }
    }

    private static Site roomy(Site[] sites, Site site, String client) {
        Site best = site;
        double bestScore = 0;
        for (int i = 0; i < sites.length; i++) {
            SiteHealth health = sites[i].announced;
            double score = Rendezvous.score(new SiteId("dc" + i), client, Math.max(1, health.free()));
            if (sites[i] != site && health.headroom() > ROOMY && score > bestScore) {
                best = sites[i];
                bestScore = score;
            }
        }
        return best;
    }

    private static double least(List<Double> values, int from, int to) {
        return values.subList(from, to).stream().mapToDouble(x -> x).min().orElseThrow();
    }

    private static double mean(List<Double> values, int from, int to) {
        return values.subList(from, to).stream().mapToDouble(x -> x).average().orElseThrow();
    }

    private static int band(List<Integer> values, int from, int to) {
        List<Integer> part = values.subList(from, to);
        return part.stream().mapToInt(x -> x).max().orElseThrow()
                - part.stream().mapToInt(x -> x).min().orElseThrow();
    }

    /** Returns how often a value turned round by more than a band. */
    private static int turns(List<Integer> values, int from, int to, int band) {
        int turns = 0;
        int direction = 0;
        int extreme = values.get(from);
        for (int value : values.subList(from, to)) {
            if (direction >= 0 && value < extreme - band) {
                turns += direction > 0 ? 1 : 0;
                direction = -1;
                extreme = value;
            } else if (direction <= 0 && value > extreme + band) {
                turns += direction < 0 ? 1 : 0;
                direction = 1;
                extreme = value;
            } else if (direction > 0 ? value > extreme : direction < 0 && value < extreme) {
                extreme = value;
            }
        }
        return turns;
    }

    /** It comes to rest: from then on neither a wide band nor a to and fro. */
    private static void assertSettled(Site site, int from, int to) {
        assertThat(band(site.permilles, from, to)).as("%s", site.permilles).isLessThan(120);
        assertThat(turns(site.permilles, from, to, 40)).as("%s", site.permilles).isLessThan(3);
    }

    private static void assertSparesOthers(Site taking, int from, int to) {
        assertThat(least(taking.headrooms, from, to)).as("%s", taking.headrooms).isGreaterThan(0.05);
        assertThat(mean(taking.headrooms, from, to)).isGreaterThan(0.1);
        assertThat(taking.permilles).as("it sends nothing away itself").containsOnly(0);
    }

    @Test
    void oneOverloadedSiteFindsRoomInTwoOthersAndComesToRest() {
        Site full = new Site(1000, t -> 1.5);
        Site second = new Site(1000, t -> 0.4);
        Site third = new Site(1000, t -> 0.4);
        run(120, full, second, third);
        assertSettled(full, 30, 120);
        assertThat(mean(full.headrooms, 30, 120)).isBetween(0.06, 0.25);
        assertThat(least(full.headrooms, 30, 120)).isGreaterThan(0.01);
        assertSparesOthers(second, 0, 120);
        assertSparesOthers(third, 0, 120);
    }

    @Test
    void oneOverloadedSiteFindsRoomInALargerOne() {
        Site full = new Site(500, t -> 1.5);
        Site other = new Site(2000, t -> 0.4);
        run(120, full, other);
        assertSettled(full, 30, 120);
        assertThat(mean(full.headrooms, 30, 120)).isBetween(0.05, 0.25);
        assertSparesOthers(other, 0, 120);
    }

    /** Two sites of one size that have a tenth of room between them: the other one is filled no further than it may be. */
    @Test
    void theOnlyOtherSiteIsNotFilledUp() {
        Site full = new Site(1000, t -> 1.5);
        Site other = new Site(1000, t -> 0.4);
        run(120, full, other);
        assertSettled(full, 30, 120);
        assertSparesOthers(other, 0, 120);
        assertThat(full.refused).as("fewer than without spill").isLessThan(1000 * 120 / 2 * 3 / 4);
    }

    @Test
    void aLargeSiteDoesNotFloodASmallOne() {
        Site full = new Site(4000, t -> 1.3);
        Site small = new Site(500, t -> 0.4);
        run(120, full, small);
        assertThat(mean(small.headrooms, 10, 120)).as("%s", small.headrooms).isGreaterThan(0.1);
        assertThat(small.refused).as("%s", small.headrooms).isLessThan(50);
    }

    @Test
    void spillFollowsALoadThatRisesAndFalls() {
        Site one = new Site(1000, t -> t < 60 ? t / 40 : Math.max(0.2, 1.5 - (t - 60) / 40));
        Site second = new Site(1000, t -> 0.4);
        Site third = new Site(2000, t -> 0.4);
        run(150, one, second, third);
        int most = one.permilles.indexOf(
                one.permilles.stream().mapToInt(x -> x).max().orElseThrow());
        assertThat(turns(one.permilles, 0, 150, 40)).as("%s", one.permilles).isEqualTo(1);
        assertThat(most).isBetween(55, 80);
        assertThat(one.permilles.subList(0, 30))
                .as("room for more than a quarter")
                .containsOnly(0);
        assertThat(one.permilles.subList(110, 150)).containsOnly(0);
        assertThat(one.sentAwayWithRoom).as("only while it falls").isLessThan(one.sentAway / 4);
        assertSparesOthers(second, 0, 150);
        assertSparesOthers(third, 0, 150);
    }

    @Test
    void afterABurstNothingIsSentAwayAnyMore() {
        Site one = new Site(1000, t -> t > 20 && t < 25 ? 3 : 0.4);
        Site second = new Site(1000, t -> 0.4);
        run(60, one, second);
        assertThat(one.permilles.subList(0, 20)).containsOnly(0);
        assertThat(one.sentAway).isPositive();
        assertThat(one.permilles.subList(34, 60)).as("%s", one.permilles).containsOnly(0);
        assertSparesOthers(second, 0, 60);
    }

    @Test
    void whenAllAreFullNothingIsSentToAFullSite() {
        Site[] full = {new Site(1000, t -> 1.5), new Site(1000, t -> 1.2), new Site(1000, t -> 1.1)};
        run(60, full);
        for (Site site : full) {
            assertThat(site.permilles.subList(6, 60)).containsOnly(0);
            assertThat(site.sent.get(59)).isEqualTo(site.sent.get(6));
        }
    }

    @Test
    void sitesHelpEachOtherInTurn() {
        Site day = new Site(1000, t -> t < 60 ? 1.3 : 0.3);
        Site night = new Site(1000, t -> t > 80 ? 1.3 : 0.3);
        run(160, day, night);
        assertThat(day.permilles.subList(30, 60)).allMatch(permille -> permille > 150);
        assertThat(day.permilles.subList(75, 160)).as("%s", day.permilles).containsOnly(0);
        assertThat(night.permilles.subList(0, 80)).containsOnly(0);
        assertThat(night.permilles.subList(110, 160)).allMatch(permille -> permille > 150);
        assertThat(day.tookFull + night.tookFull).isLessThan(100);
    }

    /** The site that took what the other had too much of gets too much itself: the other one has to stop. */
    @Test
    void nothingMoreIsSentToASiteThatHasBecomeFull() {
        Site one = new Site(1000, t -> 1.4);
        Site other = new Site(1000, t -> t < 60 ? 0.3 : 1.2);
        run(120, one, other);
        assertThat(one.permilles.subList(30, 60)).allMatch(permille -> permille > 150);
        assertThat(one.permilles.subList(85, 120)).as("%s", one.permilles).containsOnly(0);
        assertThat(other.sentAway).as("to one that is full as well").isZero();
    }

    @Test
    void nothingIsSentAwayWithoutNeedPermissionOrAnotherSite() {
        SiteHealth full = new SiteHealth(2, false, 100, 100, 0);
        SiteHealth free = new SiteHealth(2, false, 100, 0, 0);
        Spill off = new Spill(new SteeringConfig.SpillConfig(false, 10, 25));
        Spill on = new Spill(CONFIG);
        for (int i = 0; i < 20; i++) {
            assertThat(off.step(full, List.of(free))).isZero();
            assertThat(on.step(full, List.of())).isZero();
            assertThat(on.step(full, List.of(free.withDraining(true)))).isZero();
            assertThat(on.step(full, List.of(new SiteHealth(0, false, 100, 0, 0))))
                    .isZero();
            assertThat(on.step(new SiteHealth(2, false, 100, 89, 0), List.of(free)))
                    .isZero();
            assertThat(on.step(SiteHealth.NONE, List.of(free))).isZero();
        }
        for (int i = 0; i < 200; i++) {
            assertThat(on.step(full, List.of(free))).isBetween(1, 900);
        }
        assertThat(on.step(full, List.of())).as("the last site has gone").isZero();
        assertThat(on.step(free, List.of(free))).isZero();
    }
}
