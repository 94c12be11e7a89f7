package io.grouter.admin;

import io.grouter.fib.Fib;
import io.grouter.fib.RouteEntry;
import io.grouter.fib.RoutePosition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A walk over the routes that are asked for, block by block, each of the snapshot that is the latest then, so that no old
 * one is held on to. Used by one thread.
 */
final class RouteScan {
    private final Tables tables;
    private final RouteFilter filter;
    private @Nullable RoutePosition position;
    private RouteFacts facts;

    RouteScan(Tables tables, RouteFilter filter, RoutePosition from) {
        this.tables = tables;
        this.filter = filter;
        this.position = from;
        this.facts = new RouteFacts(tables.fib());
    }

    /** Returns where it goes on; null = it is at its end. */
    @Nullable
    RoutePosition position() {
        return position;
    }

    /** Returns the snapshot that the last block was read from. */
    RouteFacts facts() {
        return facts;
    }

    /**
     * Returns some more routes: none at the end, and perhaps none before; throws {@link Tables.Silent}.
     *
     * @param look at most so many that the snapshot lets pass are looked at, at least 1
     * @param most at most so many are returned, at least 1
     */
    List<RouteEntry> next(int look, int most) {
        RoutePosition at = position;
        if (at == null) {
            return List.of();
        }
        Fib fib = tables.fib();
        facts = fib == facts.fib() ? facts : new RouteFacts(fib);
        int block = filter.asksTables() ? look : Math.min(look, most);
        while (true) {
            Fib.Page page = fib.read(at, block, filter.by(facts));
            List<RouteEntry> found = filter.rest(page.routes(), tables);
            if (found.size() <= most) {
                position = page.next();
                return found;
            }
            block = Math.max(1, block / 2);
        }
    }
}
