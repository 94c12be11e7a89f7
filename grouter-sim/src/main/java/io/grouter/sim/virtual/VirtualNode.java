package io.grouter.sim.virtual;

import io.grouter.fib.Fib;
import io.grouter.gossip.Replica;
import io.grouter.link.Membership;
import io.grouter.link.Peer;
import io.grouter.nats.FeedMonitor;
import io.grouter.overrides.OperatorOverride;
import io.grouter.overrides.OverrideRefused;
import io.grouter.overrides.OverrideStore;
import io.grouter.overrides.Overrides;
import io.grouter.rib.OfferTable;
import io.grouter.rib.Rib;
import io.grouter.rib.RibEvent;
import io.grouter.route.Bytes;
import io.grouter.route.Endpoint;
import io.grouter.route.Freshness;
import io.grouter.route.OfferChange;
import io.grouter.route.RouteChange;
import io.grouter.route.RouteKey;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.steering.Decision;
import io.grouter.steering.OwnSite;
import io.grouter.steering.RequestFacts;
import io.grouter.steering.Steering;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.StringJoiner;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One node: its tables, replication and rules are the real ones; its feed, clock and network are simulated. */
final class VirtualNode {
    private static final long CLOCK_START = 1_000_000_000_000L;
    private static final long WALL_START = 1_800_000_000_000L;
    private static final long HOUR_MILLIS = 3_600_000;
    private static final int MOST_WAITING = 20_000;

    final Site site;
    final int number;
    final Stage stage;
    final Outlook outlook;
    private final Steering steering;

    // What a process loses when it is killed.
    private PrometheusRegistry registry = new PrometheusRegistry();
    private @Nullable Memory process;
    private int processes;

    // What stands on its disk.
    private long incarnationFile;
    private @Nullable Kept kept;

    boolean paused;
    boolean rogue;
    long startedNanos;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    /** Its clock: what it showed at a moment, and how fast it goes since. */
    private long clockBase = CLOCK_START;

    private long clockSince;
    private double clockRate = 1;
    long wallAheadMillis;
    int downs;
    int pauses;
    int natsLost;
    int partialPermille = 1000;
    int apart;

    /** What a process has in memory. */
    private static final class Memory {
        final long id;
        final Rib rib;
        final Replica replica;
        final OverrideStore overrides;
        final FeedMonitor feed;
        boolean connected;
        long connects;
        Overrides marked = Overrides.NONE;
        /** The incarnation asked for is to be higher than this; -1 = none is asked for. */
        long askedAbove = -1;

        Memory(long id, Rib rib, Replica replica, OverrideStore overrides, FeedMonitor feed) {
            this.feed = feed;
            this.id = id;
            this.rib = rib;
            this.replica = replica;
            this.overrides = overrides;
        }
    }

    /** What a state file holds. */
    private record Kept(List<KeptEndpoint> own, List<KeptTable> learned) {}

    private record KeptEndpoint(RouteUri uri, byte[] row, int ageMillis) {}

    private record KeptTable(SiteId site, long incarnation, List<OfferChange> offers) {}

    VirtualNode(Stage stage, Site site, int number) {
        this.stage = stage;
        this.site = site;
        this.number = number;
        this.steering = new Steering(site.config, stage.settings.steering(), true);
        this.outlook = new Outlook(stage, this);
    }

    String name() {
        return (rogue ? "second-" : "") + site + "-" + number;
    }

    @Override
    public String toString() {
        return name();
    }

    // ---- its clock

    long clock() {
        return clockBase + (long) ((stage.now() - clockSince) * clockRate);
    }

    void drift(int permille) {
        clockBase = clock();
        clockSince = stage.now();
        clockRate = 1 + permille / 1000.0;
    }

    private long wall() {
        return WALL_START + stage.now() / 1_000_000 + wallAheadMillis;
    }

    // ---- its process

    boolean up() {
        return process != null;
    }

    /** Returns whether it can say and hear something just now. */
    boolean running() {
        return process != null && !paused;
    }

    private Memory memory() {
        Memory now = process;
        if (now == null) {
            throw new IllegalStateException(name() + " does not run");
        }
        return now;
    }

    Rib rib() {
        return memory().rib;
    }

    Fib fib() {
        return rib().fib();
    }

    Replica replica() {
        return memory().replica;
    }

    /** Starts a process with what stands on the disk. */
    void start(boolean withIncarnation, boolean withState) {
        processes++;
        SplittableRandom random = stage.sources.random(name() + "#" + processes);
        long id = random.nextLong() | 1;
        registry = new PrometheusRegistry();
        if (!withIncarnation) {
            incarnationFile = 0;
        }
        Rib rib = new Rib(stage.settings.rib(), site.id, registry);
        OverrideStore overrides = new OverrideStore(id, registry);
        Replica replica = new Replica(
                site.id,
                id,
                incarnationFile > 0,
                stage.settings.gossip(),
                stage.sources.seals(site.id),
                rib,
                this::info,
                overrides,
                new Wire(id),
                this::clock,
                this::wall,
                random,
                registry);
        process = new Memory(id, rib, replica, overrides, new FeedMonitor(stage.settings.registration()));
        startedNanos = stage.now();
        waiting.clear();
        outlook.clear();
        Kept state = kept;
        if (withState && state != null) {
            restore(state);
        }
        publish();
    }

    private void restore(Kept state) {
        RouteKey key = new RouteKey();
        for (KeptEndpoint each : state.own()) {
            Bytes row = new Bytes(each.row().length);
            row.add(each.row(), 0, each.row().length);
            rib().restore(key.set(each.uri()), row, each.ageMillis(), clock());
        }
        state.learned()
                .forEach(table -> table.offers()
                        .forEach(change -> rib().restore(table.site(), table.incarnation(), change, clock())));
        memory().feed.onRestored();
    }

    /** Ends the process, having written its state down a moment ago. */
    void kill() {
        if (process != null) {
            kept = keep();
        }
        process = null;
        paused = false;
        waiting.clear();
    }

    private Kept keep() {
        List<KeptEndpoint> own = new ArrayList<>();
        for (int part = 0; part < Rib.LOCAL_PARTS; part++) {
            rib().forEachLocal(part, clock(), (uri, row, age) -> own.add(new KeptEndpoint(uri, row.clone(), age)));
        }
        List<KeptTable> learned = new ArrayList<>();
        rib().learned().forEach(from -> {
            List<OfferChange> offers = new ArrayList<>();
            for (int bucket = 0; bucket < OfferTable.BUCKETS; bucket++) {
                from.table().forEach(bucket, (uri, offer) -> offers.add(new OfferChange(uri, offer)));
            }
            if (from.freshness() != Freshness.GONE) {
                learned.add(new KeptTable(from.site(), from.incarnation(), offers));
            }
        });
        return new Kept(own, learned);
    }

    void resume() {
        paused = false;
        while (running() && !waiting.isEmpty()) {
            waiting.remove().run();
        }
    }

    /** Does something now, or when it runs again, or never when by then too much waits or it is dead. */
    private void whenRunning(Runnable what) {
        if (paused) {
            if (waiting.size() < MOST_WAITING) {
                waiting.add(what);
            }
        } else if (process != null) {
            what.run();
        }
    }

    // ---- what reaches it

    void onNats(RouteChange change) {
        Memory now = process;
        if (now == null
                || natsLost > 0
                || !now.connected
                || stage.sources.chance().nextInt(1000) >= partialPermille) {
            return;
        }
        whenRunning(() -> {
            if (process == now) {
                now.feed.onMessage(clock());
                if (!(stage.mutated(Mutation.KEEPS_EVERYTHING) && change instanceof RouteChange.Unregister)) {
                    now.rib.apply(change, clock());
                }
                publish();
            }
        });
    }

    /** Takes in all that its site has at once, as from a state file. */
    void fill() {
        site.registrations().forEach(change -> rib().apply(change, clock()));
        publish();
    }

    /** Takes a route of another site for one of its own: a mutation. */
    void onForeignRoute() {
        rib().apply(
                        new RouteChange.Register(
                                RouteUri.parse("foreign.apps.test"), Endpoint.at("10.9.9.9:1", "foreign")),
                        clock());
        publish();
    }

    void onFrame(Peer as, byte[] bytes) {
        Memory now = process;
        if (stage.mutated(Mutation.NEVER_REPAIRS) && bytes.length > 4_000) {
            return;
        }
        whenRunning(() -> {
            if (process == now && now != null) {
                now.replica.onFrame(as, bytes);
                publish();
                flush();
            }
        });
    }

    /** Does what every node does several times a second. */
    void tick() {
        if (!running()) {
            return;
        }
        Memory now = memory();
        boolean connected = site.natsDown == 0 && natsLost == 0;
        if (connected && !now.connected) {
            now.connects++;
        }
        now.connected = connected;
        now.rib.feed(now.feed.tick(now.connects, connected, 0, clock()), now.feed.why(), clock());
        now.overrides.tick(wall(), clock());
        Overrides current = now.overrides.current();
        if (current != now.marked) {
            now.marked = current;
            now.rib.overrides(current);
        }
        outlook.look();
        now.replica.onMembership(outlook.membership());
        now.replica.tick();
        if (now.askedAbove >= 0) {
            incarnationFile = Math.max(incarnationFile, now.askedAbove) + 1;
            now.askedAbove = -1;
            now.replica.onIncarnation(incarnationFile);
        }
        publish();
        flush();
    }

    void expire() {
        if (running() && !stage.mutated(Mutation.KEEPS_EVERYTHING)) {
            rib().expire(clock());
            publish();
        }
    }

    private void publish() {
        rib().waitingSince(clock());
        rib().publish(this::published);
    }

    private void published(Fib fib, List<OfferChange> ownChanges, List<RibEvent> events) {
        stage.observer().published(this, fib, ownChanges, events);
        memory().replica.onOwnChanges(ownChanges);
    }

    private void flush() {
        long next = replica().flush();
        if (next != Long.MAX_VALUE) {
            Memory now = process;
            stage.agenda.after((long) (next / clockRate) + 1, () -> {
                if (process == now && running()) {
                    flush();
                }
            });
        }
    }

    // ---- what it says of itself and decides

    private SiteHealth health() {
        return site.goRoutersUp() ? SiteHealth.idle(2) : SiteHealth.NONE;
    }

    private SiteInfo info() {
        return site.config.info(List.of(), List.of("192.0.2." + site.number + ":8443"), health());
    }

    OwnSite own() {
        return new OwnSite(health(), 0, memory().overrides.current());
    }

    boolean ordered() {
        Overrides current = memory().overrides.current();
        return current.ofSite() != null || !current.ofRoutes().isEmpty();
    }

    Decision decide(RequestFacts facts) {
        return steering.decide(
                fib(),
                own(),
                new RequestFacts(
                        facts.https(),
                        facts.host(),
                        facts.path(),
                        facts.client(),
                        stage.mutated(Mutation.FORGETS_WHENCE) ? RequestFacts.Arrival.CLIENT : facts.arrival(),
                        facts.redirectable(),
                        facts.session()));
    }

    Set<SiteId> sitesFor(String host) {
        if (stage.mutated(Mutation.DNS_NAMES_ALL)) {
            Set<SiteId> all = new TreeSet<>();
            stage.sites.forEach(each -> all.add(each.id));
            return all;
        }
        return steering.sitesFor(fib(), own(), host);
    }

    /** Gives an operator's order through this node. */
    void order(OperatorOverride.Kind kind, @Nullable RouteUri route) {
        if (running()) {
            try {
                OverrideStore store = memory().overrides;
                store.add(
                        new OperatorOverride(kind, route, null, "somebody", "a test", wall(), wall() + HOUR_MILLIS),
                        wall(),
                        clock());
            } catch (OverrideRefused e) {
                stage.note(name() + " refused an order: " + e.getMessage());
            }
        }
    }

    /** Takes all orders back through this node. */
    void takeBackOrders() {
        if (running()) {
            OverrideStore store = memory().overrides;
            Overrides current = store.current();
            List<OperatorOverride> all = new ArrayList<>(current.ofRoutes());
            OperatorOverride ofSite = current.ofSite();
            if (ofSite != null) {
                all.add(ofSite);
            }
            all.forEach(order -> store.remove(order, "somebody", wall(), clock()));
        }
    }

    Peer asPeer(boolean sibling) {
        return new Peer(site.id, memory().id, sibling, name(), this);
    }

    Membership membership() {
        return outlook.membership();
    }

    private final class Wire implements Replica.Wire {
        private final long id;

        Wire(long id) {
            this.id = id;
        }

        @Override
        public void send(Peer to, byte[] frame) {
            Memory now = process;
            if (now != null && now.id == id && to.address() instanceof VirtualNode target) {
                stage.network.send(VirtualNode.this, target, asPeer(to.sibling()), to.node(), frame);
            }
        }

        @Override
        public void requestIncarnation(long above) {
            Memory now = process;
            if (now != null && now.id == id) {
                now.askedAbove = Math.max(above, 0);
            }
        }
    }

    /** Returns what its process has counted of messages, for who looks for the cause of something. */
    String counters() {
        StringJoiner text = new StringJoiner(", ");
        registry.scrape(name -> name.startsWith("grouter_gossip_"))
                .forEach(snapshot -> snapshot.getDataPoints().forEach(point -> {
                    if (point instanceof CounterSnapshot.CounterDataPointSnapshot counter && counter.getValue() > 0) {
                        StringBuilder labels = new StringBuilder();
                        point.getLabels().forEach(label -> labels.append(' ').append(label.getValue()));
                        String name = snapshot.getMetadata().getName().substring("grouter_gossip_".length());
                        text.add(name + labels + " " + (long) counter.getValue());
                    }
                }));
        return text.toString();
    }

    /** Returns the number of its process; 0 while there is none. */
    long processId() {
        Memory now = process;
        return now == null ? 0 : now.id;
    }
}
