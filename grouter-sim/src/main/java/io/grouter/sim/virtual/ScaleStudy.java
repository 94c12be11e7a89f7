package io.grouter.sim.virtual;

import io.grouter.fib.Fib;
import io.grouter.rib.OfferTable;
import io.grouter.rib.RibEvent;
import io.grouter.route.OfferChange;
import io.grouter.route.RouteUri;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What so many sites with so many routes each take: the configuration as shipped, one node per site, in virtual time. All
 * sites start at once with full tables; apps come and go for a while; one site is cut off and comes back.
 */
final class ScaleStudy implements Observer {
    private static final long SECOND_MILLIS = 1_000;
    private static final long MOST_START_MILLIS = 600_000;
    private static final long REST_MILLIS = 10_000;
    private static final long CHURN_MILLIS = 20_000;
    private static final long CUT_MILLIS = 40_000;
    /** Each route changes once in so many seconds: a foundation with an hour between deployments of an app. */
    private static final double SECONDS_PER_CHANGE = 3_600;

    private static final double SECONDS = CHURN_MILLIS / 1e3;

    private final int sites;
    private final int routes;
    private final Stage stage;
    private final SplittableRandom chance;
    private final Map<RouteUri, Long> bornNanos = new HashMap<>();
    private final List<Long> delays = new ArrayList<>();
    private boolean measuring;

    /**
     * What was measured.
     *
     * @param sites number of sites
     * @param routes routes of each site
     * @param startMillis from the start of all nodes until all tables were equal; -1 = not within ten minutes
     * @param startMib what each node sent to all others for that
     * @param p50Millis half of the changes were in all other sites' tables after this time
     * @param p99Millis likewise 99 of 100
     * @param maxMillis likewise all
     * @param linkBytes bytes a second from one site to one other while apps come and go
     * @param siteBytes bytes a second from one site to all others then
     * @param framesPerSecond frames a node takes in a second then; each has a signature to be checked
     * @param repairMillis from the end of a cut of 40 s until all tables were equal again
     * @param repairKib what the site that was cut off and the others sent each other for that, above the usual
     * @param heapBytes memory for each route learned in each node, everything included
     */
    record Result(
            int sites,
            int routes,
            long startMillis,
            double startMib,
            long p50Millis,
            long p99Millis,
            long maxMillis,
            double linkBytes,
            double siteBytes,
            double framesPerSecond,
            long repairMillis,
            double repairKib,
            double heapBytes) {
        static String header() {
            return "sites,routes_per_site,start_s,start_mib_per_node,change_p50_ms,change_p99_ms,change_max_ms,"
                    + "link_bytes_per_s,site_bytes_per_s,frames_per_s,repair_s,repair_kib,heap_bytes_per_route";
        }

        /** Reads what {@link #line} gave; throws {@link IllegalArgumentException} when it is something else. */
        static Result parse(String line) {
            String[] parts = line.split(",", -1);
            if (parts.length != 13) {
                throw new IllegalArgumentException(parts.length + " columns in: " + line);
            }
            double[] values =
                    Arrays.stream(parts).mapToDouble(Double::parseDouble).toArray();
            return new Result(
                    (int) values[0],
                    (int) values[1],
                    Math.round(values[2] * 1e3),
                    values[3],
                    (long) values[4],
                    (long) values[5],
                    (long) values[6],
                    values[7],
                    values[8],
                    values[9],
                    Math.round(values[10] * 1e3),
                    values[11],
                    values[12]);
        }

        String line() {
            return String.format(
                    Locale.ROOT,
                    "%d,%d,%.2f,%.2f,%d,%d,%d,%.0f,%.0f,%.0f,%.2f,%.0f,%.0f",
                    sites,
                    routes,
                    startMillis / 1e3,
                    startMib,
                    p50Millis,
                    p99Millis,
                    maxMillis,
                    linkBytes,
                    siteBytes,
                    framesPerSecond,
                    repairMillis / 1e3,
                    repairKib,
                    heapBytes);
        }
    }

    ScaleStudy(int sites, int routes, long seed) {
        this.sites = sites;
        this.routes = routes;
        this.stage = new Stage(Settings.asShipped(routes), seed, Mutation.NONE, this, note -> {});
        this.chance = stage.sources.random("study");
    }

    Result run() {
        long emptyHeap = heap();
        for (int number = 1; number <= sites; number++) {
            Site site = stage.add(new Site(number, "dc" + number, true));
            stage.add(new VirtualNode(stage, site, 1), chance);
            stage.every(
                    stage.settings.registration().toNanos() / 2, chance, site::registerOne); // shows that NATS is there
        }
        for (Site site : stage.sites) {
            VirtualNode node = site.nodes.get(0);
            node.start(true, false);
            for (int i = 0; i < routes; i++) {
                site.startQuietly(route("app-" + i, site), stage.now());
            }
            node.fill();
        }
        stage.aged();
        long start = untilEqual(0, MOST_START_MILLIS);
        double startMib = stage.network.wanBytes() / (double) sites / (1 << 20);

        stage.runUntil(stage.now() / 1_000_000 + REST_MILLIS); // what was asked for twice may still be on its way
        long now = stage.now() / 1_000_000;
        measuring = true;
        long bytes = stage.network.wanBytes();
        long frames = stage.network.frames();
        churn(CHURN_MILLIS);
        stage.runUntil(now + CHURN_MILLIS);
        double perSite = (stage.network.wanBytes() - bytes) / (double) sites / SECONDS;
        double framesIn = (stage.network.frames() - frames) / (double) sites / SECONDS;
        stage.runUntil(now + CHURN_MILLIS + 5 * SECOND_MILLIS);
        measuring = false;

        now = stage.now() / 1_000_000;
        cut(1);
        churn(CUT_MILLIS);
        stage.runUntil(now + CUT_MILLIS);
        cut(-1);
        bytes = stage.network.wanBytes();
        long repair = untilEqual(now + CUT_MILLIS, MOST_START_MILLIS);
        double usual = perSite * sites * repair / 1e3;
        double repairKib = Math.max(0, stage.network.wanBytes() - bytes - usual) / 1024;
        double heap = (heap() - emptyHeap) / (double) Math.max(1, learned());
        delays.sort(null);
        return new Result(
                sites,
                routes,
                start,
                startMib,
                delay(0.5),
                delay(0.99),
                delay(1),
                perSite / Math.max(1, sites - 1),
                perSite,
                framesIn,
                repair,
                repairKib,
                heap);
    }

    private static RouteUri route(String name, Site site) {
        return RouteUri.parse(name + "." + site + ".apps.example.com");
    }

    private void cut(int by) {
        Site first = stage.sites.get(0);
        for (Site other : stage.sites) {
            if (other != first) {
                stage.network.way(first.number, other.number).cuts += by;
                stage.network.way(other.number, first.number).cuts += by;
            }
        }
    }

    /** Apps of all sites come and go for a time, evenly. */
    private void churn(long millis) {
        double perSecond = Math.max(1, routes / SECONDS_PER_CHANGE);
        long changes = Math.round(perSecond * millis / 1e3);
        for (Site site : stage.sites) {
            for (long i = 0; i < changes; i++) {
                int number = chance.nextInt(routes);
                boolean one = i % 2 == 0;
                stage.agenda.after(chance.nextLong(millis * 1_000_000), () -> {
                    RouteUri uri = route(one ? "new-" + chance.nextInt(1 << 30) : "app-" + number, site);
                    if (one) {
                        bornNanos.put(uri, stage.now());
                        site.start(uri, stage.now());
                    } else {
                        site.stopAll(uri);
                    }
                });
            }
        }
    }

    private long untilEqual(long fromMillis, long mostMillis) {
        for (long millis = 0; millis <= mostMillis; millis += 250) {
            stage.runUntil(fromMillis + millis);
            if (equal()) {
                return millis;
            }
        }
        return -1;
    }

    private boolean equal() {
        for (Site owner : stage.sites) {
            OfferTable own = owner.nodes.get(0).rib().ownOffers();
            for (Site site : stage.sites) {
                OfferTable held = site == owner
                        ? own
                        : site.nodes.get(0).rib().learned(owner.id).table();
                if (held.digest() != own.digest() || held.size() != own.size()) {
                    return false;
                }
            }
        }
        return true;
    }

    private long learned() {
        return stage.sites.stream()
                .flatMap(site -> site.nodes.get(0).rib().learned().stream())
                .mapToLong(from -> from.table().size())
                .sum();
    }

    private long delay(double share) {
        return delays.isEmpty() ? -1 : delays.get((int) Math.round(share * (delays.size() - 1)));
    }

    private static long heap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Override
    public void published(VirtualNode node, Fib fib, List<OfferChange> ownChanges, List<RibEvent> events) {
        if (!measuring) {
            return;
        }
        for (RibEvent event : events) {
            if (event instanceof RibEvent.RouteAdded added && !added.site().equals(node.site.id)) {
                Long born = bornNanos.get(added.uri());
                if (born != null) {
                    delays.add((stage.now() - born) / 1_000_000);
                }
            }
        }
    }

    @Override
    public void sent(VirtualNode from, VirtualNode to, long bytes) {
        // what counts is the sum, which the network keeps
    }
}
