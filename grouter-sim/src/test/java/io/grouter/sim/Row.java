package io.grouter.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.sim.scenario.RequestClass;
import io.grouter.sim.scenario.Visit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** What became of all requests that were made while one thing was lost, and which of that must not be. */
final class Row implements Ledger {
    private static final int MOST_EXAMPLES = 40;

    private final String title;
    private final long beginNanos = System.nanoTime();
    private final Map<RequestClass, Cell> cells = new EnumMap<>(RequestClass.class);
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final List<Allowed> allowed = new ArrayList<>();
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile boolean cutOffAllowed;
    private volatile double seconds;

    /** What became of the requests of one column. */
    private static final class Cell {
        final Map<String, AtomicInteger> outcomes = new ConcurrentHashMap<>();
        final AtomicInteger failures = new AtomicInteger();
        final AtomicInteger cutOffs = new AtomicInteger();
        final AtomicLong slowestNanos = new AtomicLong();

        int total() {
            return outcomes.values().stream().mapToInt(AtomicInteger::get).sum();
        }
    }

    /** An exception: from such clients such requests may end otherwise than usual. */
    private record Allowed(RequestClass column, Predicate<Visit> who, Predicate<String> outcome) {}

    Row(String title) {
        this.title = title;
        for (RequestClass column : RequestClass.values()) {
            cells.put(column, new Cell());
        }
    }

    private Cell of(RequestClass column) {
        return Objects.requireNonNull(cells.get(column));
    }

    /** Says how else requests may end for clients of a site while this is lost; a prefix of the outcome. */
    synchronized void mayEnd(RequestClass column, int site, String... prefixes) {
        mayEnd(column, visit -> visit.site() == site, prefixes);
    }

    /** Says how else requests may end for some clients while this is lost. */
    synchronized void mayEnd(RequestClass column, Predicate<Visit> who, String... prefixes) {
        allowed.add(
                new Allowed(column, who, outcome -> List.of(prefixes).stream().anyMatch(outcome::startsWith)));
    }

    /** Says that requests that are under way at a node that is killed may be cut off; they are made again elsewhere. */
    void cutOffsAllowed() {
        cutOffAllowed = true;
    }

    @Override
    public void begin() {
        underWay.incrementAndGet();
    }

    @Override
    public void end(Visit visit) {
        RequestClass column = visit.asked();
        Cell cell = of(column);
        cell.outcomes
                .computeIfAbsent(visit.outcome(), key -> new AtomicInteger())
                .incrementAndGet();
        cell.cutOffs.addAndGet(visit.cutOffs());
        cell.slowestNanos.accumulateAndGet(visit.nanos(), Math::max);
        boolean fine = visit.outcome().equals(column.usual()) || isAllowed(visit);
        if (!fine || (visit.cutOffs() > 0 && !cutOffAllowed)) {
            cell.failures.incrementAndGet();
            if (wrong.size() < MOST_EXAMPLES) {
                wrong.add(String.format(
                        "%s: %s at +%.2f s after %.2f s: %s",
                        visit.who(),
                        visit.outcome(),
                        (System.nanoTime() - beginNanos) / 1e9,
                        visit.nanos() / 1e9,
                        visit.story()));
            }
        }
        underWay.decrementAndGet();
    }

    private synchronized boolean isAllowed(Visit visit) {
        return allowed.stream()
                .anyMatch(each -> each.column() == visit.asked()
                        && each.who().test(visit)
                        && each.outcome().test(visit.outcome()));
    }

    /** Waits for the last requests and checks them all. */
    void finish() {
        assertThat(Simulation.await(20_000, () -> underWay.get() == 0))
                .as("all requests of \"%s\" end", title)
                .isTrue();
        seconds = (System.nanoTime() - beginNanos) / 1e9;
        System.out.println(this);
    }

    /** Fails when a request has ended as none may. */
    void check() {
        assertThat(wrong).as("%s", this).isEmpty();
        for (RequestClass column : RequestClass.values()) {
            assertThat(of(column).total()).as("requests of %s", column).isPositive();
        }
    }

    /** Returns the cell of a table: requests, failures, and what else than usual came out. */
    private String text(RequestClass column) {
        Cell cell = of(column);
        StringBuilder text = new StringBuilder(cell.total() + "/" + cell.failures);
        new TreeMap<>(cell.outcomes).forEach((outcome, count) -> {
            if (!outcome.equals(column.usual())) {
                text.append(", ").append(count).append("x ").append(outcome);
            }
        });
        if (cell.cutOffs.get() > 0) {
            text.append(", ").append(cell.cutOffs).append(" cut off");
        }
        return text.append(String.format(", slowest %.2f s", cell.slowestNanos.get() / 1e9))
                .toString();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(String.format("%s (%.1f s)", title, seconds));
        for (RequestClass column : RequestClass.values()) {
            text.append(String.format("%n    %-12s  %s", column.title(), text(column)));
        }
        return text.toString();
    }
}
