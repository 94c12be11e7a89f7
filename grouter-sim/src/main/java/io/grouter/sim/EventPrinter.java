package io.grouter.sim;

import io.grouter.fib.Fib;
import io.grouter.rib.RibEvent;
import io.grouter.rib.RibListener;
import io.grouter.route.OfferChange;
import java.io.PrintWriter;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Prints what happens at the sites, one line each, many routes at once as one line. Listeners only enqueue, so a slow
 * terminal slows no node down; what does not fit the bounded queue is not printed.
 */
final class EventPrinter implements AutoCloseable {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");
    private static final int ONE_BY_ONE = 3;
    private static final int MAX_QUEUED = 10_000;

    private final PrintWriter out;
    private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(MAX_QUEUED);
    private final Thread thread;

    EventPrinter(PrintWriter out) {
        this.out = out;
        this.thread = Threads.start("sim-events", this::print);
    }

    /** Returns a listener for one site's first node. */
    RibListener of(String site) {
        return (Fib fib, List<OfferChange> ownChanges, List<RibEvent> events) -> onEvents(site, events);
    }

    /** Returns a listener that prints nothing. */
    static RibListener nobody(String site) {
        return (fib, ownChanges, events) -> {};
    }

    /** Prints a line of its own, in turn with the events. */
    void say(String line) {
        if (!lines.offer(line)) {
            return; // nobody reads that fast
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(1_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        List<String> rest = new ArrayList<>();
        lines.drainTo(rest);
        rest.forEach(out::println);
        out.flush();
    }

    private void onEvents(String site, List<RibEvent> events) {
        Map<String, List<String>> groups = new LinkedHashMap<>();
        for (RibEvent event : events) {
            if (event instanceof RibEvent.RouteAdded added) {
                String what = added.site().name().equals(site) ? "registered" : "learnt from " + added.site();
                groups.computeIfAbsent(what, key -> new ArrayList<>())
                        .add(added.uri().toString());
            } else if (event instanceof RibEvent.RouteRemoved removed) {
                String what = removed.site().name().equals(site) ? "unregistered" : "withdrawn by " + removed.site();
                groups.computeIfAbsent(what, key -> new ArrayList<>())
                        .add(removed.uri().toString());
            } else if (event instanceof RibEvent.SiteChanged changed) {
                event(site, "sees site " + changed.site() + " as " + changed.to() + " (was " + changed.from() + ")");
            } else if (event instanceof RibEvent.FeedChanged changed) {
                event(site, "NATS feed is " + changed.to() + " (was " + changed.from() + "): " + changed.why());
            } else if (event instanceof RibEvent.GuardChanged changed) {
                String what = changed.holding() ? "holds back " : "no longer holds back ";
                event(site, what + "withdrawals of " + changed.site() + ": " + changed.why());
            } else if (event instanceof RibEvent.Alarm alarm) {
                event(site, (alarm.raised() ? "alarm: " : "no longer: ") + alarm.what());
            }
        }
        routes(site, groups);
    }

    /** Prints which routes came or went at a site, by what became of them. */
    void routes(String site, Map<String, List<String>> groups) {
        groups.forEach((what, routes) -> {
            if (routes.size() <= ONE_BY_ONE) {
                routes.forEach(route -> event(site, what + ": " + route));
            } else {
                event(site, what + ": " + routes.size() + " routes, " + routes.get(0) + " and others");
            }
        });
    }

    /** Prints what happened at a site. */
    void event(String site, String what) {
        say(LocalTime.now(ZoneId.systemDefault()).format(TIME) + "  " + site + "  " + what);
    }

    private void print() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                out.println(lines.take());
                if (lines.isEmpty()) {
                    out.flush();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
