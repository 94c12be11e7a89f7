package io.grouter.sim.virtual;

import io.grouter.overrides.OperatorOverride;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Several sites in virtual time, one thread, no clock but the agenda's. The same schedule always runs the same way, in
 * any process.
 */
final class World {
    /** So long after the last fault is over all tables are equal, in milliseconds of virtual time. */
    static final long CONVERGENCE_MILLIS = 60_000;

    private static final long SECOND = 1_000_000_000L;
    private static final long STAYS_MILLIS = 8_000;
    private static final int ROGUE_NUMBER = 200;

    private final Stage stage;
    private final Checks checks = new Checks(this);
    private final Schedule schedule;
    private final SplittableRandom churn;
    private final SplittableRandom visitors;
    private final Set<RouteUri> ever = new HashSet<>();
    private final List<Site> rogues = new ArrayList<>();
    private boolean faultsOver;

    /**
     * What came of a run.
     *
     * @param violation what did not hold, or null
     * @param convergedMillis how long after the last fault all tables were equal, in virtual time; -1 = never
     * @param virtualMillis how long the run took in virtual time
     * @param requests how many requests were followed
     * @param frames how many frames were sent
     * @param trace a number that is the same for equal runs
     */
    record Outcome(
            @Nullable Violation violation,
            long convergedMillis,
            long virtualMillis,
            long requests,
            long frames,
            long trace) {}

    World(Schedule schedule, Mutation mutation, Consumer<String> notes) {
        this.schedule = schedule;
        this.stage = new Stage(Settings.QUICK, schedule.seed(), mutation, checks, notes);
        this.churn = stage.sources.random("churn");
        this.visitors = stage.sources.random("visitors");
    }

    // ---- what the checks ask

    long now() {
        return stage.now();
    }

    boolean mutated(Mutation by) {
        return stage.mutated(by);
    }

    private void note(String what) {
        stage.note(what);
    }

    List<Site> sites() {
        return stage.sites;
    }

    Site site(SiteId id) {
        return stage.site(id);
    }

    /** Returns all sites of a name: more than one while there is a duplicate, or was. */
    List<Site> named(SiteId id) {
        List<Site> all = new ArrayList<>(rogues);
        all.addAll(stage.sites);
        all.removeIf(each -> !each.id.equals(id));
        return all;
    }

    /** Returns how many different routes there ever were. */
    int routesEver() {
        return ever.size();
    }

    int routesNow() {
        Set<RouteUri> all = new HashSet<>();
        stage.sites.forEach(site -> all.addAll(site.apps.keySet()));
        return all.size();
    }

    // ---- running

    Outcome run() {
        Violation violation = null;
        long converged = -1;
        try {
            build();
            long end = schedule.endMillis();
            stage.runUntil(end);
            faultsOver = true;
            note("all faults are over");
            converged = settle(end);
        } catch (Violation e) {
            violation = e;
        } catch (RuntimeException e) {
            violation = new Violation(Invariant.NO_EXCEPTION, e.toString());
            violation.initCause(e);
        }
        if (violation != null) {
            note("BROKEN: " + violation.invariant().text() + ": " + violation.getMessage());
            stage.everybody().forEach(node -> note(node + ": " + node.counters()));
        }
        return new Outcome(
                violation, converged, now() / 1_000_000, checks.requests(), stage.network.frames(), checks.trace());
    }

    private long settle(long end) {
        for (long millis = 0; millis <= CONVERGENCE_MILLIS; millis += 250) {
            stage.runUntil(end + millis);
            if (checks.difference() == null) {
                note("all tables are equal");
                stage.runUntil(end + millis + STAYS_MILLIS);
                String after = checks.difference();
                if (after == null) {
                    return millis;
                }
                note("not any more: " + after);
                millis += STAYS_MILLIS;
            }
        }
        throw new Violation(
                Invariant.CONVERGENCE, CONVERGENCE_MILLIS / 1000 + " s after the last fault: " + checks.difference());
    }

    private void build() {
        Schedule.Size size = schedule.size();
        for (int number = 1; number <= size.sites(); number++) {
            Site site = new Site(number, "dc" + number, true);
            stage.add(site);
        }
        SplittableRandom layout = stage.sources.random("layout");
        for (Site site : stage.sites) {
            for (int number = 1; number <= size.nodes(); number++) {
                stage.add(new VirtualNode(stage, site, number), layout);
            }
            stage.every(Settings.QUICK.registration().toNanos(), layout, site::registerAll);
        }
        apps(layout);
        for (Site site : stage.sites) {
            site.nodes.forEach(node -> stage.agenda.after(layout.nextLong(2 * SECOND), () -> {
                node.start(true, true);
                stage.aged();
            }));
        }
        stage.every(SECOND, layout, this::churn);
        stage.every(SECOND / 5, layout, this::visit);
        stage.every(SECOND, layout, this::measure);
        schedule.steps()
                .forEach(step -> stage.agenda.after(step.fromMillis() * 1_000_000, () -> {
                    note(step.text());
                    Runnable end = begin(step);
                    stage.agenda.after((step.untilMillis() - step.fromMillis()) * 1_000_000, end);
                }));
    }

    private void apps(SplittableRandom layout) {
        int apps = schedule.size().apps();
        for (Site site : stage.sites) {
            for (int i = 1; i <= apps; i++) {
                start(
                        site,
                        (i % 5 == 0 ? "*.w" + i : "app-" + i) + "-" + site + ".apps.test" + (i % 4 == 0 ? "/v2" : ""));
            }
        }
        for (int i = 1; i <= apps; i++) {
            for (Site site : stage.sites) {
                if (layout.nextBoolean()) {
                    start(site, "shared-" + i + ".apps.test");
                }
            }
        }
    }

    private void start(Site site, String uri) {
        RouteUri route = RouteUri.parse(uri);
        ever.add(route);
        site.start(route, now());
    }

    /** Apps are pushed, scaled and deleted all the time, until the faults are over. */
    private void churn() {
        if (faultsOver) {
            return;
        }
        Site site = stage.sites.get(churn.nextInt(stage.sites.size()));
        List<RouteUri> uris = List.copyOf(site.apps.keySet());
        if (uris.isEmpty() || churn.nextInt(4) == 0) {
            start(site, "new-" + churn.nextInt(20) + ".apps.test");
            return;
        }
        RouteUri uri = uris.get(churn.nextInt(uris.size()));
        if (churn.nextBoolean()) {
            site.start(uri, now());
        } else if (site.instances(uri) > 1 || churn.nextInt(3) == 0) {
            site.stopOne(uri);
        }
    }

    /** Requests for apps that are somewhere, and for one that is nowhere. */
    private void visit() {
        for (VirtualNode node : stage.everybody()) {
            if (node.running() && !node.rogue) {
                Site of = stage.sites.get(visitors.nextInt(stage.sites.size()));
                List<RouteUri> uris = List.copyOf(of.apps.keySet());
                RouteUri uri = uris.isEmpty() || visitors.nextInt(20) == 0
                        ? RouteUri.parse("nobody.apps.test")
                        : uris.get(visitors.nextInt(uris.size()));
                checks.request(node, uri, visitors);
            }
        }
    }

    private void measure() {
        for (Site site : stage.sites) {
            if (site.troubles > 0) {
                site.troubledNanos = now();
            }
            if (mutated(Mutation.WRITES_FOREIGN_ROUTE) && site.nodes.get(0).running() && now() > 15 * SECOND) {
                site.nodes.get(0).onForeignRoute();
            }
        }
        stage.everybody().stream()
                .filter(VirtualNode::running)
                .forEach(node -> checks.bounds(node, stage.everybody().size()));
    }

    // ---- faults

    /** Begins a fault; what is returned ends it. */
    private Runnable begin(Step step) {
        Site site = stage.sites.get(step.site() - 1);
        if (step.fault().hitsOwnSite()) {
            site.troubles++;
            site.troubledNanos = now();
        }
        Runnable end = faulty(step, site);
        return () -> {
            end.run();
            if (step.fault().hitsOwnSite()) {
                site.troubles--;
                site.troubledNanos = now();
            }
        };
    }

    private Runnable faulty(Step step, Site site) {
        Site second = stage.sites.get(Math.floorMod(step.other() - 1, stage.sites.size()));
        VirtualNode node = site.nodes.get(Math.floorMod(step.other() - 1, site.nodes.size()));
        int amount = step.amount();
        return switch (step.fault()) {
            case CUT_ONE_WAY ->
                ways(List.of(stage.network.way(site.number, second.number)), way -> way.cuts++, way -> way.cuts--);
            case CUT -> ways(both(site, second), way -> way.cuts++, way -> way.cuts--);
            case ISOLATE -> {
                List<Network.Way> all = new ArrayList<>();
                stage.sites.stream().filter(each -> each != site).forEach(each -> all.addAll(both(site, each)));
                yield ways(all, way -> way.cuts++, way -> way.cuts--);
            }
            case SLOW -> ways(both(site, second), way -> way.slowMillis += amount, way -> way.slowMillis -= amount);
            case LOSE -> ways(both(site, second), way -> way.losePermille += amount, way -> way.losePermille -= amount);
            case REPEAT ->
                ways(both(site, second), way -> way.repeatPermille += amount, way -> way.repeatPermille -= amount);
            case REORDER ->
                ways(both(site, second), way -> way.reorderPermille += amount, way -> way.reorderPermille -= amount);
            case CORRUPT ->
                ways(both(site, second), way -> way.corruptPermille += amount, way -> way.corruptPermille -= amount);
            case NARROW -> ways(both(site, second), way -> way.narrow = amount * 1000, way -> way.narrow = 0);
            case APART -> {
                node.apart++;
                yield () -> node.apart--;
            }
            case PAUSE -> pause(node);
            case KILL -> kill(node, false, false);
            case KILL_KEEPING_INCARNATION -> kill(node, true, false);
            case KILL_KEEPING_STATE -> kill(node, true, true);
            case KILL_SITE -> {
                List<Runnable> ends = site.nodes.stream()
                        .map(each -> kill(each, true, step.number() % 2 == 0))
                        .toList();
                yield () -> ends.forEach(Runnable::run);
            }
            case KILL_SPEAKER ->
                kill(
                        site.nodes.stream()
                                .filter(each ->
                                        each.running() && each.membership().speaker())
                                .findFirst()
                                .orElse(node),
                        true,
                        true);
            case CLOCK_JUMP -> {
                node.wallAheadMillis += amount * 1000L;
                yield () -> node.wallAheadMillis -= amount * 1000L;
            }
            case DRIFT -> {
                node.drift(amount);
                yield () -> node.drift(0);
            }
            case NATS_DOWN -> {
                site.natsDown++;
                yield () -> site.natsDown--;
            }
            case NATS_SILENT -> {
                site.natsSilent++;
                yield () -> site.natsSilent--;
            }
            case NATS_LOST -> {
                node.natsLost++;
                yield () -> node.natsLost--;
            }
            case PARTIAL_FEED -> {
                node.partialPermille = amount;
                yield () -> node.partialPermille = 1000;
            }
            case MASS_UNREGISTER -> massUnregister(site);
            case FLAP -> flap(site);
            case REDEPLOY -> redeploy(site, step);
            case DUPLICATE_SITE -> duplicate(site);
            case HOSTILE -> hostile(site);
            case GOROUTERS_DOWN -> {
                site.goRoutersDown++;
                yield () -> site.goRoutersDown--;
            }
            case DRAIN_SITE -> {
                node.order(OperatorOverride.Kind.DRAIN_SITE, null);
                yield () -> site.nodes.forEach(VirtualNode::takeBackOrders);
            }
            case DRAIN_ROUTE -> {
                site.apps.keySet().stream()
                        .skip(site.apps.size() / 2)
                        .findFirst()
                        .ifPresent(uri -> node.order(OperatorOverride.Kind.DRAIN_ROUTE, uri));
                yield () -> site.nodes.forEach(VirtualNode::takeBackOrders);
            }
        };
    }

    private static Runnable ways(List<Network.Way> ways, Consumer<Network.Way> begin, Consumer<Network.Way> end) {
        ways.forEach(begin);
        return () -> ways.forEach(end);
    }

    private List<Network.Way> both(Site one, Site other) {
        return List.of(stage.network.way(one.number, other.number), stage.network.way(other.number, one.number));
    }

    private Runnable pause(VirtualNode node) {
        node.pauses++;
        node.paused = node.up();
        return () -> {
            if (--node.pauses == 0) {
                node.resume();
            }
        };
    }

    private Runnable kill(VirtualNode node, boolean keepIncarnation, boolean keepState) {
        node.downs++;
        node.kill();
        stage.aged();
        return () -> {
            if (--node.downs == 0) {
                node.start(keepIncarnation, keepState);
                stage.aged();
            }
        };
    }

    private Runnable massUnregister(Site site) {
        List<RouteUri> gone =
                site.apps.keySet().stream().filter(uri -> churn.nextInt(5) > 0).toList();
        gone.forEach(site::stopAll);
        return () -> gone.forEach(uri -> site.start(uri, now()));
    }

    private Runnable flap(Site site) {
        Set<RouteUri> touched = new TreeSet<>();
        boolean[] over = {false};
        Runnable flip = new Runnable() {
            @Override
            public void run() {
                if (over[0]) {
                    return;
                }
                List<RouteUri> uris = List.copyOf(site.apps.keySet());
                if (!uris.isEmpty()) {
                    RouteUri uri = uris.get(churn.nextInt(uris.size()));
                    touched.add(uri);
                    site.stopAll(uri);
                }
                List.copyOf(touched).stream()
                        .skip(churn.nextInt(touched.size() + 1))
                        .findFirst()
                        .ifPresent(uri -> site.start(uri, now()));
                stage.agenda.after(SECOND / 20 + churn.nextLong(SECOND / 3), this);
            }
        };
        flip.run();
        return () -> {
            over[0] = true;
            touched.stream().filter(uri -> site.instances(uri) == 0).forEach(uri -> site.start(uri, now()));
        };
    }

    private Runnable redeploy(Site site, Step step) {
        List<RouteUri> uris = List.copyOf(site.apps.keySet());
        long nanos = (step.untilMillis() - step.fromMillis()) * 1_000_000 / (uris.size() + 1);
        for (int i = 0; i < uris.size(); i++) {
            RouteUri uri = uris.get(i);
            stage.agenda.after(i * nanos, () -> {
                site.start(uri, now());
                site.stopOne(uri);
            });
        }
        return () -> {};
    }

    private Runnable duplicate(Site of) {
        Site second = new Site(ROGUE_NUMBER + of.number, of.id.name(), false);
        rogues.add(second);
        VirtualNode node = new VirtualNode(stage, second, 1);
        node.rogue = true;
        SplittableRandom layout = stage.sources.random("rogue " + of + rogues.size());
        stage.add(node, layout);
        node.start(true, false);
        stage.aged();
        stage.every(Settings.QUICK.registration().toNanos(), layout, second::registerAll);
        for (int i = 0; i < 5; i++) {
            start(second, "second-" + i + ".apps.test");
        }
        return () -> {
            node.kill();
            stage.remove(node);
        };
    }

    private Runnable hostile(Site site) {
        VirtualNode from = site.nodes.get(0);
        SplittableRandom random = stage.sources.random("hostile " + site + now());
        boolean[] over = {false};
        for (int i = 0; i < 1_500; i++) {
            stage.network.harass(from, stage.any(random), random);
        }
        Runnable more = new Runnable() {
            @Override
            public void run() {
                if (!over[0]) {
                    stage.network.harass(from, stage.any(random), random);
                    stage.agenda.after(SECOND / 25, this);
                }
            }
        };
        more.run();
        return () -> over[0] = true;
    }
}
