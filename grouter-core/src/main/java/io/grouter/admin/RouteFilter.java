package io.grouter.admin;

import io.grouter.fib.LearnedOffer;
import io.grouter.fib.RouteEntry;
import io.grouter.rib.Rib;
import io.grouter.route.Offer;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which routes are asked for. What the snapshot cannot tell, organization and space, the tables are asked for. */
final class RouteFilter {
    static final List<String> PARAMETERS = List.of("host", "path", "site", "state", "app", "org", "space", "pin");
    private static final List<String> STATES =
            List.of("local", "remote", "everywhere", "empty", "stale", "conflict", "drained");

    private final String host;
    private final String path;
    private final @Nullable SiteId site;
    private final @Nullable String state;
    private final @Nullable Offer app;
    private final @Nullable String organization;
    private final @Nullable String space;
    private final @Nullable String pin;

    /** Reads it; throws {@link Query.Refused}. */
    RouteFilter(Query query) {
        this.host = query.text("host", "").toLowerCase(Locale.ROOT);
        this.path = query.text("path", "").toLowerCase(Locale.ROOT);
        this.site = query.site("site");
        this.state = query.word("state", STATES);
        String id = query.text("app");
        this.app = id == null ? null : new Offer(1, id);
        this.organization = query.text("org");
        this.space = query.text("space");
        this.pin = query.text("pin");
    }

    /** Returns whether all routes are asked for. */
    boolean isAll() {
        return host.isEmpty()
                && path.isEmpty()
                && site == null
                && state == null
                && app == null
                && pin == null
                && !asksTables();
    }

    /** Returns whether the tables are asked for each block of routes. */
    boolean asksTables() {
        return organization != null || space != null;
    }

    /** Returns the part of it that a snapshot can tell. */
    Predicate<RouteEntry> by(RouteFacts facts) {
        SiteId own = facts.fib().ownSite();
        List<Predicate<RouteEntry>> all = new ArrayList<>();
        if (!host.isEmpty()) {
            all.add(route -> route.uri().host().contains(host));
        }
        if (!path.isEmpty()) {
            all.add(route -> route.uri().path().startsWith(path));
        }
        SiteId from = site;
        if (from != null) {
            all.add(from.equals(own) ? RouteEntry::local : route -> route.from(from) != null);
        }
        if (asksTables()) {
            all.add(RouteEntry::local);
        }
        if (state != null) {
            all.add(byState(facts, state));
        }
        Offer wanted = app;
        if (wanted != null) {
            all.add(route -> offers(route, offer -> isSameApp(offer, wanted)));
        }
        String region = pin;
        if (region != null) {
            all.add(route -> offers(
                    route,
                    offer -> region.equals("*")
                            ? !offer.regions().isEmpty()
                            : offer.regions().contains(region)));
        }
        return all.stream().reduce(Predicate::and).orElse(route -> true);
    }

    private static Predicate<RouteEntry> byState(RouteFacts facts, String state) {
        return switch (state) {
            case "local" -> RouteEntry::local;
            case "remote" -> route -> !route.local() && !route.knownEmpty();
            case "everywhere" -> facts::everywhere;
            case "empty" -> RouteEntry::knownEmpty;
            case "stale" -> facts::stale;
            case "conflict" -> facts::conflict;
            default -> facts::drained;
        };
    }

    private static boolean offers(RouteEntry route, Predicate<Offer> what) {
        if (route.own() != null && what.test(route.own())) {
            return true;
        }
        for (LearnedOffer each : route.learned()) {
            if (what.test(each.offer())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isSameApp(Offer one, Offer other) {
        return one.guidHigh() == other.guidHigh()
                && one.guidLow() == other.guidLow()
                && ((one.hasGuid() && other.hasGuid()) || one.appId().equals(other.appId()));
    }

    /** Returns those routes that pass the rest as well; throws {@link Tables.Silent}. */
    List<RouteEntry> rest(List<RouteEntry> routes, Tables tables) {
        if (!asksTables() || routes.isEmpty()) {
            return routes;
        }
        List<RouteUri> names = routes.stream().map(RouteEntry::uri).toList();
        Set<RouteUri> found = tables.ask((Rib rib) -> rib.inSpace(names, organization, space));
        return routes.stream().filter(route -> found.contains(route.uri())).toList();
    }
}
