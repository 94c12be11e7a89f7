package io.grouter.admin;

import io.grouter.fib.Fib;
import io.grouter.fib.RoutePosition;
import io.grouter.fib.SiteView;
import io.grouter.rib.Journal;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteInfo;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * What happens, for those who watch: looks at the journal ten times a second and at sites and figures once, and wakes the
 * watchers. Holds nothing back for anybody: each watcher reads the journal itself, and is given the latest figures.
 */
final class EventHub implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EventHub.class);
    private static final int LOOKS_PER_SECOND = 10;
    private static final List<String> TYPES = List.of("journal", "site", "stats");

    private final JournalApi journal;
    private final SitesApi sites;
    private final TrafficMeter traffic;
    private final Tables tables;
    private final Supplier<SiteInfo> info;
    private final Runnable everySecond;
    private final LongSupplier clock;
    private final LongSupplier wallClock;
    private final JsonMapper json = JsonMapper.builder().build();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "grouter-admin-events");
        made.setDaemon(true);
        return made;
    });
    private final Set<EventStream> streams = new CopyOnWriteArraySet<>();
    private Map<String, List<@Nullable Object>> states = Map.of();
    private long journalSeen;
    private int looks;

    /** Makes the hub; {@code everySecond} is run every second besides. */
    EventHub(AdminSources sources, JournalApi journal, SitesApi sites, TrafficMeter traffic, Runnable everySecond) {
        this.journal = journal;
        this.sites = sites;
        this.traffic = traffic;
        this.tables = new Tables(sources.rib());
        this.info = sources.info();
        this.everySecond = everySecond;
        this.clock = sources.clock();
        this.wallClock = sources.wallClock();
    }

    List<Operation> operations() {
        return List.of(Operation.get("/v1/events", List.of("types", "lastEventId"), this::watch));
    }

    void start() {
        long period = 1000 / LOOKS_PER_SECOND;
        thread.scheduleAtFixedRate(this::look, period, period, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        thread.shutdownNow();
        streams.forEach(EventStream::end);
    }

    Journal journal() {
        return journal.journal();
    }

    // ---- watchers

    private AdminApi.Answer watch(Call call) {
        List<String> types = Arrays.asList(
                call.query().text("types", String.join(",", TYPES)).split(",", -1));
        for (String each : types) {
            if (!TYPES.contains(each)) {
                throw new Query.Refused("types: \"" + each + "\" (expected: " + String.join(", ", TYPES) + ")");
            }
        }
        String header = call.headers().apply("Last-Event-ID");
        String last = header != null ? header : call.query().text("lastEventId");
        return new AdminApi.Answer(200, "text/event-stream", new EventStream(this, types, resume(last)));
    }

    /** Returns the first id to send, or -1 when nobody knows what was missed. */
    private long resume(@Nullable String last) {
        if (last == null) {
            return journal.journal().total();
        }
        String[] parts = last.split("-", -1);
        try {
            long id = parts.length == 2 ? Long.parseLong(parts[1]) : -1;
            if (id >= 0) {
                return parts[0].equals(RoutePosition.process()) ? id + 1 : -1;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new Query.Refused("lastEventId: \"" + last + "\" (expected: the id of an event)");
    }

    void add(EventStream stream) {
        streams.add(stream);
    }

    void remove(EventStream stream) {
        streams.remove(stream);
    }

    /** Returns all sites as they are now, by name. */
    Map<String, byte[]> siteEvents() {
        Map<String, byte[]> events = new LinkedHashMap<>();
        sites.all(Map.of()).forEach(site -> events.put(String.valueOf(site.get("site")), event("site", null, site)));
        return events;
    }

    byte[] journalEvent(Journal.Entry entry) {
        return event("journal", RoutePosition.process() + "-" + entry.id(), journal.describe(entry));
    }

    byte[] lostEvent(@Nullable Long missed) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("missed", missed);
        return event("lost", null, body);
    }

    private byte[] event(String type, @Nullable String id, Object data) {
        String head = (id == null ? "" : "id: " + id + "\n") + "event: " + type + "\ndata: ";
        return (head + json.writeValueAsString(data) + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    // ---- what happens

    private void look() {
        try {
            boolean second = ++looks % LOOKS_PER_SECOND == 0;
            if (second) {
                everySecond.run();
                lookAtSites();
            }
            long total = journal.journal().total();
            if (total != journalSeen) {
                journalSeen = total;
                streams.forEach(EventStream::wake);
            }
        } catch (RuntimeException e) {
            log.warn("events could not be told", e);
        }
    }

    private void lookAtSites() {
        List<Map<String, Object>> now = sites.all(Map.of()); // also keeps the rates going
        if (streams.isEmpty()) {
            states = Map.of();
            return;
        }
        Map<String, List<@Nullable Object>> known = new LinkedHashMap<>();
        Map<String, byte[]> changed = new LinkedHashMap<>();
        for (Map<String, Object> site : now) {
            String name = String.valueOf(site.get("site"));
            List<@Nullable Object> state = state(site);
            known.put(name, state);
            List<@Nullable Object> before = states.get(name);
            if (!states.isEmpty() && !Objects.equals(before, state)) {
                changed.put(name, event("site", null, site));
            }
        }
        states = known;
        byte[] stats = event("stats", null, stats());
        streams.forEach(each -> each.offer(stats, changed));
    }

    /** What a site is, without what changes all the time. */
    private static List<@Nullable Object> state(Map<String, Object> site) {
        List<@Nullable Object> state = new ArrayList<>();
        for (String key : List.of(
                "freshness",
                "fit",
                "routes",
                "converged",
                "conflict",
                "unheard",
                "heldWithdrawals",
                "feed",
                "complete",
                "heardThrough",
                "incarnation",
                "configured",
                "nodes",
                "guardedEndpoints")) {
            state.add(site.get(key));
        }
        if (site.get("info") instanceof SiteInfo info) {
            state.add(info.withHealth(SiteHealth.NONE));
            state.add(info.health().goRouters());
            state.add(info.health().draining());
        }
        return state;
    }

    private Map<String, Object> stats() {
        Fib fib = tables.fib();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("time", Instant.ofEpochMilli(wallClock.getAsLong()).toString());
        body.put("site", fib.ownSite().name());
        body.put("version", fib.version());
        body.put("routes", fib.size());
        body.put("localRoutes", fib.localRoutes());
        body.put("knownEmpty", fib.knownEmpty());
        body.put("feed", fib.feed());
        body.put("complete", fib.complete());
        body.put("traffic", TrafficMeter.describe(traffic.all()));
        List<Map<String, Object>> each = new ArrayList<>();
        SiteInfo own = info.get();
        each.add(site(
                fib.ownSite().name(), "LOCAL", own.fit(), fib.localRoutes(), own, null, traffic.of(fib.ownSite())));
        for (SiteView view : fib.sites()) {
            SiteInfo said = view.info();
            Double heard = said == null ? null : (clock.getAsLong() - view.heardNanos()) / 1e9;
            NodeFacts.Traffic rates = traffic.of(view.site());
            each.add(site(view.site().name(), view.freshness().name(), view.fit(), view.routes(), said, heard, rates));
        }
        body.put("sites", each);
        return body;
    }

    private static Map<String, Object> site(
            String name,
            String freshness,
            boolean fit,
            int routes,
            @Nullable SiteInfo said,
            @Nullable Double heard,
            NodeFacts.Traffic rates) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("site", name);
        body.put("freshness", freshness);
        body.put("fit", fit);
        body.put("routes", routes);
        body.put("headroom", said == null ? null : said.health().headroom());
        body.put("heardSecondsAgo", heard);
        body.put("traffic", TrafficMeter.describe(rates));
        return body;
    }
}
