package io.grouter.overrides;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * This node's copy of the overrides of its site. The copies of all nodes become equal, whatever order they hear of things
 * in and however often: for each route, and for the site, the entry with the highest version counts. What ended or was
 * taken back is remembered for an hour longer than it would have lasted, so that no node that was away brings it back.
 *
 * <p>Safe for all threads; reading takes no lock. Time is an argument: milliseconds since 1970 say what is in effect,
 * monotonic nanoseconds besides say what may be forgotten, so that a clock that jumps makes nothing be forgotten early.
 */
public final class OverrideStore {
    /** Most overrides in effect. */
    public static final int MOST = 256;

    /** Most entries that are only remembered, because they ended or were taken back. */
    public static final int MOST_REMEMBERED = 1024;

    private static final int MOST_ENTRIES = MOST + MOST_REMEMBERED;
    private static final Duration REMEMBERED_AFTER = Duration.ofHours(1);
    private static final Comparator<OverrideEntry> NEWEST_FIRST =
            (a, b) -> a.newerThan(b) ? -1 : b.newerThan(a) ? 1 : a.key().compareTo(b.key());

    private final long node;
    private final Map<String, Held> held = new HashMap<>();
    private final Map<OperatorOverride.Kind, LongAdder> arrivals = new EnumMap<>(OperatorOverride.Kind.class);
    private final List<Consumer<Overrides>> listeners = new CopyOnWriteArrayList<>();
    private final List<OverrideListener> audits = new CopyOnWriteArrayList<>();
    private final Counter refused;
    private long highest;
    private volatile Contents contents = new Contents(Overrides.NONE, List.of(), List.of(), 0, 0);
    private volatile long orders;

    /**
     * An entry that is kept.
     *
     * @param keepNanos monotonic time before which it is not forgotten
     */
    private record Held(OverrideEntry entry, long keepNanos) {}

    /**
     * What there is at one moment.
     *
     * @param overrides what is in effect
     * @param all every entry, sorted
     * @param shared those of them that are not overdue to be forgotten
     * @param digest of what is shared
     * @param highest highest version ever seen
     */
    private record Contents(
            Overrides overrides, List<OverrideEntry> all, List<OverrideEntry> shared, long digest, long highest) {}

    /**
     * Makes an empty store.
     *
     * @param node number of this process; drawn at random, so that no two have the same
     */
    public OverrideStore(long node, PrometheusRegistry metrics) {
        this.node = node;
        for (OperatorOverride.Kind kind : OperatorOverride.Kind.values()) {
            arrivals.put(kind, new LongAdder());
        }
        this.refused = Counter.builder()
                .name("grouter_overrides_refused_total")
                .help("Overrides that were not taken or not kept, because there were too many")
                .register(metrics);
        register(metrics);
    }

    private void register(PrometheusRegistry metrics) {
        GaugeWithCallback.builder()
                .name("grouter_overrides")
                .help("Overrides in effect")
                .labelNames("kind")
                .callback(gauge -> arrivals.keySet().forEach(kind -> gauge.call(count(kind), label(kind))))
                .register(metrics);
        GaugeWithCallback.builder()
                .name("grouter_overrides_next_end_timestamp_seconds")
                .help("When the override in effect that ends first will end; no value while none is in effect")
                .callback(gauge -> contents.overrides().all().stream()
                        .mapToLong(OperatorOverride::untilMillis)
                        .min()
                        .ifPresent(millis -> gauge.call(millis / 1e3)))
                .register(metrics);
        GaugeWithCallback.builder()
                .name("grouter_overrides_capacity")
                .help("Most overrides that may be in effect")
                .callback(gauge -> gauge.call(MOST))
                .register(metrics);
        GaugeWithCallback.builder()
                .name("grouter_overrides_remembered")
                .help("Overrides that ended or were taken back, remembered so that no other node brings them back; "
                        + "the bound is " + MOST_REMEMBERED)
                .callback(gauge -> gauge.call(
                        contents.all().size() - contents.overrides().all().size()))
                .register(metrics);
        CounterWithCallback.builder()
                .name("grouter_override_arrivals_total")
                .help("Requests that arrived at this node although an override was in effect for them")
                .labelNames("kind")
                .callback(counter -> arrivals.forEach((kind, sum) -> counter.call((double) sum.sum(), label(kind))))
                .register(metrics);
    }

    private static String label(OperatorOverride.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private double count(OperatorOverride.Kind kind) {
        return contents.overrides().all().stream()
                .filter(each -> each.kind() == kind)
                .count();
    }

    // ---- reading

    /** Returns what is in effect. Any thread, no lock. */
    public Overrides current() {
        return contents.overrides();
    }

    /** Returns all there is to tell other nodes, newest first. Any thread, no lock. */
    public List<OverrideEntry> entries() {
        return contents.shared();
    }

    /** Returns all there is to be written down, newest first. Any thread, no lock. */
    List<OverrideEntry> everything() {
        return contents.all();
    }

    /** Returns a number that is equal on two nodes when their {@link #entries} are; 0 = there are none. */
    public long digest() {
        return contents.digest();
    }

    /** Returns the highest version ever seen; 0 = none. */
    long highest() {
        return contents.highest();
    }

    /** Returns how often an operator has told this node something; other nodes have to be told when it changes. */
    public long orders() {
        return orders;
    }

    /** Adds a listener for every change of anything, even of what is only remembered. It must return at once. */
    public void onChange(Consumer<Overrides> listener) {
        listeners.add(listener);
    }

    /** Adds a listener that is told what began and what ended. */
    public void audit(OverrideListener listener) {
        audits.add(listener);
    }

    // ---- orders

    /**
     * Takes an order of an operator. It replaces what there is for the same route, or for the site.
     *
     * @throws IllegalArgumentException that names the key, when a value is not allowed
     * @throws OverrideRefused when there are too many
     */
    public synchronized void add(OperatorOverride order, long nowMillis, long nowNanos) throws OverrideRefused {
        OverrideEntry entry = new OverrideEntry(nextVersion(), node, order, false, "");
        Held before = held.get(entry.key());
        boolean takesRoom = before == null || !before.entry().inEffect(nowMillis);
        long inEffect = held.values().stream()
                .filter(each -> each.entry().inEffect(nowMillis))
                .count();
        if (takesRoom && inEffect >= MOST) {
            throw refuse(MOST + " overrides are in effect (expected: at most " + MOST + "); end one of them first");
        }
        // Each override that is in effect needs room to be remembered once it has ended.
        if (before == null && held.size() >= MOST_REMEMBERED) {
            throw refuse(held.size() + " overrides are remembered, most of them ended (expected: at most "
                    + MOST_REMEMBERED + "); they are forgotten an hour after the end they had");
        }
        orders++;
        hold(entry, nowMillis, nowNanos);
        refresh(nowMillis, true);
    }

    private OverrideRefused refuse(String why) {
        refused.inc();
        return new OverrideRefused(why);
    }

    /**
     * Takes an override back.
     *
     * @param order one that is in effect, as {@link #current} has it
     * @param by who takes it back, or {@code ""}
     * @return whether it was in effect
     * @throws IllegalArgumentException when {@code by} is too long
     */
    public synchronized boolean remove(OperatorOverride order, String by, long nowMillis, long nowNanos) {
        Held before = held.get(OverrideEntry.key(order));
        if (before == null
                || !before.entry().order().equals(order)
                || !before.entry().inEffect(nowMillis)) {
            return false;
        }
        OverrideEntry removal = new OverrideEntry(nextVersion(), node, order, true, by);
        orders++;
        hold(removal, nowMillis, nowNanos);
        refresh(nowMillis, true);
        return true;
    }

    /** One higher than any seen; a removal is never refused because of it. */
    private long nextVersion() {
        return Math.min(highest + 1, OverrideEntry.MOST_VERSION);
    }

    // ---- what others say, and the time

    /** Takes in what another node of the site holds; returns whether any of it was new. */
    public synchronized boolean merge(List<OverrideEntry> entries, long nowMillis, long nowNanos) {
        boolean news = false;
        for (OverrideEntry entry : entries) {
            Held mine = held.get(entry.key());
            highest = Math.max(highest, entry.version());
            // Who was away must not bring back what everyone else has forgotten.
            boolean lost = mine == null && overdue(entry, nowMillis);
            if (!lost && (mine == null || entry.newerThan(mine.entry()))) {
                hold(entry, nowMillis, nowNanos);
                news = true;
            }
        }
        if (news) {
            dropOldest();
            refresh(nowMillis, false);
        }
        return news;
    }

    /** Takes in what this node had written down before it was started. Not for the audit: nothing began. */
    synchronized void restore(List<OverrideEntry> entries, long version, long nowMillis, long nowNanos) {
        entries.forEach(entry -> hold(entry, nowMillis, nowNanos));
        highest = Math.max(highest, version);
        dropOldest();
        contents = look(nowMillis);
    }

    /** Ends what is over and forgets what is long over; to be called every second or so. */
    public synchronized void tick(long nowMillis, long nowNanos) {
        if (!held.isEmpty()) {
            held.values().removeIf(each -> overdue(each.entry(), nowMillis) && nowNanos - each.keepNanos() >= 0);
            refresh(nowMillis, false);
        }
    }

    private static boolean overdue(OverrideEntry entry, long nowMillis) {
        return nowMillis - entry.order().untilMillis() >= REMEMBERED_AFTER.toMillis();
    }

    private void hold(OverrideEntry entry, long nowMillis, long nowNanos) {
        highest = Math.max(highest, entry.version());
        long left = entry.order().untilMillis() - nowMillis;
        long most = OverrideEntry.LONGEST.toMillis();
        Duration keep = REMEMBERED_AFTER.plusMillis(Math.max(0, Math.min(left, most)));
        held.put(entry.key(), new Held(entry, nowNanos + keep.toNanos()));
    }

    /** Nodes that were apart may together have more than one of them would take: the newest stay, on each of them. */
    private void dropOldest() {
        if (held.size() > MOST_ENTRIES) {
            sorted(held.values().stream().map(Held::entry))
                    .skip(MOST_ENTRIES)
                    .toList()
                    .forEach(entry -> {
                        refused.inc();
                        held.remove(entry.key());
                    });
        }
    }

    private static Stream<OverrideEntry> sorted(Stream<OverrideEntry> entries) {
        return entries.sorted(NEWEST_FIRST);
    }

    private Contents look(long nowMillis) {
        List<OverrideEntry> all =
                sorted(held.values().stream().map(Held::entry)).toList();
        List<OverrideEntry> shared =
                all.stream().filter(entry -> !overdue(entry, nowMillis)).toList();
        long digest = 0;
        for (OverrideEntry entry : shared) {
            digest += entry.digest();
        }
        List<OperatorOverride> inEffect = shared.stream()
                .filter(entry -> entry.inEffect(nowMillis))
                .limit(MOST)
                .map(OverrideEntry::order)
                .toList();
        Overrides before = contents.overrides();
        Overrides now = new Overrides(inEffect, order -> {
            Arrivals counted = before.arrivals(order);
            return counted != null ? counted : new Arrivals(arrivals(order.kind()));
        });
        return new Contents(now, all, shared, shared.isEmpty() ? 0 : digest == 0 ? 1 : digest, highest);
    }

    private LongAdder arrivals(OperatorOverride.Kind kind) {
        LongAdder sum = arrivals.get(kind);
        if (sum == null) {
            throw new IllegalStateException("no count for " + kind);
        }
        return sum;
    }

    /** Makes what is held visible, and tells the listeners if it is another than before. */
    private void refresh(long nowMillis, boolean here) {
        Contents before = contents;
        Contents now = look(nowMillis);
        if (now.all().equals(before.all())
                && now.shared().equals(before.shared())
                && now.overrides().all().equals(before.overrides().all())) {
            return;
        }
        contents = now;
        tellWhatEnded(before.overrides(), now.overrides(), here);
        for (OperatorOverride order : now.overrides().all()) {
            OperatorOverride old = same(before.overrides(), order);
            if (!order.equals(old)) {
                tell(old == null ? OverrideChange.What.ADDED : OverrideChange.What.REPLACED, order, "", here);
            }
        }
        listeners.forEach(each -> each.accept(now.overrides()));
    }

    private void tellWhatEnded(Overrides before, Overrides now, boolean here) {
        for (OperatorOverride old : before.all()) {
            if (same(now, old) == null) {
                Held last = held.get(OverrideEntry.key(old));
                if (last != null && last.entry().removed()) {
                    tell(OverrideChange.What.REMOVED, old, last.entry().by(), here);
                } else {
                    tell(OverrideChange.What.EXPIRED, old, "", false);
                }
            }
        }
    }

    private static @Nullable OperatorOverride same(Overrides in, OperatorOverride order) {
        return order.route() == null ? in.ofSite() : in.of(order.route());
    }

    private void tell(OverrideChange.What what, OperatorOverride order, String by, boolean here) {
        OverrideChange change = new OverrideChange(what, order, by, here);
        audits.forEach(each -> each.onOverride(change));
    }
}
