package io.grouter.admin;

import io.grouter.fib.Fib;
import io.grouter.fib.RouteEntry;
import io.grouter.fib.RoutePosition;
import io.grouter.fib.SiteView;
import io.grouter.route.RouteUri;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The list of routes: pages in the table's order, pages sorted, and streams. Safe for all threads. */
final class RoutesApi {
    static final String PATH = "/v1/routes";

    private static final String NDJSON = "application/x-ndjson";
    private static final List<String> PARAMETERS = Stream.concat(
                    RouteFilter.PARAMETERS.stream(), Stream.of("sort", "limit", "after"))
            .toList();
    private static final int DEFAULT_LIMIT = 1000;
    private static final int MOST = 10_000;
    private static final int BLOCK = 512;
    private static final int SORTED_BLOCK = 8192;
    /** A page that takes longer than this ends early; the next one goes on. */
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Tables tables;

    RoutesApi(Tables tables) {
        this.tables = tables;
    }

    List<Operation> operations() {
        return List.of(Operation.get(PATH, PARAMETERS, this::list).tagged(this::tag));
    }

    /** Changes when a route does, or how far a site is trusted. Of spaces no snapshot knows. */
    private @Nullable String tag(Call call) {
        if (new RouteFilter(call.query()).asksTables()) {
            return null;
        }
        Fib fib = tables.fib();
        int sites = asksForLines(call) ? 1 : 0;
        for (SiteView site : fib.sites()) {
            sites = 31 * (31 * sites + site.site().hashCode())
                    + site.freshness().name().hashCode();
            sites = 2 * sites + (site.lag().conflict() ? 1 : 0);
        }
        return RoutePosition.process() + "-" + fib.routesVersion() + "-" + Integer.toHexString(sites);
    }

    private AdminApi.Answer list(Call call) {
        Query query = call.query();
        RouteFilter filter = new RouteFilter(query);
        RouteOrder order = RouteOrder.of(query);
        boolean lines = asksForLines(call);
        String limit = query.text("limit");
        if ("all".equals(limit) || (lines && limit == null)) {
            if (order != null || query.text("after") != null) {
                throw new Query.Refused("limit: all goes with neither sort nor after (expected: a number from 1 to "
                        + MOST + " with them)");
            }
            return new AdminApi.Answer(200, lines ? NDJSON : AdminApi.JSON, new RouteStream(tables, filter, lines));
        }
        int most = limit(query);
        return AdminApi.Answer.json(200, order == null ? page(query, filter, most) : sorted(order, filter, most));
    }

    private static boolean asksForLines(Call call) {
        String accept = call.headers().apply("Accept");
        return accept != null && accept.contains(NDJSON);
    }

    private static int limit(Query query) {
        try {
            return (int) query.number("limit", DEFAULT_LIMIT, 1, MOST);
        } catch (Query.Refused e) {
            throw new Query.Refused(
                    "limit: \"" + query.text("limit") + "\" (expected: a number from 1 to " + MOST + ", or all)");
        }
    }

    /** A page in the order of the table; sorted in itself, so that a small table looks as one would expect. */
    private RoutePage page(Query query, RouteFilter filter, int limit) {
        RoutePosition from = from(query);
        RouteScan scan = new RouteScan(tables, filter, from);
        List<RouteEntry> page = new ArrayList<>();
        long begin = System.nanoTime();
        while (scan.position() != null && page.size() < limit && System.nanoTime() - begin < LONGEST_NANOS) {
            int room = limit - page.size();
            page.addAll(scan.next(filter.asksTables() ? BLOCK : room, room));
        }
        page.sort(Comparator.comparing(RouteEntry::uri));
        RoutePosition next = scan.position();
        boolean whole = from.equals(RoutePosition.START) && next == null;
        Long total = whole ? Long.valueOf(page.size()) : filter.isAll() ? all(tables.fib()) : null;
        return new RoutePage(new RouteJson(scan.facts()), page, total, next == null ? null : next.toString());
    }

    private static long all(Fib fib) {
        return (long) fib.size() + fib.knownEmpty();
    }

    private static RoutePosition from(Query query) {
        String after = query.text("after");
        try {
            return after == null ? RoutePosition.START : RoutePosition.parse(after);
        } catch (RoutePosition.OfAnotherProcess e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new Query.Refused("after: " + e.getMessage() + " (expected: next of the page before)");
        }
    }

    /** The first routes by some order, after the last of the page before. Looks at the whole table, holds one page. */
    private RoutePage sorted(RouteOrder order, RouteFilter filter, int limit) {
        Comparator<RouteEntry> by = order.comparator();
        PriorityQueue<RouteEntry> first = new PriorityQueue<>(by.reversed());
        RouteScan scan = new RouteScan(tables, filter, RoutePosition.START);
        long total = 0;
        boolean more = false;
        while (scan.position() != null) {
            for (RouteEntry route : scan.next(filter.asksTables() ? BLOCK : SORTED_BLOCK, SORTED_BLOCK)) {
                total++;
                if (!order.isAfter(route)) {
                    continue;
                }
                if (first.size() < limit) {
                    first.add(route);
                    continue;
                }
                more = true;
                if (by.compare(route, top(first)) < 0) {
                    first.poll();
                    first.add(route);
                }
            }
        }
        List<RouteEntry> page = new ArrayList<>(first);
        page.sort(by);
        String next = more ? order.cursor(page.get(page.size() - 1)) : null;
        return new RoutePage(new RouteJson(scan.facts()), page, total, next);
    }

    private static RouteEntry top(PriorityQueue<RouteEntry> queue) {
        RouteEntry top = queue.peek();
        if (top == null) {
            throw new IllegalStateException("nothing in a full queue");
        }
        return top;
    }

    /** One of the orders in which pages can be sorted, and where a page begins. */
    private record RouteOrder(
            String name, @Nullable Long value, @Nullable RouteUri after) {
        private static final List<String> NAMES = List.of("route", "instances", "sites");

        /** Reads it; null = the table's own order. A route's name as cursor stands for the order by name. */
        static @Nullable RouteOrder of(Query query) {
            String name = query.word("sort", NAMES);
            String after = query.text("after");
            if (after == null || RoutePosition.is(after)) {
                if (name != null && after != null) {
                    throw new Query.Refused("after: \"" + after + "\" is a place in the table's own order (expected: "
                            + "next of a page sorted by " + name + ")");
                }
                return name == null ? null : new RouteOrder(name, null, null);
            }
            if (name == null || name.equals("route")) {
                return new RouteOrder("route", null, RouteUri.ofKey(after));
            }
            int space = after.indexOf(' ');
            try {
                return new RouteOrder(
                        name,
                        Long.parseLong(after.substring(0, Math.max(0, space))),
                        RouteUri.ofKey(after.substring(space + 1)));
            } catch (NumberFormatException e) {
                throw new Query.Refused("after: \"" + after + "\" (expected: next of a page sorted by " + name + ")");
            }
        }

        private long valueOf(RouteEntry route) {
            return switch (name) {
                case "instances" -> -RouteFacts.instances(route);
                case "sites" -> RouteFacts.sites(route);
                default -> 0;
            };
        }

        Comparator<RouteEntry> comparator() {
            Comparator<RouteEntry> byName = Comparator.comparing(RouteEntry::uri);
            return name.equals("route")
                    ? byName
                    : Comparator.comparingLong(this::valueOf).thenComparing(byName);
        }

        boolean isAfter(RouteEntry route) {
            if (after == null) {
                return true;
            }
            int byValue = value == null ? 0 : Long.compare(valueOf(route), value);
            return byValue > 0 || (byValue == 0 && route.uri().compareTo(after) > 0);
        }

        String cursor(RouteEntry last) {
            return name.equals("route") ? last.uri().toString() : valueOf(last) + " " + last.uri();
        }
    }
}
